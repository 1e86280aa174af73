"""An invoice that recurs as somebody wrote it, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.changes import KEEP, Keep
from shared_apps.core.errors import FieldError
from shared_apps.core.texts import text_errors
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import BilledPeriod, PaymentMethod, RecurringInvoice
from tenant_apps.invoices.operations.draft_inputs import ItemInput, draft_errors

LONGEST_TERM = 365
MOST_OCCURRENCES = 1_000
LATEST_START_YEARS = 10


@dataclass(frozen=True)
class RecurringInput:
    """An invoice that recurs: the invoice itself, as in `InvoiceInput`, and its rhythm.

    `every` so many `unit`s (week, month, quarter, year) from `starts_on`, on the day of the month `on_day`
    (31: the last one; None: that of the first day). `way`: what is done with each (draft, issue, send).
    `billed_period`: -1, 0 or 1. An empty `name` becomes that of the first line.
    """

    currency: str
    items: tuple[ItemInput, ...]
    starts_on: date
    unit: str = rules.MONTH
    every: int = 1
    on_day: int | None = None
    ends_on: date | None = None
    occurrence_limit: int | None = None
    way: str = rules.AS_DRAFT
    billed_period: int = BilledPeriod.CURRENT
    name: str = ""
    company_id: UUID | None = None
    contact_id: UUID | None = None
    language: str = ""
    notes: str = ""
    series: str = ""
    prices_include_vat: bool = False
    discount_percent: Decimal = Decimal("0.00")
    discount_amount: Decimal = Decimal("0.00")
    supply: str = ""
    payment_method: str = PaymentMethod.BANK_TRANSFER
    payment_term_days: int | None = None


@dataclass(frozen=True)
class RecurringChange:
    """What to change: None leaves a field as it is, where "none" is possible `KEEP` does.

    `items` are those of the terms that hold on the next day, replaced whole. Another rhythm counts from
    `starts_on`, or from the next day; what was made stays.
    """

    currency: str | None = None
    items: tuple[ItemInput, ...] | None = None
    starts_on: date | None = None
    unit: str | None = None
    every: int | None = None
    on_day: int | Keep | None = KEEP
    ends_on: date | Keep | None = KEEP
    occurrence_limit: int | Keep | None = KEEP
    way: str | None = None
    billed_period: int | None = None
    name: str | None = None
    company_id: UUID | Keep | None = KEEP
    contact_id: UUID | Keep | None = KEEP
    language: str | None = None
    notes: str | None = None
    series: str | None = None
    prices_include_vat: bool | None = None
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    supply: str | None = None
    payment_method: str | None = None
    payment_term_days: int | Keep | None = KEEP


def recurring_errors(wanted: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with values that stand on their own; `wanted` names the client."""
    errors = draft_errors(wanted)
    errors += text_errors(RecurringInvoice, {"name": wanted["name"]} if "name" in wanted else {})
    for name, choices in (
        ("unit", rules.UNITS),
        ("way", rules.WAYS),
        ("billed_period", BilledPeriod.values),
    ):
        if name in wanted and wanted[name] not in choices:
            errors.append(FieldError(name, "unknown", _("Choose one from the list.")))
    for name, least, most in (
        ("every", 1, rules.MOST_UNITS),
        ("on_day", 1, rules.LAST_DAY),
        ("occurrence_limit", 1, MOST_OCCURRENCES),
        ("payment_term_days", 0, LONGEST_TERM),
    ):
        value = wanted.get(name)
        if value is not None and not least <= value <= most:
            message = _("From %(least)d to %(most)d.") % {"least": least, "most": most}
            errors.append(FieldError(name, "out_of_range", message))
    return errors


def first_day_errors(starts_on: date, *, today: date, last_made: date | None) -> list[FieldError]:
    """What is wrong with the day from which a rhythm counts."""
    if starts_on < today:
        return [FieldError("starts_on", "day_passed", _("This day has passed."))]
    if starts_on.year > today.year + LATEST_START_YEARS:
        return [FieldError("starts_on", "too_far", _("At most ten years ahead."))]
    if last_made and starts_on <= last_made:
        message = _("There is an invoice of a later day already. Choose a day after it.")
        return [FieldError("starts_on", "day_taken", message)]
    return []
