"""Every read of invoices and payments.

What a page or the API uses takes the actor and shows only what they may see.
"""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Prefetch, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from shared_apps.core.actors import Actor
from tenant_apps.crm.queries import client_and_absorbed
from tenant_apps.files.queries import read_bytes, stored_file
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Allocation, Invoice, InvoiceItem, InvoiceState, Payment
from tenant_apps.invoices.paper import InvoicePaper, PaperLine, Party
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.models import OrganizationProfile
from tenant_apps.workspace.queries import profile

LAST_DAY = date.max
PARTY_FIELDS = (
    "name",
    "address",
    "postal_code",
    "city",
    "country",
    "eik",
    "vat_number",
    "responsible_person",
    "email",
    "phone",
)
M = TypeVar("M", Invoice, Payment)
PAYMENT_STATUSES = ("unmatched", "partly_matched", "matched")
OPEN_STATUSES = (rules.OVERDUE, rules.PARTLY_PAID, rules.ISSUED, rules.SENT)
OPEN = Q(state=InvoiceState.ISSUED, paid_total__lt=F("total"))
FROZEN = ~Q(state=InvoiceState.DRAFT)


def with_status(queryset: QuerySet[Invoice], *, on: date) -> QuerySet[Invoice]:
    """The invoices with `status` as seen on the day `on`: `rules.status_of`, in SQL."""
    status = Case(
        When(~Q(state=InvoiceState.ISSUED), then=F("state")),
        When(paid_total__gte=F("total"), then=Value(rules.PAID)),
        When(due_date__lt=on, then=Value(rules.OVERDUE)),
        When(paid_total__gt=0, then=Value(rules.PARTLY_PAID)),
        When(sent_at=None, then=Value(rules.ISSUED)),
        default=Value(rules.SENT),
        output_field=CharField(),
    )
    return queryset.annotate(status=status)


def of_status(queryset: QuerySet[Invoice], status: str) -> QuerySet[Invoice]:
    """The invoices (annotated by `with_status`) that have the status, narrowed to what an index finds."""
    if status in OPEN_STATUSES:
        queryset = queryset.filter(OPEN)
    return queryset.filter(status=status)  # type: ignore[misc]


def with_outstanding(queryset: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """The invoices with `outstanding_amount`: the property `outstanding`, in SQL, to sort and sum by."""
    owed = Case(
        When(state=InvoiceState.ISSUED, then=F("total") - F("paid_total")), default=Value(Decimal("0.00"))
    )
    return queryset.annotate(outstanding_amount=owed)


def with_sortable_dates(queryset: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """The invoices with `number_key`, `issue_key` and `due_key`: never null, so a list can go by them."""
    return queryset.annotate(
        number_key=Coalesce("number", Value("")),
        issue_key=Coalesce("issue_date", Value(LAST_DAY)),
        due_key=Coalesce("due_date", Value(LAST_DAY)),
    )


def visible_invoices(actor: Actor, *, on: date) -> QuerySet[Invoice]:
    """The invoices that the actor sees, with `status` on the day, company and contact."""
    return with_status(visible_to(Invoice.objects.select_related("company", "contact"), actor), on=on)


def visible_invoice(invoice_id: UUID, actor: Actor, *, on: date | None = None) -> Invoice:
    """One invoice with its `items`, company, contact and PDF; `DoesNotExist` when the actor may not see it.

    With a day it has its `status` on that day (as `invoice.status_on(day)` says it, too).
    """
    invoices = Invoice.objects.select_related("company", "contact", "pdf").prefetch_related("items")
    return visible_to(with_status(invoices, on=on) if on else invoices, actor).get(pk=invoice_id)


def invoices_of_deal(deal_id: UUID, actor: Actor, *, on: date) -> QuerySet[Invoice]:
    """The invoices that bill a deal and that the actor sees, with `status` on the day, newest first. Load the
    deal by its own query first.
    """
    return visible_invoices(actor, on=on).select_related(None).filter(deal_id=deal_id).order_by("-id")


def is_billed(deal_id: UUID) -> bool:
    """Whether an invoice bills the deal, drafts among them; an annulled one bills nothing."""
    return Invoice.objects.filter(deal_id=deal_id).exclude(state=InvoiceState.ANNULLED).exists()


def deals_paid_in_full(deal_ids: Collection[UUID]) -> set[UUID]:
    """Those of the deals for which something was issued and all of that is paid. What is annulled does not
    count.
    """
    issued = Invoice.objects.filter(deal_id__in=deal_ids, state=InvoiceState.ISSUED)
    unpaid = issued.filter(OPEN).values("deal_id")
    return set(issued.exclude(deal_id__in=unpaid).values_list("deal_id", flat=True))


def of_client(*, company_id: UUID | None = None, contact_id: UUID | None = None) -> Q:
    """The documents of these clients, and of those that were merged into them: what is issued or posted keeps
    naming the client that it was made for.
    """
    wanted = Q()
    if company_id:
        wanted &= Q(company_id__in=client_and_absorbed("company", company_id))
    return wanted & Q(contact_id__in=client_and_absorbed("contact", contact_id)) if contact_id else wanted


def clients_of(invoices: QuerySet[Invoice], client: str) -> QuerySet[Invoice, UUID]:
    """The ids of those to whom these invoices belong now; `client`: `company_id` or `contact_id`."""
    kept = Coalesce(f"{client.removesuffix('_id')}__merged_into_id", client)
    return invoices.order_by().annotate(belongs_to=kept).values("belongs_to")  # type: ignore[return-value]


def buyer_numbers_of_company(company_id: UUID) -> list[tuple[str, str]]:
    """The (EIK, VAT number) on issued documents of a company and of those merged into it."""
    issued = Invoice.objects.filter(of_client(company_id=company_id), FROZEN)
    return list(issued.order_by().values_list("buyer__eik", "buyer__vat_number").distinct())


def open_invoices(actor: Actor, *, on: date, currency: str | None = None) -> QuerySet[Invoice]:
    """Issued invoices that still owe something, the earliest due first: what a payment may be given to."""
    found = with_outstanding(visible_invoices(actor, on=on)).filter(OPEN)
    return (found.filter(currency=currency) if currency else found).order_by("due_date", "number")


def payment_manners(company_ids: Collection[UUID], actor: Actor, *, on: date) -> list[dict[str, Any]]:
    """How companies pay, in one statement: for each company and currency how many invoices were paid and for
    how long they waited in all, how many are late on the day `on` and what is owed on those.
    """
    paid, late = Q(paid_at__isnull=False), OPEN & Q(due_date__lt=on)
    rows = visible_to(Invoice.objects.filter(company_id__in=company_ids, state=InvoiceState.ISSUED), actor)
    told = (
        rows.values("company_id", "currency")
        .annotate(
            paid_count=Count("id", filter=paid),
            waited=Sum(F("paid_at") - F("issued_at"), filter=paid),
            late_count=Count("id", filter=late),
            late_total=Sum(F("total") - F("paid_total"), filter=late),
        )
        .order_by("company_id", "currency")
    )
    return [dict(one) for one in told]


def likely_invoices(payment: Payment, actor: Actor, *, on: date) -> QuerySet[Invoice]:
    """Open invoices in its currency: first those that owe just what is left of it, then its client's."""
    nearness = Case(
        When(outstanding_amount=payment.unallocated, then=Value(0)),
        When(company=payment.company, then=Value(1)),
        default=Value(2),
    )
    return open_invoices(actor, on=on, currency=payment.currency).order_by(nearness, "due_date", "number")


def visible_payments(actor: Actor) -> QuerySet[Payment]:
    """The payments that the actor sees, with their company."""
    return visible_to(Payment.objects.select_related("company"), actor)


def visible_payment(payment_id: UUID, actor: Actor) -> Payment:
    """One payment with `live_allocations` (each with its invoice).

    `DoesNotExist` when the actor may not see it.
    """
    return with_live_allocations(visible_payments(actor)).get(pk=payment_id)


def with_live_allocations(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """The payments, each with a list `live_allocations` that was not taken back, invoices included: two
    statements.
    """
    live = live_allocations().select_related("invoice").order_by("id")
    return payments.prefetch_related(Prefetch("allocations", queryset=live, to_attr="live_allocations"))


def live_allocations() -> QuerySet[Allocation]:
    """What was given to an invoice and not taken back."""
    return Allocation.objects.filter(undoes=None, undone_by=None)


def allocations_of_invoice(invoice_id: UUID) -> QuerySet[Allocation]:
    """The money that the invoice has, newest first, each with its payment.

    Load the invoice by its own query first.
    """
    return live_allocations().filter(invoice_id=invoice_id).select_related("payment").order_by("-id")


def payments_with_status(queryset: QuerySet[Payment], status: str) -> QuerySet[Payment]:
    """The payments of one of PAYMENT_STATUSES, or `voided`; the void ones have no other status here."""
    if status == "voided":
        return queryset.filter(voided_at__isnull=False)
    conditions = {
        "unmatched": Q(allocated_total=0),
        "partly_matched": Q(allocated_total__gt=0, allocated_total__lt=F("amount")),
        "matched": Q(allocated_total=F("amount")),
    }
    return queryset.filter(conditions[status], voided_at=None)


def unmatched_payments() -> QuerySet[Payment]:
    """Payments of which something is left to allocate, in the order in which they came."""
    return Payment.objects.filter(voided_at=None, allocated_total__lt=F("amount")).order_by("id")


def ids_of_unmatched_payments() -> QuerySet[Payment, UUID]:
    """The ids of payments of which something is left to allocate, in the order in which they came."""
    return unmatched_payments().values_list("id", flat=True)


def payments_that_may_name(number: str) -> QuerySet[Payment, UUID]:
    """The ids of unmatched payments whose reference holds the digits of an invoice number, zeros in front or
    not.
    """
    return ids_of_unmatched_payments().filter(search_text__contains=number.lstrip("0"))


def payments_taken_back(payment_ids: Collection[UUID]) -> set[UUID]:
    """Those of the payments that a person has unlinked from an invoice."""
    undone = Allocation.objects.filter(payment_id__in=payment_ids, undoes__isnull=False)
    return set(undone.values_list("payment_id", flat=True))


def lock_invoice(invoice_id: UUID, actor: Actor) -> Invoice:
    """The invoice under a row lock until the transaction ends. `DoesNotExist` when it is not visible."""
    return lock_invoices({invoice_id}, actor)[invoice_id]


def lock_invoices(invoice_ids: Collection[UUID], actor: Actor) -> dict[UUID, Invoice]:
    """The invoices under row locks, taken by ascending id; `DoesNotExist` when one of them is not visible."""
    locked = Invoice.objects.select_related("company", "contact").select_for_update(of=("self",))
    return _all_of(visible_to(locked.filter(pk__in=invoice_ids), actor).order_by("id"), invoice_ids)


def lock_invoices_by_number(numbers: Collection[str], actor: Actor) -> list[Invoice]:
    """The invoices with these numbers, whatever their state, under row locks taken by ascending id."""
    return list(
        visible_to(Invoice.objects.select_for_update().filter(number__in=numbers), actor).order_by("id")
    )


def lock_payment(payment_id: UUID, actor: Actor) -> Payment:
    """The payment under a row lock. Whoever locks both locks the payment first."""
    return lock_payments({payment_id}, actor)[payment_id]


def lock_payments(payment_ids: Collection[UUID], actor: Actor) -> dict[UUID, Payment]:
    """The payments under row locks, taken by ascending id; `DoesNotExist` when one of them is not visible."""
    locked = Payment.objects.select_related("company").select_for_update(of=("self",))
    return _all_of(visible_to(locked.filter(pk__in=payment_ids), actor).order_by("id"), payment_ids)


def _all_of(queryset: QuerySet[M], ids: Collection[UUID]) -> dict[UUID, M]:
    found = {row.pk: row for row in queryset}
    if len(found) < len(ids):
        raise queryset.model.DoesNotExist()
    return found


def seller_of(organization: OrganizationProfile) -> dict[str, Any]:
    """The seller as an invoice keeps it."""
    names = (
        "eik",
        "vat_number",
        "is_vat_registered",
        "country",
        "city",
        "address",
        "postal_code",
        "responsible_person",
        "email",
        "phone",
        "iban",
        "bic",
    )
    facts = {name: getattr(organization, name) for name in names}
    return facts | {
        "name": organization.legal_name,
        "logo_id": str(organization.logo_id) if organization.logo_id else None,
    }


def buyer_of(invoice: Invoice) -> dict[str, Any]:
    """The buyer as an invoice keeps it: the company, or a person for themselves (`is_consumer`).

    With a company, `contact` is the person whom the invoice is addressed to there.
    """
    buyer = dict.fromkeys(("eik", "vat_number", "country", "city", "address", "postal_code"), "")
    if invoice.company:
        buyer = {name: getattr(invoice.company, name) for name in buyer}
    return buyer | {
        "name": str(invoice.company or invoice.contact or ""),
        "contact": str(invoice.contact) if invoice.company and invoice.contact else "",
        "email": email_of_buyer(invoice),
        "phone": next(
            (party.phone for party in (invoice.contact, invoice.company) if party and party.phone), ""
        ),
        "is_consumer": invoice.company is None,
    }


def email_of_buyer(invoice: Invoice) -> str:
    """Where the invoice is sent to: the contact's e-mail, else the company's, else nothing."""
    found = (party.email for party in (invoice.contact, invoice.company) if party and party.email)
    return next(found, "")


def warnings_of(invoice: Invoice, *, on: date) -> list[str]:
    """Codes of what an accountant would object to (words in `warning_texts`).

    They never block. `on` dates a draft.
    """
    seller = invoice.seller or seller_of(profile())
    buyer = invoice.buyer or buyer_of(invoice)
    return rules.warnings_for(
        rules.SellerFacts(**{name: seller[name] for name in rules.SellerFacts.__dataclass_fields__}),
        rules.BuyerFacts(**{name: buyer[name] for name in rules.BuyerFacts.__dataclass_fields__}),
        _document_facts(invoice, on),
    )


def _document_facts(invoice: Invoice, on: date) -> rules.DocumentFacts:
    rates = (group["rate"] for group in invoice.vat_groups)
    return rules.DocumentFacts(
        currency=invoice.currency,
        issue_date=invoice.issue_date or on,
        tax_event_date=invoice.tax_event_date,
        due_date=invoice.due_date,
        vat_rates=frozenset(None if rate is None else Decimal(rate) for rate in rates),
        notes=invoice.notes,
    )


def paper_of(invoice: Invoice) -> InvoicePaper:
    """The invoice as its document says it: the snapshots, or for a draft seller and buyer as they are now."""
    seller = invoice.seller or seller_of(profile())
    buyer = invoice.buyer or buyer_of(invoice)
    return InvoicePaper(
        state=invoice.state,
        number=invoice.number,
        issue_date=invoice.issue_date,
        tax_event_date=invoice.tax_event_date,
        due_date=invoice.due_date,
        currency=invoice.currency,
        seller=Party(**{name: seller.get(name, "") for name in PARTY_FIELDS}),
        buyer=Party(**{name: buyer.get(name, "") for name in PARTY_FIELDS}),
        lines=tuple(_paper_line(item) for item in invoice.items.all()),
        groups=tuple(_vat_group(group) for group in invoice.vat_groups),
        net_total=invoice.net_total,
        vat_total=invoice.vat_total,
        total=invoice.total,
        iban=seller["iban"],
        bic=seller["bic"],
        payment_url=invoice.payment_url,
        notes=invoice.notes,
        compiled_by=seller.get("compiled_by", ""),
        logo=read_bytes(stored_file(UUID(seller["logo_id"]))) if seller.get("logo_id") else None,
    )


def _paper_line(item: InvoiceItem) -> PaperLine:
    return PaperLine(
        description=item.description,
        quantity=item.quantity,
        unit=item.unit,
        unit_price=item.unit_price,
        discount_percent=item.discount_percent,
        vat_rate=item.vat_rate,
        net=item.net_total,
    )


def _vat_group(group: dict[str, Any]) -> rules.VatGroup:
    rate = None if group["rate"] is None else Decimal(group["rate"])
    return rules.VatGroup(rate, Decimal(group["base"]), Decimal(group["vat"]))


def sums_per_currency(invoices: QuerySet[Invoice]) -> list[Any]:
    """`[{"currency", "invoice_count", "sum_total", "sum_outstanding"}]` of all the rows.

    Annulled ones are counted, not added.
    """
    standing = ~Q(state=InvoiceState.ANNULLED)
    owed = Q(state=InvoiceState.ISSUED)
    sums = (
        invoices.order_by()
        .values("currency")
        .annotate(
            invoice_count=Count("id"),
            sum_total=Coalesce(Sum("total", filter=standing), Value(Decimal("0.00"))),
            sum_outstanding=Coalesce(Sum(F("total") - F("paid_total"), filter=owed), Value(Decimal("0.00"))),
        )
    )
    return list(sums.order_by("currency"))


def payment_sums_per_currency(payments: QuerySet[Payment]) -> list[Any]:
    """`[{"currency", "payment_count", "sum_amount", "sum_left"}]` of all the rows.

    Void ones are counted, not added.
    """
    valid = Q(voided_at=None)
    sums = (
        payments.order_by()
        .values("currency")
        .annotate(
            payment_count=Count("id"),
            sum_amount=Coalesce(Sum("amount", filter=valid), Value(Decimal("0.00"))),
            sum_left=Coalesce(Sum(F("amount") - F("allocated_total"), filter=valid), Value(Decimal("0.00"))),
        )
    )
    return list(sums.order_by("currency"))
