"""How far deals come: of those that began in the period, how many reached each stage and were won."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shared_apps.core.listing import Condition
from tenant_apps.crm.models import DealStatus, Stage, StageStay
from tenant_apps.dashboard.queries.reports.selling import LOST, OPEN, WON, month_name, stages_asked
from tenant_apps.dashboard.queries.reports.tables import (
    COUNT,
    PERCENT,
    Asked,
    Column,
    Row,
    Table,
    asked_deals,
    deals_address,
    in_period,
)
from tenant_apps.dashboard.rules import months_after, months_in, percent

Reached = Sequence[tuple[int | None, str, int]]


def conversion(asked: Asked) -> list[Table]:
    """Stage to stage, and month by month. `asked` names a pipeline.

    A deal has reached a stage when it stood in it or in a later one, or was won.
    """
    return [_by_stage(asked), _by_month(asked)]


def _furthest(asked: Asked) -> Reached:
    """(position of the furthest stage, status, how many deals) of those that began in the period."""
    deals = asked_deals(asked).filter(asked.within("created_at"))
    stays = (
        StageStay.objects.filter(deal__in=deals.order_by().values("pk"), stage__pipeline=asked.pipeline_id)
        .order_by()
        .values("deal_id", "deal__status")
        .annotate(furthest=Max("stage__position"))
        .values_list("furthest", "deal__status")
    )
    sql, params = stays.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT furthest, status, count(*) FROM ({sql}) one (furthest, status) GROUP BY 1, 2",  # noqa: S608
            params,
        )
        return cursor.fetchall()


def _by_stage(asked: Asked) -> Table:
    columns = (
        Column("reached", _("Reached"), COUNT),
        Column("next", _("Came to the next stage"), COUNT),
        Column("rate", _("To the next stage"), PERCENT),
        Column("won", pgettext("deals", "Won"), COUNT),
        Column("won_rate", _("Of these won"), PERCENT),
    )
    found = _furthest(asked)
    live = [stage for stage in stages_asked(asked) if stage.archived_at is None]
    rows = [_stage_row(asked, stage, live[place + 1 : place + 2], found) for place, stage in enumerate(live)]
    title = _("From stage to stage: deals that began in the period")
    return Table("stages", title, _("Stage"), columns, rows, "reached")


def _stage_row(asked: Asked, stage: Stage, following: list[Stage], found: Reached) -> Row:
    reached, won = _reached(stage.position, found), _count(found, DealStatus.WON)
    onward = _reached(following[0].position, found) if following else won
    began = in_period(asked, "created_at")
    here = deals_address(asked, _came_to(stage), began)
    of_won = deals_address(asked, WON, began)
    further = deals_address(asked, _came_to(following[0]), began) if following else of_won
    figures = {
        "reached": reached,
        "next": onward,
        "rate": percent(onward, reached),
        "won": won,
        "won_rate": percent(won, reached),
    }
    return Row(stage.name, figures, {"reached": here, "next": further, "won": of_won})


def _came_to(stage: Stage) -> Condition:
    return Condition("reached", "is", (str(stage.pk),))


def _reached(position: int, found: Reached) -> int:
    return sum(
        count
        for furthest, status, count in found
        if status == DealStatus.WON or (furthest is not None and furthest >= position)
    )


def _count(found: Reached, wanted: str) -> int:
    return sum(count for _furthest, status, count in found if status == wanted)


def _by_month(asked: Asked) -> Table:
    columns = (
        Column("began", _("Began"), COUNT),
        Column("won", pgettext("deals", "Won"), COUNT),
        Column("lost", pgettext("deals", "Lost"), COUNT),
        Column("open", pgettext("deals", "Still open"), COUNT),
        Column("won_rate", _("Of these won"), PERCENT),
    )
    rows = (
        asked_deals(asked)
        .filter(asked.within("created_at"))
        .order_by()
        .annotate(month=TruncMonth("created_at"))
        .values("month")
        .annotate(
            began=Count("id"),
            won=Count("id", filter=Q(status=DealStatus.WON)),
            lost=Count("id", filter=Q(status=DealStatus.LOST)),
            open=Count("id", filter=Q(status=DealStatus.OPEN)),
        )
    )
    found: dict[date, Any] = {one["month"].date(): one for one in rows}
    lines = [_month_row(asked, month, found.get(month)) for month in months_in(asked.since, asked.until)]
    title = _("What became of the deals of each month")
    total = _total([line.figures for line in lines])
    return Table("months", title, _("Began in"), columns, lines, "began", total=total)


def _month_row(asked: Asked, month: date, one: Any) -> Row:
    began = in_period(asked, "created_at", month, months_after(month, 1))
    links = {name: deals_address(asked, *ways, began) for name, ways in _WAYS.items()}
    counts = {name: one[name] if one else 0 for name in _WAYS}
    return Row(month_name(month), counts | {"won_rate": percent(counts["won"], counts["began"])}, links)


def _total(lines: list[Any]) -> Row:
    sums = {name: sum(line[name] for line in lines) for name in _WAYS}
    return Row(_("Total"), sums | {"won_rate": percent(sums["won"], sums["began"])})


_WAYS: dict[str, tuple[Condition, ...]] = {"began": (), "won": (WON,), "lost": (LOST,), "open": (OPEN,)}
