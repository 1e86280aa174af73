"""When an invoice that recurs is made, what period it bills, and what it comes to in a year."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from shared_apps.core.money import round_half_up

WEEK, MONTH, QUARTER, YEAR = "week", "month", "quarter", "year"
UNITS = (WEEK, MONTH, QUARTER, YEAR)
MONTHS_IN: Mapping[str, int] = {MONTH: 1, QUARTER: 3, YEAR: 12}
TIMES_A_YEAR: Mapping[str, int] = {WEEK: 52, MONTH: 12, QUARTER: 4, YEAR: 1}
MOST_UNITS = 60
# A month that is shorter than the wanted day ends a rhythm's month early, so 31 is the last day of each.
LAST_DAY = 31
MADE_AT = time(6)

# What is done with each invoice.
AS_DRAFT, ISSUE, ISSUE_AND_SEND = "draft", "issue", "send"
WAYS = (AS_DRAFT, ISSUE, ISSUE_AND_SEND)

ACTIVE, PAUSED, ENDED = "active", "paused", "ended"
# One that ended by mistake may go on.
RECURRING_TRANSITIONS: Mapping[str, frozenset[str]] = {
    ACTIVE: frozenset({PAUSED, ENDED}),
    PAUSED: frozenset({ACTIVE, ENDED}),
    ENDED: frozenset({ACTIVE}),
}


@dataclass(frozen=True)
class Rhythm:
    """Every so many units from the first day on. `on_day`: the day of the month, which short months do not
    reach; weeks have none.
    """

    unit: str
    every: int
    starts_on: date
    on_day: int | None = None

    @property
    def first(self) -> date:
        """The first of its days: `starts_on`, or the first wanted day of a month after it."""
        if self.unit == WEEK:
            return self.starts_on
        day = self._in_month(_month_of(self.starts_on))
        return day if day >= self.starts_on else self._in_month(_month_of(self.starts_on) + 1)

    def on_or_after(self, day: date) -> date:
        """The first of its days that is not before `day`."""
        first = self.first
        if day <= first:
            return first
        if self.unit == WEEK:
            steps = -((first - day).days // (7 * self.every))
            return first + timedelta(days=7 * self.every * steps)
        steps = (_month_of(day) - _month_of(first)) // self._step
        found = self._in_month(_month_of(first) + steps * self._step)
        return found if found >= day else self._in_month(_month_of(first) + (steps + 1) * self._step)

    def after(self, day: date) -> date:
        """The first of its days after `day`."""
        return self.on_or_after(day + timedelta(days=1))

    def days_from(self, day: date) -> Iterator[date]:
        """Its days that are not before `day`, without end."""
        found = self.on_or_after(day)
        while True:
            yield found
            found = self.after(found)

    def period_of(self, day: date, shift: int = 0) -> tuple[date, date]:
        """The first and last day of the period that the invoice of a `day` bills: weeks from that day on,
        else whole months from its month on; `shift` so many periods later, below 0 earlier.
        """
        if self.unit == WEEK:
            length = timedelta(days=7 * self.every)
            first = day + shift * length
            return first, first + length - timedelta(days=1)
        month = _month_of(day) + shift * self._step
        return _first_of(month), _first_of(month + self._step) - timedelta(days=1)

    @property
    def _step(self) -> int:
        return MONTHS_IN[self.unit] * self.every

    def _in_month(self, month: int) -> date:
        first = _first_of(month)
        wanted = self.on_day or self.starts_on.day
        return first.replace(day=min(wanted, monthrange(first.year, first.month)[1]))


def recurring_may_become(state: str, new_state: str) -> bool:
    """Say whether an invoice that recurs may pass from `state` into `new_state`."""
    return new_state in RECURRING_TRANSITIONS[state]


def made_at(day: date, zone: str) -> datetime:
    """The instant at which the invoice of a day is made: six in the morning by the clock of the zone, an hour
    that no change of clocks skips or repeats.
    """
    return datetime.combine(day, MADE_AT, ZoneInfo(zone)).astimezone(UTC)


def value_of_year(amount: Decimal, unit: str, every: int) -> Decimal:
    """What an amount comes to in a year; a year has 52 weeks."""
    return round_half_up(amount * TIMES_A_YEAR[unit] / every)


def raised(price: Decimal, percent: Decimal) -> Decimal:
    """A price raised by a percent, below 0 lowered: to the cent, or as finely as the price was written."""
    places = 2 if price == round_half_up(price) else 4
    return round_half_up(price * (100 + percent) / 100, places)


def _month_of(day: date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
