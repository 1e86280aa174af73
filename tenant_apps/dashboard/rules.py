"""Who comes first: money × urgency. Pure.

Money of two currencies is neither added nor compared: each currency is measured by what is typical for it
in the queue (the mean of all amounts that wait in it), so that an amount counts as "so many times what is
usual in this currency". Urgency is measured by patience: a task is late after days, a customer after months.
"""

from decimal import Decimal

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
