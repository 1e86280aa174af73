"""Who comes first: money × urgency. Pure.

Money of two currencies is neither added nor compared: each currency is measured by what is typical for it
in the queue (the mean of all amounts that wait in it), so that an amount counts as "so many times what is
usual in this currency". Urgency is measured by patience: a task is late after days, a customer after months.
"""

from datetime import date
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
