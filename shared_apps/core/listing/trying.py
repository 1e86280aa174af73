"""Conditions that are tried on some records before it is said how they are asked.

PostgreSQL knows how often a value occurs in a column, not how often among those of one own field or among the
companies of contacts, so it takes what most records hold for rare and reads all of them. Where enough of the
tried pass, the rows are looked into one by one in the order of the list, and a page is soon full; where few
do, an index of what is asked for finds them.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Func, Q, QuerySet

from shared_apps.core.listing.kinds import Reading

TRIED = 1_000
# Of those tried: enough for a page to be full soon, for a count to be full soon, and too many to gather by
# one condition when another holds of fewer.
FILLS_A_PAGE, FILLS_A_COUNT, MANY = 20, 200, 50


class Trial:
    """A condition that can be asked in two ways: `gathered` finds its records, `looked_up` looks into each.
    `can_lead`: whether it may gather the records, which a condition that is turned round cannot.
    """

    conditional = True

    def __init__(self, can_lead: bool = True) -> None:
        self.can_lead, self.is_looked_up = can_lead, False

    def gathered(self) -> Any:
        raise NotImplementedError

    def looked_up(self) -> Any:
        raise NotImplementedError

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        asked = self.looked_up() if self.is_looked_up else self.gathered()
        return asked.resolve_expression(*args, **kwargs)


class RowByRow(Func):
    """A condition with a subquery that is made once and kept, and never joined."""

    template = "(%(expressions)s) IS TRUE"
    output_field = BooleanField()


class Belonging(Trial):
    """The condition that a record belongs to one of some others: `among`, a key IN a subquery."""

    def __init__(self, among: Q) -> None:
        super().__init__()
        self.among = among

    def gathered(self) -> Q:
        return self.among

    def looked_up(self) -> RowByRow:
        return RowByRow(ExpressionWrapper(self.among, BooleanField()))


@dataclass
class Trials:
    """The conditions to be tried that one reading holds. `are_many`: whether so many rows pass that it
    would take long to count them all.
    """

    open: list[Trial] = field(default_factory=list)
    are_many: bool = False

    def narrow(self, rows: QuerySet[Any], asked: Q) -> tuple[QuerySet[Any], QuerySet[Any]]:
        """`rows` of which `asked` holds, twice: to read the first of them, and to read them all. Takes one
        statement where there is something to try, else none.
        """
        trials, self.open = self.open, []
        if not trials:
            return (narrowed := rows.filter(asked)), narrowed
        for one in trials:
            one.is_looked_up = True
        shares = _shares(rows, asked, trials)
        self.are_many = shares["together"] >= FILLS_A_COUNT
        if shares["together"] < FILLS_A_PAGE:
            _gather(trials, shares)
        first = rows.filter(asked)
        _gather(trials, shares)
        return first, rows.filter(asked)


def trials_of(reading: Reading) -> Trials:
    """The conditions that a reader puts to one list."""
    found: Trials = reading.memory.setdefault("trials", Trials())
    return found


def tried(one: Trial, reading: Reading) -> Q:
    """The condition, tried before it is asked."""
    trials_of(reading).open.append(one)
    return Q(one)


def _gather(trials: list[Trial], shares: dict[str, int]) -> None:
    """Gather by the conditions that few records pass; by all where there is none such."""
    few = [one for number, one in enumerate(trials) if one.can_lead and shares[f"alone{number}"] < MANY]
    for one in few or trials:
        one.is_looked_up = False


def _shares(rows: QuerySet[Any], asked: Q, trials: list[Trial]) -> dict[str, int]:
    """How many of the newest rows pass each condition, and how many all that is asked."""
    conditions = {f"alone{number}": Q(one) for number, one in enumerate(trials)}
    if asked != Q(trials[0]):
        conditions["together"] = asked
    passed = {f"is_{name}": ExpressionWrapper(one, BooleanField()) for name, one in conditions.items()}
    newest = rows.order_by("-id").values("pk").annotate(**passed)[:TRIED]
    found: dict[str, int] = newest.aggregate(
        **{name: Count("pk", filter=Q(**{f"is_{name}": True})) for name in conditions}
    )
    return {"together": found["alone0"]} | found
