"""Invoices and notes: which, of whom, in which status."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Count, F, FilteredRelation, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from shared_apps.core.actors import Actor
from tenant_apps.crm.queries import client_and_absorbed
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import STILL_OWED, BilledTime, Invoice, InvoiceItem, InvoiceState
from tenant_apps.sharing.queries import visible_to

LAST_DAY = date.max


OPEN_STATUSES = (rules.OVERDUE, rules.PARTLY_PAID, rules.ISSUED, rules.SENT)


# What is left to pay of an issued invoice or debit note.
LEFT = F("total") - F("paid_total") - F("credited_total") - F("written_off_total")


OWED = Q(state=InvoiceState.ISSUED, kind__in=rules.OWED_KINDS)


OPEN = OWED & Q(paid_total__lt=F("total") - F("credited_total") - F("written_off_total"))


FROZEN = ~Q(state=InvoiceState.DRAFT)


def with_status(queryset: QuerySet[Invoice], *, on: date) -> QuerySet[Invoice]:
    """The invoices with `status` as seen on the day `on`: `rules.status_of`, in SQL."""
    status = Case(
        When(~Q(state=InvoiceState.ISSUED), then=F("state")),
        When(OWED, total__gt=0, credited_total__gte=F("total"), then=Value(rules.CREDITED)),
        When(OWED & ~OPEN, then=Value(rules.PAID)),
        When(OWED, due_date__lt=on, then=Value(rules.OVERDUE)),
        When(OWED, paid_total__gt=0, then=Value(rules.PARTLY_PAID)),
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
    return queryset.annotate(outstanding_amount=STILL_OWED)


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
    """One invoice with its `items`, company, contact, pause of reminders and PDF; `DoesNotExist` when the
    actor may not see it.

    With a day it has its `status` on that day (as `invoice.status_on(day)` says it, too).
    """
    invoices = Invoice.objects.select_related("company", "contact", "pdf", "reminder_pause")
    invoices = invoices.prefetch_related("items")
    return visible_to(with_status(invoices, on=on) if on else invoices, actor).get(pk=invoice_id)


def invoices_of_deal(deal_id: UUID, actor: Actor, *, on: date) -> QuerySet[Invoice]:
    """The invoices that bill a deal and that the actor sees, with `status` on the day, newest first. Load the
    deal by its own query first.
    """
    return visible_invoices(actor, on=on).select_related(None).filter(deal_id=deal_id).order_by("-id")


def invoice_of_time(time_entry_id: UUID, actor: Actor) -> Invoice | None:
    """The invoice that bills an entry of logged time, for one who sees that."""
    of_entry = BilledTime.objects.filter(entry_id=time_entry_id, freed_at=None)
    return visible_to(Invoice.objects.filter(billed_time__in=of_entry), actor).first()


def billing(deal_id: UUID) -> QuerySet[Invoice]:
    """The documents that bill a deal, drafts among them; an annulled one bills nothing."""
    return Invoice.objects.filter(deal_id=deal_id).exclude(state=InvoiceState.ANNULLED)


def deals_paid_in_full(deal_ids: Collection[UUID]) -> set[UUID]:
    """Those of the deals for which something was issued and all of that is paid. What is annulled, or was
    credited whole, does not count.
    """
    charged = Q(total=0) | Q(credited_total__lt=F("total"))
    issued = Invoice.objects.filter(OWED, charged, deal_id__in=deal_ids)
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
    name = client.removesuffix("_id")
    merged = FilteredRelation(name, condition=Q(**{f"{name}__merged_into__isnull": False}))
    found = invoices.order_by().annotate(merged=merged)
    return found.annotate(belongs_to=Coalesce("merged__merged_into_id", client)).values("belongs_to")  # type: ignore[return-value]


def buyer_numbers_of_company(company_id: UUID) -> list[tuple[str, str]]:
    """The (EIK, VAT number) on issued documents of a company and of those merged into it."""
    issued = Invoice.objects.filter(of_client(company_id=company_id), FROZEN)
    return list(issued.order_by().values_list("buyer__eik", "buyer__vat_number").distinct())


def open_invoices(actor: Actor, *, on: date, currency: str | None = None) -> QuerySet[Invoice]:
    """Issued invoices that still owe something, the earliest due first: what a payment may be given to."""
    found = with_outstanding(visible_invoices(actor, on=on)).filter(OPEN)
    return (found.filter(currency=currency) if currency else found).order_by("due_date", "number")


def last_invoice_of(company_id: UUID, actor: Actor) -> Invoice | None:
    """The newest issued invoice of a client."""
    issued = Invoice.objects.filter(of_client(company_id=company_id), state=InvoiceState.ISSUED)
    return visible_to(issued.filter(kind=rules.INVOICE), actor).order_by("-id").first()


def last_sold(
    company_id: UUID, actor: Actor, *, product_id: UUID | None, description: str
) -> InvoiceItem | None:
    """The newest line by which a client was charged for a product, or for a thing of that name, with its
    invoice.
    """
    if not product_id and not description:
        return None
    issued = Invoice.objects.filter(of_client(company_id=company_id), FROZEN, kind=rules.INVOICE)
    same = Q(product_id=product_id) if product_id else Q(description__iexact=description)
    lines = InvoiceItem.objects.filter(same, invoice__in=visible_to(issued, actor), deducts=None)
    return lines.select_related("invoice").order_by("-invoice_id", "position").first()


def payment_manners(company_ids: Collection[UUID], actor: Actor, *, on: date) -> list[dict[str, Any]]:
    """How companies pay, in one statement: for each company and currency how many invoices were paid and for
    how long they waited in all, how many are late on the day `on` and what is owed on those.
    """
    paid, late = Q(paid_at__isnull=False), OPEN & Q(due_date__lt=on)
    rows = visible_to(Invoice.objects.filter(OWED, company_id__in=company_ids), actor)
    told = (
        rows.values("company_id", "currency")
        .annotate(
            paid_count=Count("id", filter=paid),
            waited=Sum(F("paid_at") - F("issued_at"), filter=paid),
            late_count=Count("id", filter=late),
            late_total=Sum(LEFT, filter=late),
        )
        .order_by("company_id", "currency")
    )
    return [dict(one) for one in told]
