"""Every read of invoices and payments. What a page or the API uses takes the actor and shows only what they may see."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Prefetch, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from shared_apps.core.actors import Actor
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Allocation, Invoice, InvoiceItem, InvoiceState, Payment
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.models import OrganizationProfile
from tenant_apps.workspace.queries import profile

LAST_DAY = date.max
PAYMENT_STATUSES = ("unmatched", "partly_matched", "matched")
OPEN = Q(state=InvoiceState.ISSUED, paid_total__lt=F("total"))


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


def with_outstanding(queryset: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """The invoices with `outstanding_amount`: the property `outstanding`, in SQL, to sort and sum by."""
    owed = Case(When(state=InvoiceState.ISSUED, then=F("total") - F("paid_total")), default=Value(Decimal("0.00")))
    return queryset.annotate(outstanding_amount=owed)


def with_sortable_dates(queryset: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """The invoices with `number_key`, `issue_key` and `due_key`: never null, so that a list can go by them."""
    return queryset.annotate(
        number_key=Coalesce("number", Value("")),
        issue_key=Coalesce("issue_date", Value(LAST_DAY)),
        due_key=Coalesce("due_date", Value(LAST_DAY)),
    )


def visible_invoices(actor: Actor, *, on: date) -> QuerySet[Invoice]:
    """The invoices that the actor sees, with `status` on the day, company and contact."""
    return with_status(visible_to(Invoice.objects.select_related("company", "contact"), actor), on=on)


def visible_invoice(invoice_id: UUID, actor: Actor, *, on: date) -> Invoice:
    """One invoice with its `items`, status, company and contact; `DoesNotExist` when the actor may not see it."""
    return visible_invoices(actor, on=on).prefetch_related("items").get(pk=invoice_id)


def open_invoices(actor: Actor, *, on: date, currency: str | None = None) -> QuerySet[Invoice]:
    """Issued invoices that still owe something, the earliest due first: what a payment may be given to."""
    found = with_outstanding(visible_invoices(actor, on=on)).filter(OPEN)
    return (found.filter(currency=currency) if currency else found).order_by("due_date", "number")


def visible_payments(actor: Actor) -> QuerySet[Payment]:
    """The payments that the actor sees, with their company."""
    return visible_to(Payment.objects.select_related("company"), actor)


def visible_payment(payment_id: UUID, actor: Actor) -> Payment:
    """One payment with `live_allocations` (each with its invoice); `DoesNotExist` when the actor may not see it."""
    return with_live_allocations(visible_payments(actor)).get(pk=payment_id)


def with_live_allocations(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """The payments, each with a list `live_allocations` that was not taken back, invoices included: two statements."""
    live = live_allocations().select_related("invoice").order_by("id")
    return payments.prefetch_related(Prefetch("allocations", queryset=live, to_attr="live_allocations"))


def live_allocations() -> QuerySet[Allocation]:
    """What was given to an invoice and not taken back."""
    return Allocation.objects.filter(undoes=None, undone_by=None)


def allocations_of_invoice(invoice_id: UUID) -> QuerySet[Allocation]:
    """The money that the invoice has, newest first, each with its payment. Load the invoice by its own query first."""
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


def invoices_by_number(numbers: Iterable[str]) -> dict[str, Invoice]:
    """Number → invoice, whatever its state, in one statement."""
    return {str(invoice.number): invoice for invoice in Invoice.objects.filter(number__in=set(numbers))}


def payments_taken_back(payment_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the payments that a person has unlinked from an invoice."""
    undone = Allocation.objects.filter(payment_id__in=list(payment_ids), undoes__isnull=False)
    return set(undone.values_list("payment_id", flat=True))


def balance_of_company(company_id: UUID, actor: Actor) -> list[dict[str, Any]]:
    """`[{"currency", "outstanding", "invoice_count"}]`: what the company owes, one row per currency, one statement."""
    owed = visible_to(Invoice.objects.filter(OPEN, company_id=company_id), actor).values("currency")
    totals = owed.annotate(outstanding=Sum(F("total") - F("paid_total")), invoice_count=Count("id"))
    return list(totals.order_by("currency"))


def lock_invoice(invoice_id: UUID, actor: Actor) -> Invoice:
    """The invoice under a row lock until the transaction ends; `DoesNotExist` when the actor may not see it."""
    locked = Invoice.objects.select_related("company", "contact").select_for_update(of=("self",))
    return visible_to(locked, actor).get(pk=invoice_id)


def lock_payment(payment_id: UUID, actor: Actor) -> Payment:
    """The payment under a row lock. Whoever locks both locks the payment first."""
    locked = Payment.objects.select_related("company").select_for_update(of=("self",))
    return visible_to(locked, actor).get(pk=payment_id)


def seller_of(organization: OrganizationProfile) -> dict[str, Any]:
    """The seller as an invoice keeps it."""
    names = (
        "legal_name", "eik", "vat_number", "is_vat_registered", "country", "city", "address", "postal_code",
        "responsible_person", "email", "phone", "iban", "bic",
    )  # fmt: skip
    return {name: getattr(organization, name) for name in names}


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
        "phone": (invoice.contact or invoice.company).phone if (invoice.contact or invoice.company) else "",
        "is_consumer": invoice.company is None,
    }


def email_of_buyer(invoice: Invoice) -> str:
    """Where the invoice is sent to: the contact's e-mail, else the company's, else nothing."""
    found = (party.email for party in (invoice.contact, invoice.company) if party and party.email)
    return next(found, "")


def warnings_of(invoice: Invoice, *, on: date) -> list[str]:
    """Codes of what an accountant would object to (words in `warning_texts`); they never block. `on` dates a draft."""
    seller = invoice.seller or seller_of(profile())
    buyer = invoice.buyer or buyer_of(invoice)
    return rules.warnings_for(
        rules.SellerFacts(
            name=seller["legal_name"],
            address=seller["address"],
            eik=seller["eik"],
            vat_number=seller["vat_number"],
            is_vat_registered=seller["is_vat_registered"],
            iban=seller["iban"],
        ),
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


def items_of(invoice_id: UUID) -> QuerySet[InvoiceItem]:
    """The lines of an invoice, in order."""
    return InvoiceItem.objects.filter(invoice_id=invoice_id).order_by("position")
