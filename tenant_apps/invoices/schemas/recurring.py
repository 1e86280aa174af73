from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from shared_apps.core.api import (
    Amount,
    CurrencyCode,
    FilteredQuery,
    Input,
    ListQuery,
    Percent,
    decimal_text,
)
from tenant_apps.invoices import queries
from tenant_apps.invoices.models import Occurrence, RecurringInvoice, RecurringItem, RecurringTerms
from tenant_apps.invoices.operations import ItemInput, RecurringChange, RecurringInput
from tenant_apps.invoices.recurring_texts import period_words
from tenant_apps.invoices.rules import leading_language
from tenant_apps.invoices.schemas.documents import NOT_NULL, ItemIn, Language, Method, SupplyName

RECURRING_ORDERINGS = {"created_at": "id", "updated_at": "updated_at", "name": "name", "total": "total"}
OCCURRENCE_ORDERINGS = {"occurs_on": "occurs_on", "created_at": "id"}
Unit = Literal["week", "month", "quarter", "year"]
Way = Literal["draft", "issue", "send"]
State = Literal["active", "paused", "ended"]
Shift = Literal[-1, 0, 1]


class RecurringIn(Input):
    """An invoice that recurs: `every` so many `unit`s from `starts_on`, on the day of the month `on_day` (31:
    the last one; left out: that of the first day). `way`: what is done with each. `{month}`, `{year}` and
    `{period}` in descriptions stand for the period that it bills, shifted by `billed_period`.
    """

    company_id: UUID | None = None
    contact_id: UUID | None = None
    name: str | None = None
    currency: CurrencyCode
    language: Language | None = None
    starts_on: date
    unit: Unit = "month"
    every: int = 1
    on_day: int | None = None
    ends_on: date | None = None
    occurrence_limit: int | None = None
    way: Way = "draft"
    billed_period: Shift = 0
    payment_term_days: int | None = None
    notes: str | None = None
    series: str | None = None
    prices_include_vat: bool = False
    discount_percent: Percent = Decimal("0.00")
    discount_amount: Amount = Decimal("0.00")
    supply: SupplyName = ""
    payment_method: Method = "bank_transfer"
    items: list[ItemIn]

    def details(self) -> RecurringInput:
        values = self.model_dump(exclude_none=True, exclude={"items"})
        return RecurringInput(**values, items=lines_of(self.items))


class RecurringPatch(Input):
    """Only what is named changes; `items` are replaced whole, for the invoices to come."""

    company_id: UUID | None = None
    contact_id: UUID | None = None
    name: str = NOT_NULL
    currency: CurrencyCode = NOT_NULL
    language: Language = NOT_NULL
    starts_on: date = NOT_NULL
    unit: Unit = NOT_NULL
    every: int = NOT_NULL
    on_day: int | None = None
    ends_on: date | None = None
    occurrence_limit: int | None = None
    way: Way = NOT_NULL
    billed_period: Shift = NOT_NULL
    payment_term_days: int | None = None
    notes: str | None = None
    series: str = NOT_NULL
    prices_include_vat: bool = NOT_NULL
    discount_percent: Percent = NOT_NULL
    discount_amount: Amount = NOT_NULL
    supply: SupplyName = NOT_NULL
    payment_method: Method = NOT_NULL
    items: list[ItemIn] = NOT_NULL

    def change(self) -> RecurringChange:
        named = self.model_dump(exclude_unset=True, exclude={"items"})
        if "notes" in named:
            named["notes"] = named["notes"] or ""
        if "items" in self.model_fields_set:
            named["items"] = lines_of(self.items)
        return RecurringChange(**named)


class RecurIn(Input):
    """From when an invoice recurs, and how often."""

    starts_on: date
    unit: Unit = "month"
    every: int = 1
    on_day: int | None = None
    way: Way = "draft"


class ResumeIn(Input):
    catch_up: bool = Field(description="Make up the invoices of the days that were missed; else skip them.")


class DayIn(Input):
    occurs_on: date


class TermsIn(Input):
    """Other lines for the invoices from a day on."""

    from_on: date
    items: list[ItemIn]


class RaiseIn(Input):
    recurring_ids: list[UUID]
    percent: Percent
    from_on: date


class RaiseQuery(Schema):
    percent: Percent
    from_on: date


class RecurringItemOut(Schema):
    product_id: UUID | None
    description: str
    quantity: str
    unit: str
    unit_price: str
    discount_percent: str
    vat_rate: str | None
    vat_code: str


class TermsOut(Schema):
    """What is invoiced from a day on; `from_on` null: from the beginning."""

    id: UUID
    from_on: date | None
    percent: str | None
    net_total: str
    total: str
    items: list[RecurringItemOut]


class RecurringOut(Schema):
    id: UUID
    name: str
    state: State
    way: Way
    company_id: UUID | None
    contact_id: UUID | None
    currency: str
    language: str
    series: str
    unit: Unit
    every: int
    on_day: int | None
    starts_on: date
    ends_on: date | None
    occurrence_limit: int | None
    billed_period: int
    next_on: date | None
    payment_term_days: int | None
    notes: str
    prices_include_vat: bool
    discount_percent: str
    discount_amount: str
    supply: SupplyName
    payment_method: Method
    net_total: str
    total: str
    annual_value: str
    terms: list[TermsOut]
    created_at: datetime
    updated_at: datetime


class PlannedOut(Schema):
    occurs_on: date
    period: str
    total: str
    is_skipped: bool


class UpcomingOut(Schema):
    items: list[PlannedOut]


class OccurrenceOut(Schema):
    """A day on which an invoice was due. `reason`: why its invoice was held."""

    id: UUID
    occurs_on: date
    outcome: Literal["made", "held", "skipped"]
    invoice_id: UUID | None
    problem: str | None
    reason: str | None
    created_at: datetime


class RaisedOut(Schema):
    recurring_id: UUID
    name: str
    currency: str
    total_before: str
    total_after: str
    year_before: str
    year_after: str
    later_terms: list[date]


class RaisePreviewOut(Schema):
    items: list[RaisedOut]
    has_more: bool


class RaiseOut(Schema):
    raised: list[TermsOut]


class RecurringFilters(FilteredQuery):
    state: State | None = None
    company_id: UUID | None = None
    contact_id: UUID | None = None

    def lookups(self) -> dict[str, Any]:
        """The filters that were given."""
        names = ("state", "company_id", "contact_id")
        return {name: value for name in names if (value := getattr(self, name))}


class OccurrenceFilters(ListQuery):
    pass


def lines_of(items: list[ItemIn]) -> tuple[ItemInput, ...]:
    return tuple(item.line() for item in items)


def recurring_out(recurring: RecurringInvoice) -> dict[str, Any]:
    same = (
        "id",
        "name",
        "state",
        "way",
        "company_id",
        "contact_id",
        "currency",
        "language",
        "series",
        "unit",
        "every",
        "on_day",
        "starts_on",
        "ends_on",
        "occurrence_limit",
        "billed_period",
        "next_on",
        "payment_term_days",
        "notes",
        "prices_include_vat",
        "supply",
        "payment_method",
        "created_at",
        "updated_at",
    )
    amounts = ("discount_percent", "discount_amount", "net_total", "total", "annual_value")
    return (
        {name: getattr(recurring, name) for name in same}
        | {name: decimal_text(getattr(recurring, name)) for name in amounts}
        | {"terms": [terms_out(terms) for terms in recurring.terms.all()]}
    )


def terms_out(terms: RecurringTerms) -> dict[str, Any]:
    return {
        "id": terms.pk,
        "from_on": terms.from_on,
        "percent": decimal_text(terms.percent),
        "net_total": decimal_text(terms.net_total),
        "total": decimal_text(terms.total),
        "items": [_item_out(item) for item in terms.items.all()],
    }


def planned_invoice_out(planned: queries.Planned, language: str) -> dict[str, Any]:
    return {
        "occurs_on": planned.day,
        "period": period_words(planned.period, leading_language(language)),
        "total": decimal_text(planned.terms.total),
        "is_skipped": planned.is_skipped,
    }


def occurrence_out(day: Occurrence) -> dict[str, Any]:
    return {
        "id": day.pk,
        "occurs_on": day.occurs_on,
        "outcome": day.outcome,
        "invoice_id": day.invoice_id,
        "problem": day.problem or None,
        "reason": day.reason or None,
        "created_at": day.created_at,
    }


def raised_out(raised: queries.Raised) -> dict[str, Any]:
    return {
        "recurring_id": raised.recurring.pk,
        "name": raised.recurring.name,
        "currency": raised.recurring.currency,
        "total_before": decimal_text(raised.before.total),
        "total_after": decimal_text(raised.after.total),
        "year_before": decimal_text(raised.year_before),
        "year_after": decimal_text(raised.year_after),
        "later_terms": list(raised.later),
    }


def _item_out(item: RecurringItem) -> dict[str, Any]:
    return {
        "product_id": item.product_id,
        "description": item.description,
        "quantity": decimal_text(item.quantity, 3),
        "unit": item.unit,
        "unit_price": decimal_text(item.unit_price, 4),
        "discount_percent": decimal_text(item.discount_percent),
        "vat_rate": decimal_text(item.vat_rate),
        "vat_code": item.vat_code,
    }
