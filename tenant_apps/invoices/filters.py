"""What the lists of invoices and payments are narrowed to. What an address misspells is left out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.statuses import look_of
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, Payment, PaymentMethod
from tenant_apps.invoices.queries import (
    OPEN,
    of_client,
    payments_with_status,
    with_outstanding,
    with_sortable_dates,
)

M = TypeVar("M", bound=Model)
Choices = list[tuple[str, str | Promise]]

UNPAID = "unpaid"
INVOICE_ORDERINGS = {
    "created_at": "id",
    "number": "number_key",
    "issue_date": "issue_key",
    "due_date": "due_key",
    "total": "total",
    "outstanding": "outstanding_amount",
}
PAYMENT_ORDERINGS = {"created_at": "id", "received_on": "received_on", "amount": "amount"}
INVOICE_VIEWS: Choices = [
    ("", pgettext_lazy("invoices", "All")),
    ("draft", _("Drafts")),
    (UNPAID, pgettext_lazy("invoices", "Unpaid")),
    ("overdue", pgettext_lazy("invoices", "Overdue")),
    ("paid", pgettext_lazy("invoices", "Paid")),
]
PAYMENT_VIEWS: Choices = [
    ("", pgettext_lazy("payments", "All")),
    ("unmatched", pgettext_lazy("payments", "Unmatched")),
    ("matched", pgettext_lazy("payments", "Matched")),
]
PAYMENT_STATUSES = ("unmatched", "partly_matched", "matched", "voided")
PERIODS: Choices = [
    ("this_month", _("This month")),
    ("last_month", _("Last month")),
    ("this_year", _("This year")),
    ("last_year", _("Last year")),
]


@dataclass(frozen=True)
class ListFilter:
    """What the address of a list asks for, besides search, order and place. `period` is a key of PERIODS."""

    status: str
    company_id: UUID | None
    currency: str
    period: str
    method: str

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return any((self.status, self.company_id, self.currency, self.period, self.method))


def read_filter(query: Mapping[str, str]) -> ListFilter:
    """Read the address."""
    return ListFilter(
        status=query.get("status", ""),
        company_id=id_in(query.get("company_id", "")),
        currency=query.get("currency", "").upper(),
        period=query.get("period", ""),
        method=query.get("method", ""),
    )


def filter_invoices(invoices: QuerySet[Invoice], wanted: ListFilter, *, on: date) -> QuerySet[Invoice]:
    """The invoices (with their status) that the address asks for, ready to be sorted by any ordering."""
    found = _narrowed(with_sortable_dates(with_outstanding(invoices)), wanted, "issue_date", on)
    if wanted.status == UNPAID:
        return found.filter(OPEN)
    return found.filter(Q(status=wanted.status)) if wanted.status in rules.STATUSES else found


def filter_payments(payments: QuerySet[Payment], wanted: ListFilter, *, on: date) -> QuerySet[Payment]:
    """The payments that the address asks for."""
    found = _narrowed(payments, wanted, "received_on", on)
    if wanted.method in PaymentMethod.values:
        found = found.filter(method=wanted.method)
    return payments_with_status(found, wanted.status) if wanted.status in PAYMENT_STATUSES else found


def period_of(name: str, on: date) -> tuple[date, date] | None:
    """The half-open period that a name means on a day; None for no period."""
    month, year = on.replace(day=1), on.replace(month=1, day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    periods = {
        "this_month": (month, (month + timedelta(days=32)).replace(day=1)),
        "last_month": (last_month, month),
        "this_year": (year, year.replace(year=year.year + 1)),
        "last_year": (year.replace(year=year.year - 1), year),
    }
    return periods.get(name)


def currencies_in(sums: Iterable[Mapping[str, Any]], wanted: ListFilter) -> Choices:
    """The currencies to choose from: those of the rows, unless all are of one and nobody chose it."""
    found = sorted({row["currency"] for row in sums} | ({wanted.currency} if wanted.currency else set()))
    return [(code, code) for code in found] if len(found) > 1 or wanted.currency else []


def invoice_status_choices() -> Choices:
    """Every status of an invoice with its word."""
    return [(status, look_of(status)[1]) for status in rules.STATUSES]


def payment_status_choices() -> Choices:
    """Every status of a payment with its word."""
    return [(status, look_of(status)[1]) for status in PAYMENT_STATUSES]


def _narrowed(rows: QuerySet[M], wanted: ListFilter, day_field: str, on: date) -> QuerySet[M]:
    if wanted.company_id:
        rows = rows.filter(of_client(company_id=wanted.company_id))
    if wanted.currency:
        rows = rows.filter(currency=wanted.currency)
    if period := period_of(wanted.period, on):
        rows = rows.filter(**{f"{day_field}__gte": period[0], f"{day_field}__lt": period[1]})
    return rows


def id_in(text: str) -> UUID | None:
    """The id that an address holds; None for none, and for what is no id."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
