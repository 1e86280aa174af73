"""Logged time as the API reads and writes it. Days are in the organization's zone."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q
from ninja import Schema
from pydantic import Field

from shared_apps.core.api import Amount, CurrencyCode, FilteredQuery, Input, decimal_text
from tenant_apps.crm import rules
from tenant_apps.crm.models import LONGEST_DAY, TimeEntry
from tenant_apps.crm.operations import TimeChange

TIME_ORDERINGS = {"created_at": "id", "updated_at": "updated_at", "worked_on": "worked_on"}
Minutes = Annotated[int, Field(ge=1, le=LONGEST_DAY)]
# A field that a PATCH may leave out; named, it has a value.
NOT_NULL: Any = Field(None)


class TimePatch(Input):
    """Only what is named changes; null takes the company or the deal away."""

    description: str = NOT_NULL
    worked_on: date = NOT_NULL
    minutes: Minutes = NOT_NULL
    hourly_rate: Amount = NOT_NULL
    currency: CurrencyCode = NOT_NULL
    is_billable: bool = NOT_NULL
    owner_id: UUID = NOT_NULL
    company_id: UUID | None = None
    deal_id: UUID | None = None

    def change(self) -> TimeChange:
        return TimeChange(**self.model_dump(exclude_unset=True))


class TimeIn(TimePatch):
    """Time for a company or on a deal, which brings its company; without `owner_id` one's own, of today."""

    description: str
    minutes: Minutes
    hourly_rate: Amount = Decimal("0.00")


class TimeOut(Schema):
    id: UUID
    description: str
    worked_on: date
    minutes: int
    hours: str
    hourly_rate: str
    currency: str
    amount: str
    is_billable: bool
    billed_at: datetime | None
    owner_id: UUID | None
    company_id: UUID | None
    deal_id: UUID | None
    created_at: datetime
    updated_at: datetime


class TimeFilters(FilteredQuery):
    company_id: UUID | None = None
    deal_id: UUID | None = None
    owner_id: UUID | None = None
    billed: bool | None = None

    def lookups(self) -> Q:
        """The filters that were given."""
        names = ("company_id", "deal_id", "owner_id")
        found = Q(**{name: value for name in names if (value := getattr(self, name))})
        return found if self.billed is None else found & Q(billed_at__isnull=not self.billed)


def time_out(entry: TimeEntry) -> dict[str, Any]:
    same = ("description", "worked_on", "minutes", "currency", "is_billable", "billed_at", "owner_id")
    ids = ("id", "company_id", "deal_id", "created_at", "updated_at")
    return {name: getattr(entry, name) for name in (*same, *ids)} | {
        "hours": decimal_text(rules.hours_of(entry.minutes)),
        "hourly_rate": decimal_text(entry.hourly_rate),
        "amount": decimal_text(entry.amount),
    }
