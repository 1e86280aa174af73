"""Which records hold what their own fields are asked for, found the way that is quicker.

PostgreSQL knows how often a value occurs among all values, not how often in one field, so it takes what most
records hold for rare and reads all of them. We try the filter on some records first: where enough of them
pass, the rows are looked into one by one in the order of the list, and a page is soon full; where few do, the
index of the values finds them.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from shared_apps.core.listing import Reading
from tenant_apps.workspace.models import CustomValue

TRIED = 1_000
# Of those tried: enough for a page to be full soon, for a count to be full soon, and too many to gather by
# one condition when another holds of fewer.
FILLS_A_PAGE, FILLS_A_COUNT, MANY = 20, 200, 50


class LookedUp(Exists):
    """An `Exists` that is asked row by row, in the order that the rows are read anyway."""

    template = "EXISTS(%(subquery)s OFFSET 0)"


class Holding:
    """The condition that a record holds one of `held`; `way` says how it is asked when the query is built.

    `can_lead`: whether it may gather the records, which a condition that is turned round cannot.
    """

    conditional = True

    def __init__(self, held: QuerySet[CustomValue], can_lead: bool) -> None:
        self.held, self.can_lead = held, can_lead
        self.way: type[Exists] = Exists

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        return self.way(self.held.filter(record_id=OuterRef("pk"))).resolve_expression(*args, **kwargs)


@dataclass
class Holdings:
    """The conditions about own fields that one reading holds. `are_many`: whether so many rows pass that it
    would take long to count them all.
    """

    open: list[Holding] = field(default_factory=list)
    are_many: bool = False

    def narrow(self, rows: QuerySet[Any], asked: Q) -> tuple[QuerySet[Any], QuerySet[Any]]:
        """`rows` of which `asked` holds, twice: to read the first of them, and to read them all. Takes one
        statement where own fields are asked for, else none.
        """
        holdings, self.open = self.open, []
        if not holdings:
            return (narrowed := rows.filter(asked)), narrowed
        for one in holdings:
            one.way = LookedUp
        shares = _shares(rows, asked, holdings)
        self.are_many = shares["together"] >= FILLS_A_COUNT
        if shares["together"] < FILLS_A_PAGE:
            _gather(holdings, shares)
        first = rows.filter(asked)
        _gather(holdings, shares)
        return first, rows.filter(asked)


def _gather(holdings: list[Holding], shares: dict[str, int]) -> None:
    """Gather by the conditions that few records pass; by all where there is none such."""
    few = [one for number, one in enumerate(holdings) if one.can_lead and shares[f"alone{number}"] < MANY]
    for one in few or holdings:
        one.way = Exists


def holdings_of(reading: Reading) -> Holdings:
    """The conditions that a reader puts to one list."""
    found: Holdings = reading.memory.setdefault("holdings", Holdings())
    return found


def holding_own(held: QuerySet[CustomValue], reading: Reading, *, can_lead: bool = True) -> Q:
    """Records that hold one of `held`."""
    one = Holding(held, can_lead)
    holdings_of(reading).open.append(one)
    return Q(one)


def _shares(rows: QuerySet[Any], asked: Q, holdings: list[Holding]) -> dict[str, int]:
    """How many of the newest rows pass each condition, and how many all that is asked."""
    tried = rows.order_by("-id").values("pk")[:TRIED]
    alone = {f"alone{number}": Count("pk", filter=Q(one)) for number, one in enumerate(holdings)}
    found: dict[str, int] = rows.model._default_manager.filter(pk__in=tried).aggregate(
        together=Count("pk", filter=asked), **alone
    )
    return found
