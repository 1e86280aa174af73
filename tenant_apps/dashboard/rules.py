"""Who comes first: money × urgency. Pure.

Money of two currencies is neither added nor compared: each currency is measured by what is typical for it
in the queue (the mean of all amounts that wait in it), so that an amount counts as "so many times what is
usual in this currency". Urgency is measured by patience: a task is late after days, a customer after months.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from shared_apps.core.money import round_half_up

SMALLEST = Decimal("0.25")  # what has no money in it, or little, still comes


def size(amount: Decimal | None, typical: Decimal | None) -> Decimal:
    """An amount as a multiple of what is `typical` in its currency, at least SMALLEST. Rises with the
    amount.
    """
    return max(amount / typical, SMALLEST) if amount and typical else SMALLEST


def urgency(late: Decimal, patience: Decimal) -> Decimal:
    """From 0 (just due) towards 1 (forgotten): one half when it is as many days `late` as one is patient with
    its kind. Rises with every day, falls with patience. Both in days, `patience` above zero.
    """
    return late / (late + patience)


def priority(*, amount: Decimal | None, typical: Decimal | None, late: Decimal, patience: Decimal) -> Decimal:
    """Money × urgency: whoever has the higher one comes first. `queries.who_first` has the same in SQL."""
    return size(amount, typical) * urgency(late, patience)


def percent(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """What share of the whole a part is, in percent with one place, half up; None of nothing."""
    return round_half_up(Decimal(part) * 100 / Decimal(whole), 1) if whole else None


def period_of(name: str, on: date) -> tuple[date, date] | None:
    """The half-open period that a name of PERIODS means on a day; None for a name that means none."""
    month, year = on.replace(day=1), on.replace(month=1, day=1)
    quarter = on.replace(month=on.month - (on.month - 1) % 3, day=1)
    periods = {
        "last_12_months": (months_after(month, -11), months_after(month, 1)),
        "this_month": (month, months_after(month, 1)),
        "last_month": (months_after(month, -1), month),
        "this_quarter": (quarter, months_after(quarter, 3)),
        "last_quarter": (months_after(quarter, -3), quarter),
        "this_year": (year, months_after(year, 12)),
        "last_year": (months_after(year, -12), year),
    }
    return periods.get(name)


def months_after(first: date, count: int) -> date:
    """The first day of the month that lies so many months after the month of a day."""
    number = first.year * 12 + first.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def months_in(since: date, until: date) -> list[date]:
    """The first days of the months that a half-open period touches."""
    months, month = [], since.replace(day=1)
    while month < until:
        months.append(month)
        month = months_after(month, 1)
    return months


# How old a debt is, in days after its due day: name → from, to (None: without end).
AGES: Mapping[str, tuple[int, int | None]] = {
    "days_30": (1, 30),
    "days_60": (31, 60),
    "days_90": (61, 90),
    "older": (91, None),
}
# How many weeks money is expected for, this one first; and the number of what should have come by now.
WEEKS, BEFORE_NOW = 12, -1


def days_of_age(name: str, on: date) -> tuple[date, date | None]:
    """The newest and the oldest due day of debts of this age (AGES) on a day."""
    least, most = AGES[name]
    return on - timedelta(days=least), on - timedelta(days=most) if most else None


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def expected_on(due: date, delay: Decimal | None) -> date:
    """The day on which money is expected that is due on a day, from one who pays so many days later on
    average, half a day counting as one; None of one who never paid.
    """
    return due + timedelta(days=int(round_half_up(delay, 0))) if delay is not None else due


def week_of(day: date, on: date) -> int:
    """The number of the week in which `day` lies, seen from `on`: 0 this one, at most WEEKS for all later
    ones, BEFORE_NOW for a day that is over. `queries.money` has the same in SQL.
    """
    return BEFORE_NOW if day < on else min((day - monday_of(on)).days // 7, WEEKS)
