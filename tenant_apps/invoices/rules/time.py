"""How logged time becomes lines of an invoice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared_apps.core.money import round_half_up

BY_ENTRY, BY_RATE = "entry", "rate"
GROUPINGS = (BY_ENTRY, BY_RATE)


@dataclass(frozen=True)
class Worked:
    """Time that was worked on a day, and what an hour of it costs."""

    description: str
    worked_on: date
    minutes: int
    hourly_rate: Decimal


@dataclass(frozen=True)
class TimeLine:
    """What a line bills: hours to two decimals at a rate; the days from first to last; what was done, where
    it is one thing.
    """

    hours: Decimal
    hourly_rate: Decimal
    first: date
    last: date
    description: str = ""


def hours_of(minutes: int) -> Decimal:
    """Minutes as hours to two decimals, half up."""
    return round_half_up(Decimal(minutes) / 60)


def time_lines(worked: Iterable[Worked], grouping: str) -> list[TimeLine]:
    """The lines: one for each, or one for each rate, the highest first, whose minutes are added before they
    are rounded.
    """
    entries = list(worked)
    if grouping == BY_ENTRY:
        return [
            TimeLine(hours_of(one.minutes), one.hourly_rate, one.worked_on, one.worked_on, one.description)
            for one in entries
        ]
    lines = []
    for rate in sorted({one.hourly_rate for one in entries}, reverse=True):
        same = [one for one in entries if one.hourly_rate == rate]
        days = [one.worked_on for one in same]
        lines.append(TimeLine(hours_of(sum(one.minutes for one in same)), rate, min(days), max(days)))
    return lines
