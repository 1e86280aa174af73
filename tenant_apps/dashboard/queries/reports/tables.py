"""What every report is made of: what was asked, and tables of figures that say what they count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core.actors import Actor
from shared_apps.core.listing import Condition, Filter, write_filter
from tenant_apps.crm.models import Deal
from tenant_apps.crm.queries import visible_deals

COUNT, MONEY, PERCENT = "count", "money", "percent"
Figure = Decimal | int | None


@dataclass(frozen=True)
class Asked:
    """What a report is asked for. Days are the organization's, `since` inclusive, `until` exclusive. `names`:
    user id → name, of everybody who is or was in the team.
    """

    actor: Actor
    since: date
    until: date
    zone: str
    names: Mapping[UUID, str]
    pipeline_id: UUID | None = None
    person_id: UUID | None = None
    currency: str = ""

    def within(self, column: str) -> Q:
        """The condition that an instant lies in the period."""
        return Q(**{f"{column}__gte": self._begins(self.since), f"{column}__lt": self._begins(self.until)})

    @property
    def last_day(self) -> date:
        return self.until - timedelta(days=1)

    def name_of(self, user_id: UUID | None) -> str:
        return self.names.get(user_id, _("Unknown person")) if user_id else _("Nobody")

    def _begins(self, day: date) -> datetime:
        return datetime.combine(day, time.min, ZoneInfo(self.zone))


@dataclass(frozen=True)
class Column:
    """A column of figures; `kind` is COUNT, MONEY (in the currency of its table) or PERCENT."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True)
class Row:
    """A line: its words, its figures by column, and for a figure the address of the list that it counts."""

    label: str
    figures: Mapping[str, Figure]
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Figures of one currency, or of none. `heading` is over the words of its rows, `chart` names the column
    that is drawn.
    """

    name: str
    title: str
    heading: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    chart: str
    currency: str = ""
    total: Row | None = None


def asked_deals(asked: Asked) -> QuerySet[Deal]:
    """The deals in use that the actor sees, narrowed to the pipeline, person and currency asked for."""
    rows = visible_deals(asked.actor)
    if asked.pipeline_id:
        rows = rows.filter(pipeline_id=asked.pipeline_id)
    if asked.person_id:
        rows = rows.filter(owner_id=asked.person_id)
    return rows.filter(currency=asked.currency) if asked.currency else rows


def deals_address(asked: Asked, *conditions: Condition, currency: str = "") -> str:
    """The list of deals, narrowed to what was asked and to these conditions."""
    common = [
        Condition(name, "is", (str(value),))
        for name, value in (
            ("pipeline", asked.pipeline_id),
            ("owner", asked.person_id),
            ("currency", currency or asked.currency),
        )
        if value and not any(one.name == name for one in conditions)
    ]
    return list_address("deal_list", *conditions, *common)


def list_address(url_name: str, *conditions: Condition) -> str:
    return f"{reverse(url_name)}?{urlencode({'filter': write_filter(Filter(conditions))})}"


def in_period(asked: Asked, column: str, since: date | None = None, until: date | None = None) -> Condition:
    """The condition of a list that an instant lies in the period, or in the part of it that is given."""
    first = max(since or asked.since, asked.since)
    last = min(until or asked.until, asked.until) - timedelta(days=1)
    return Condition(column, "between", (first.isoformat(), last.isoformat()))


def of_person(name: str, user_id: UUID | None) -> Condition:
    return Condition(name, "is", (str(user_id),)) if user_id else Condition(name, "empty")


def total_of(columns: Sequence[Column], rows: Sequence[Row]) -> Row:
    """The sums below a table: of its counts and of its money, which is all of one currency."""
    sums: dict[str, Any] = {
        column.name: sum((row.figures.get(column.name) or 0 for row in rows), Decimal(0))
        for column in columns
        if column.kind != PERCENT
    }
    whole = {column.name for column in columns if column.kind == COUNT}
    return Row(_("Total"), {name: int(one) if name in whole else one for name, one in sums.items()})
