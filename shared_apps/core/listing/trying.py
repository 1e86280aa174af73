"""Conditions that are tried on some records before it is said how they are asked.

PostgreSQL knows how often a value occurs in a column, not how often among those of one own field or among the
companies of contacts, so it takes what most records hold for rare and reads all of them. Where enough of the
tried pass, the rows are looked into one by one in the order of the list, and a page is soon full; where few
do, an index of what is asked for finds them.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Func, Q, QuerySet, Value

from shared_apps.core.listing.kinds import Reading

TRIED = 1_000
# Of those tried: enough for a page to be full soon, for a count to be full soon, and too many to gather by
# one condition when another holds of fewer.
FILLS_A_PAGE, FILLS_A_COUNT, MANY = 20, 200, 50


class Way(Enum):
    """How a condition is asked: its records are found, each record is looked into, or its records were found
    together with those of other conditions.
    """

    GATHERED, LOOKED_UP, TOGETHER = range(3)


class Trial:
    """A condition that can be asked in several ways; which of them, is said before the query is built.
    `can_lead`: whether it may gather the records, which a condition that is turned round cannot.
    """

    conditional = True

    def __init__(self, can_lead: bool = True) -> None:
        self.can_lead, self.way = can_lead, Way.GATHERED

    def gathered(self) -> Any:
        raise NotImplementedError

    def looked_up(self) -> Any:
        raise NotImplementedError

    def ids(self) -> QuerySet[Any] | None:
        """The ids of its records, for what can be found together; None for what cannot."""
        return None

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        if self.way is Way.TOGETHER:
            return Value(True).resolve_expression(*args, **kwargs)
        asked = self.looked_up() if self.way is Way.LOOKED_UP else self.gathered()
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
            one.way = Way.LOOKED_UP
        shares = _shares(rows, asked, trials)
        self.are_many = shares["together"] >= FILLS_A_COUNT
        if shares["together"] < FILLS_A_PAGE:
            return (gathered := _gathered(rows, asked, trials, shares)), gathered
        first = rows.filter(asked)
        return first, _gathered(rows, asked, trials, shares)


def trials_of(reading: Reading) -> Trials:
    """The conditions that a reader puts to one list."""
    found: Trials = reading.memory.setdefault("trials", Trials())
    return found


def tried(one: Trial, reading: Reading) -> Q:
    """The condition, tried before it is asked."""
    trials_of(reading).open.append(one)
    return Q(one)


def _gathered(rows: QuerySet[Any], asked: Q, trials: list[Trial], shares: dict[str, int]) -> QuerySet[Any]:
    """The rows by the conditions that few records pass; by all where there is none such, those together that
    must hold all.
    """
    few = [one for number, one in enumerate(trials) if one.can_lead and shares[f"alone{number}"] < MANY]
    for one in few or trials:
        one.way = Way.GATHERED
    required = [] if few or asked.negated or asked.connector != Q.AND else asked.children
    found = [
        (one, ids)
        for one in required
        if isinstance(one, Trial) and one.can_lead and (ids := one.ids()) is not None
    ]
    if len(found) < 2:
        return rows.filter(asked)
    for one, _ids in found:
        one.way = Way.TOGETHER
    first, *others = (ids for _one, ids in found)
    return rows.filter(asked, pk__in=first.intersection(*others))


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
