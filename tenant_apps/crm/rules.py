"""What makes the details of a company well formed, what a deal weighs and when it goes bad. Pure."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from shared_apps.core.bulgaria.eik import is_valid_eik
from shared_apps.core.bulgaria.vat import is_valid_vat_number, normalize_vat_number
from shared_apps.core.bulgaria.vat_treatments import EU_COUNTRIES
from shared_apps.core.money import round_half_up

_VAT_PREFIXES = {"GR": "EL"}
_CLOCK = re.compile(r"(?P<hours>[0-9]{1,2}):(?P<minutes>[0-5][0-9])(?:ч\.?|h)?")
_HOURS = re.compile(
    r"(?P<hours>[0-9]{1,2}(?:\.[0-9]{1,2})?)(?:ч\.?|h|часа?|hours?)(?P<minutes>[0-9]{1,2})?(?:м\.?|мин\.?|m|min)?"
)


class RuleCode(StrEnum):
    """What moves a deal by itself. The codes are kept in events and never change."""

    INVOICE_ISSUED = "invoice_issued"
    INVOICE_PAID = "invoice_paid"
    OFFER_SENT = "offer_sent"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"


class Act(StrEnum):
    """What a rule does to a deal: closes an open one as won; marks it as paid in full and tells its owner;
    takes it forward to the stage of its pipeline that waits for offers; asks its owner what comes next.
    """

    WIN = "win"
    CELEBRATE = "celebrate"
    FORWARD = "forward"
    ASK = "ask"


@dataclass(frozen=True)
class MovingRule:
    """A rule by which deals move; `is_on` until somebody switches it."""

    code: RuleCode
    act: Act
    is_on: bool = True


MOVING_RULES = {
    rule.code: rule
    for rule in (
        MovingRule(RuleCode.INVOICE_ISSUED, Act.WIN),
        MovingRule(RuleCode.INVOICE_PAID, Act.CELEBRATE),
        MovingRule(RuleCode.OFFER_SENT, Act.FORWARD),
        MovingRule(RuleCode.OFFER_ACCEPTED, Act.WIN),
        MovingRule(RuleCode.OFFER_DECLINED, Act.ASK),
    )
}


def written_vat_number(number: str, country: str) -> str:
    """The number as registers write it; bare digits get the prefix of a country of the EU."""
    written = normalize_vat_number(number)
    if country in EU_COUNTRIES and written[:1].isdigit():
        return _VAT_PREFIXES.get(country, country) + written
    return written


def is_acceptable_vat_number(number: str, country: str) -> bool:
    """Checked where the EU has a rule for it; a number of another country is taken as it is typed."""
    return country not in EU_COUNTRIES or is_valid_vat_number(number)


def is_acceptable_eik(eik: str, country: str) -> bool:
    """Checked for Bulgaria; elsewhere the register number has another shape."""
    return country != "BG" or is_valid_eik(eik)


def weighted(total: Decimal, probability: int) -> Decimal:
    """What of an amount is to be expected at a probability in percent, to the cent."""
    return round_half_up(total * probability / 100)


def next_activity(next_task_at: datetime | None, *, at: datetime, day_ends_at: datetime) -> str:
    """How soon something is to be done: `overdue`, `today`, `later`, or `none` planned."""
    if next_task_at is None:
        return "none"
    if next_task_at < at:
        return "overdue"
    return "today" if next_task_at <= day_ends_at else "later"


def is_rotting(stage_entered_at: datetime, rot_days: int | None, *, at: datetime) -> bool:
    """Whether a deal has been in its stage for longer than the stage's limit."""
    return rot_days is not None and stage_entered_at < at - timedelta(days=rot_days)


def next_day(day: date, recurrence: str, aim: int) -> date:
    """The day after `day` on which something that recurs comes again. `aim` is the day of the month it is
    meant for: 31 January → 28 February → 31 March.
    """
    if recurrence == "daily":
        return day + timedelta(days=1)
    if recurrence == "workdays":
        return day + timedelta(days={4: 3, 5: 2}.get(day.weekday(), 1))
    if recurrence == "weekly":
        return day + timedelta(days=7)
    if recurrence == "monthly":
        return _in_month(day.year + day.month // 12, day.month % 12 + 1, aim)
    if recurrence == "yearly":
        return _in_month(day.year + 1, day.month, aim)
    raise ValueError(recurrence)


def next_due_day(day: date, recurrence: str, aim: int, *, on: date) -> date:
    """The next day, not one that has passed already on the day `on`."""
    following = next_day(day, recurrence, aim)
    while following < on:
        following = next_day(following, recurrence, aim)
    return following


def _in_month(year: int, month: int, aim: int) -> date:
    return date(year, month, min(aim, monthrange(year, month)[1]))


def hours_of(minutes: int) -> Decimal:
    """Minutes as hours to two decimals, half up, as invoices count them."""
    return round_half_up(Decimal(minutes) / 60)


def cost_of_time(minutes: int, hourly_rate: Decimal) -> Decimal:
    """What so much time costs, to the cent: the hours as an invoice writes them, by their rate."""
    return round_half_up(hours_of(minutes) * hourly_rate)


def read_minutes(text: str) -> int | None:
    """How long something took, as people write it: `90`, `1:30`, `1,5 ч`, `2h`; a bare number is minutes.
    None for what says nothing.
    """
    words = "".join(text.casefold().split()).replace(",", ".")
    if found := _CLOCK.fullmatch(words):
        return int(found["hours"]) * 60 + int(found["minutes"])
    if found := _HOURS.fullmatch(words):
        return int(round_half_up(Decimal(found["hours"]) * 60, 0)) + int(found["minutes"] or 0)
    return int(words) if words.isascii() and words.isdigit() else None
