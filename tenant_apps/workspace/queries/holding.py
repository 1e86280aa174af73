"""Which records hold what their own fields are asked for: tried on some records first, since either way of
asking is the quicker one for some values.
"""

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from shared_apps.core.listing import Reading
from shared_apps.core.listing.trying import Trial, tried
from tenant_apps.workspace.models import CustomValue


class LookedUp(Subquery):
    """Whether one of some answers is yes, asked row by row, in the order that the rows are read anyway."""

    template = "TRUE = ANY(%(subquery)s OFFSET 0)"


class Holding(Trial):
    """The condition that one of the values that a record holds in a field is as wanted: asked by the index of
    the wanted values, or by the values of each record.
    """

    def __init__(self, values: QuerySet[CustomValue], wanted: Q, can_lead: bool) -> None:
        super().__init__(can_lead)
        self.values, self.wanted = values, wanted
        self.own = values.filter(record_id=OuterRef("pk"))

    def gathered(self) -> Any:
        return Exists(self.own.filter(self.wanted))

    def ids(self) -> QuerySet[Any]:
        return self.values.filter(self.wanted).values("record_id")

    def looked_up(self) -> Any:
        answers = self.own.values(is_wanted=ExpressionWrapper(self.wanted, BooleanField()))
        return LookedUp(answers, output_field=BooleanField())


def holding_own(field_id: UUID, wanted: Q, reading: Reading, *, can_lead: bool = True) -> Q:
    """Records that hold a value as `wanted` in the field; of an empty column `wanted` has to say no."""
    return tried(Holding(CustomValue.objects.filter(field_id=field_id), wanted, can_lead), reading)
