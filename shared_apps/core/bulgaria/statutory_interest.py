"""Statutory interest on overdue money in Bulgaria, as dated rows.

Art. 86 of the Obligations and Contracts Act leaves the rate to the Council of Ministers: Decree 426 of 2014.
It is set for half a year at a time, by the base rate that is in force on 1 January and on 1 July: until the
end of 2025 the base rate of the BNB plus 10 points, since 2026 the rate of the ECB's main refinancing
operations plus 8 points. A day costs 1/360 of the yearly rate.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shared_apps.core.money import round_half_up

DAYS_OF_YEAR = 360
BASIS = {
    "bg": "чл. 86 ЗЗД и ПМС № 426 от 2014 г.",
    "en": "Art. 86 of the Obligations and Contracts Act and Decree 426 of 2014 (Bulgaria)",
}


@dataclass(frozen=True)
class InterestRate:
    """`percent` a year, for the half year that begins on `since`."""

    since: date
    percent: Decimal


RATES = (
    InterestRate(date(2025, 1, 1), Decimal("12.95")),
    InterestRate(date(2025, 7, 1), Decimal("11.91")),
    InterestRate(date(2026, 1, 1), Decimal("10.15")),
)


@dataclass(frozen=True)
class StatutoryInterest:
    """What a sum has come to. `rate` is that of the last day; `is_confirmed` says whether a row of its own
    stands here for the half year of every day: without one the last known rate goes on.
    """

    amount: Decimal
    days: int
    rate: InterestRate
    is_confirmed: bool


def interest_on(amount: Decimal, *, due_on: date, until: date) -> StatutoryInterest | None:
    """Interest on `amount` from the day after it was due to `until`, both included; None when it is not
    late, or was due before the first row.
    """
    if until <= due_on or due_on < RATES[0].since:
        return None
    first, points, is_confirmed = due_on + timedelta(days=1), Decimal(0), True
    while first <= until:
        end = min(_end_of_half(first), until)
        rate = rate_on(first)
        points += rate.percent * ((end - first).days + 1)
        is_confirmed = is_confirmed and rate.since == _start_of_half(first)
        first = end + timedelta(days=1)
    sum_ = round_half_up(amount * points / 100 / DAYS_OF_YEAR)
    return StatutoryInterest(sum_, (until - due_on).days, rate_on(until), is_confirmed)


def rate_on(day: date) -> InterestRate:
    """The last row that began on or before the day; a `ValueError` for a day before the first."""
    known = [rate for rate in RATES if rate.since <= day]
    if not known:
        raise ValueError(day)
    return known[-1]


def is_rate_confirmed(day: date) -> bool:
    """Whether the half year of the day has a row of its own."""
    return rate_on(day).since == _start_of_half(day)


def _start_of_half(day: date) -> date:
    return date(day.year, 1 if day.month < 7 else 7, 1)


def _end_of_half(day: date) -> date:
    return date(day.year, 6, 30) if day.month < 7 else date(day.year, 12, 31)
