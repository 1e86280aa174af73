"""Which records hold what their own fields are asked for, found the way that is quicker.

PostgreSQL knows how often a value occurs among all values, not how often in one field, so it takes what most
records hold for rare and reads all of them. We try the filter on some records first: where enough of them
pass, the rows are looked into one by one in the order of the list, and a page is soon full; where few do, the
index of the values finds them.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from shared_apps.core.listing import Reading
from tenant_apps.workspace.models import CustomValue

TRIED = 1_000
# Of those tried: enough for a page to be full soon, for a count to be full soon, and too many to gather by
# one condition when another holds of fewer.
FILLS_A_PAGE, FILLS_A_COUNT, MANY = 20, 200, 50


class LookedUp(Subquery):
    """Whether one of some answers is yes, asked row by row, in the order that the rows are read anyway."""

    template = "TRUE = ANY(%(subquery)s OFFSET 0)"


class Holding:
    """The condition that one of the values that a record holds in a field is as wanted. `is_looked_up` says
    how it is asked when the query is built: by the values of each record, or by the index of the wanted ones.

    `can_lead`: whether it may gather the records, which a condition that is turned round cannot.
    """

    conditional = True

    def __init__(self, values: QuerySet[CustomValue], wanted: Q, can_lead: bool) -> None:
        self.values, self.wanted, self.can_lead = values, wanted, can_lead
        self.is_looked_up = False

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        own = self.values.filter(record_id=OuterRef("pk"))
        asked: Exists | LookedUp = Exists(own.filter(self.wanted))
        if self.is_looked_up:
            answers = own.values(is_wanted=ExpressionWrapper(self.wanted, BooleanField()))
            asked = LookedUp(answers, output_field=BooleanField())
        return asked.resolve_expression(*args, **kwargs)


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
            one.is_looked_up = True
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
        one.is_looked_up = False


def holdings_of(reading: Reading) -> Holdings:
    """The conditions that a reader puts to one list."""
    found: Holdings = reading.memory.setdefault("holdings", Holdings())
    return found


def holding_own(field_id: UUID, wanted: Q, reading: Reading, *, can_lead: bool = True) -> Q:
    """Records that hold a value as `wanted` in the field; of an empty column `wanted` has to say no."""
    one = Holding(CustomValue.objects.filter(field_id=field_id), wanted, can_lead)
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
