"""Documents and payments as lists ask for them: by status, by amounts that follow from columns, summed."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, DecimalField, F, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

from shared_apps.core.actors import Actor
from shared_apps.core.listing import Test
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, InvoiceState, Payment
from tenant_apps.invoices.queries.documents import LEFT, OPEN, OWED, with_status
from tenant_apps.sharing.queries import visible_to

UNSHOWN = ("seller", "vat_groups", "notes", "search_text")
# What lists add up: nothing of what was annulled, nor of proformas, which only ask; credit notes subtract.
ADDED = Case(
    When(Q(state=InvoiceState.ANNULLED) | Q(kind=rules.PROFORMA), then=Value(None)),
    When(kind=rules.CREDIT_NOTE, then=-F("total")),
    default=F("total"),
    output_field=DecimalField(max_digits=14, decimal_places=2),
)
OWED_ADDED = Case(When(OWED, then=LEFT))
RECEIVED = Case(When(voided_at=None, then=F("amount")))
_UNALLOCATED = F("amount") - F("allocated_total") - F("refunded_total")
NOT_ALLOCATED = Case(When(voided_at=None, then=_UNALLOCATED), default=Value(Decimal("0.00")))
NOT_ALLOCATED_ADDED = Case(When(voided_at=None, then=_UNALLOCATED))
_COMPARED: Mapping[str, Any] = {
    "is": Exact,
    "not": Exact,
    "above": GreaterThan,
    "below": LessThan,
    "from": GreaterThanOrEqual,
    "to": LessThanOrEqual,
}


def listed_invoices(actor: Actor, *, on: date) -> QuerySet[Invoice]:
    """The documents that the actor sees, with `status` on the day, without what no list shows."""
    return with_status(visible_to(Invoice.objects.defer(*UNSHOWN), actor), on=on)


def listed_payments(actor: Actor) -> QuerySet[Payment]:
    """The payments that the actor sees, without what no list shows."""
    return visible_to(Payment.objects.defer("search_text"), actor)


def of_statuses(statuses: Collection[str], *, on: date) -> Q:
    """The documents of any of these statuses on a day: `rules.status_of`, so that indexes find them."""
    known = _conditions(on)
    found = Q(pk__in=[])
    for status in statuses:
        found |= known[status]
    return found


def _conditions(on: date) -> dict[str, Q]:
    late, in_time = Q(due_date__lt=on), Q(due_date=None) | Q(due_date__gte=on)
    settled = Q(paid_total__gte=F("total") - F("credited_total") - F("written_off_total"))
    credited = Q(total__gt=0, credited_total__gte=F("total"))
    never_owed = Q(state=InvoiceState.ISSUED) & ~Q(kind__in=rules.OWED_KINDS)
    waits = never_owed | OPEN & in_time & Q(paid_total__lte=0)
    return {
        rules.DRAFT: Q(state=InvoiceState.DRAFT),
        rules.ANNULLED: Q(state=InvoiceState.ANNULLED),
        rules.CREDITED: OWED & credited,
        rules.PAID: OWED & settled & ~credited,
        rules.OVERDUE: OPEN & late,
        rules.PARTLY_PAID: OPEN & in_time & Q(paid_total__gt=0),
        rules.ISSUED: waits & Q(sent_at=None),
        rules.SENT: waits & Q(sent_at__isnull=False),
    }


def of_client_among(key: str, ids: Collection[UUID]) -> Q:
    """The rows whose `company_id` or `contact_id` is one of these, or of those that were merged into them."""
    model: type[Company] | type[Contact] = Company if key == "company_id" else Contact
    wanted = model._default_manager.filter(Q(pk__in=ids) | Q(merged_into_id__in=ids))
    return Q(**{f"{key}__in": wanted.values("pk")})


def of_amount(test: Test, amount: Combinable) -> Q:
    """The rows whose `amount`, which is never null, is as a test of money wants it."""
    if test.operator in ("empty", "filled"):
        return Q(pk__isnull=test.operator == "empty")
    low, high = min(test.values), max(test.values)
    if test.operator == "between":
        return Q(_is("from", amount, low)) & Q(_is("to", amount, high))
    found = Q(_is(test.operator, amount, low))
    return ~found if test.operator == "not" else found


def _is(operator: str, amount: Combinable, bound: Decimal) -> Combinable:
    found: Combinable = _COMPARED[operator](
        amount, Value(bound, DecimalField(max_digits=20, decimal_places=6))
    )
    return found
