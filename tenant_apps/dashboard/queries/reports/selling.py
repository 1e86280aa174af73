"""Where deals stand, how they ended and who sold how much: a table for each currency."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from babel.dates import format_date
from django.db.models import Count, F, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shared_apps.core.formats import locale_of
from shared_apps.core.listing import Condition
from shared_apps.core.money import round_half_up
from tenant_apps.crm.models import DealStatus, Stage
from tenant_apps.crm.queries import stages
from tenant_apps.dashboard.queries.reports.tables import (
    COUNT,
    MONEY,
    PERCENT,
    Asked,
    Column,
    Row,
    Table,
    asked_deals,
    deals_address,
    in_period,
    of_person,
    total_of,
)
from tenant_apps.dashboard.rules import months_after, months_in, percent

OPEN, WON, LOST = (Condition("status", "is", (status,)) for status in ("open", "won", "lost"))


def pipeline_by_stage(asked: Asked) -> list[Table]:
    """How many open deals stand in each stage now, their value, and what of it is to be expected."""
    found = (
        asked_deals(asked)
        .filter(status=DealStatus.OPEN)
        .order_by()
        .values("stage_id", "currency")
        .annotate(count=Count("id"), total=Sum("value"), weighted=Sum(F("value") * F("stage__probability")))
    )
    by_currency: dict[str, dict[UUID, Any]] = defaultdict(dict)
    for one in found:
        by_currency[one["currency"]][one["stage_id"]] = one
    known = stages_asked(asked)
    return [_stage_table(asked, currency, by_currency[currency], known) for currency in sorted(by_currency)]


def stages_asked(asked: Asked) -> list[Stage]:
    """Every stage that ever was of the pipeline asked for, or of all, in order."""
    rows = stages(archived=None)
    return list(rows.filter(pipeline_id=asked.pipeline_id) if asked.pipeline_id else rows)


def stage_name(stage: Stage, known: list[Stage]) -> str:
    """Its name, with its pipeline where there are several."""
    several = len({one.pipeline_id for one in known}) > 1
    return f"{stage.pipeline.name} · {stage.name}" if several else stage.name


def _stage_table(asked: Asked, currency: str, found: dict[UUID, Any], known: list[Stage]) -> Table:
    columns = (
        Column("count", _("Deals"), COUNT),
        Column("total", _("Value"), MONEY),
        Column("weighted", _("Weighted"), MONEY),
    )
    rows = []
    for stage in known:
        one = found.get(stage.pk)
        if one is None and (stage.archived_at or stage.pipeline.archived_at):
            continue
        one = one or {"count": 0, "total": Decimal(0), "weighted": Decimal(0)}
        link = deals_address(asked, OPEN, Condition("stage", "is", (str(stage.pk),)), currency=currency)
        figures = {
            "count": one["count"],
            "total": one["total"],
            "weighted": round_half_up(one["weighted"] / 100),
        }
        rows.append(Row(stage_name(stage, known), figures, {"count": link, "total": link}))
    title = _("Open deals by stage, %(currency)s") % {"currency": currency}
    total = total_of(columns, rows)
    return Table(f"stages-{currency}", title, _("Stage"), columns, rows, "total", currency, total)


def won_and_lost(asked: Asked) -> list[Table]:
    """What was won and lost in the period, and the reasons for what was lost."""
    found = (
        asked_deals(asked)
        .filter(asked.within("closed_at"))
        .exclude(status=DealStatus.OPEN)
        .order_by()
        .values("currency", "status", "lost_reason")
        .annotate(count=Count("id"), total=Sum("value"))
    )
    by_currency: dict[str, list[Any]] = defaultdict(list)
    for one in found:
        by_currency[one["currency"]].append(one)
    tables = []
    for currency in sorted(by_currency):
        tables += [_outcomes(asked, currency, by_currency[currency])]
        tables += _reasons(asked, currency, by_currency[currency])
    return tables


def _ended_columns() -> tuple[Column, ...]:
    return (
        Column("count", _("Deals"), COUNT),
        Column("total", _("Value"), MONEY),
        Column("share", _("Share of the deals"), PERCENT),
    )


def _outcomes(asked: Asked, currency: str, found: list[Any]) -> Table:
    whole = sum(one["count"] for one in found)
    rows = []
    for status, word, condition in (
        (DealStatus.WON, pgettext("deals", "Won"), WON),
        (DealStatus.LOST, pgettext("deals", "Lost"), LOST),
    ):
        ended = [one for one in found if one["status"] == status]
        link = deals_address(asked, condition, in_period(asked, "closed_at"), currency=currency)
        rows.append(_ended(word, ended, whole, link))
    title = _("Won and lost, %(currency)s") % {"currency": currency}
    columns = _ended_columns()
    total = total_of(columns, rows)
    return Table(f"outcomes-{currency}", title, _("Outcome"), columns, rows, "total", currency, total)


def _reasons(asked: Asked, currency: str, found: list[Any]) -> list[Table]:
    lost = [one for one in found if one["status"] == DealStatus.LOST]
    if not lost:
        return []
    whole = sum(one["count"] for one in lost)
    rows = []
    for one in sorted(lost, key=lambda one: (-one["count"], one["lost_reason"])):
        reason = Condition("lost_reason", "is", (one["lost_reason"],))
        link = deals_address(asked, LOST, reason, in_period(asked, "closed_at"), currency=currency)
        rows.append(_ended(one["lost_reason"], [one], whole, link))
    title = _("Why deals were lost, %(currency)s") % {"currency": currency}
    columns = _ended_columns()
    total = total_of(columns, rows)
    return [Table(f"reasons-{currency}", title, _("Reason"), columns, rows, "count", currency, total)]


def _ended(label: str, found: list[Any], whole: int, link: str) -> Row:
    count = sum(one["count"] for one in found)
    total = sum((one["total"] for one in found), Decimal(0))
    figures = {"count": count, "total": total, "share": percent(count, whole)}
    return Row(label, figures, {"count": link, "total": link})


def sales_by_person(asked: Asked) -> list[Table]:
    """What each person won in each month: months down, people across."""
    found = (
        asked_deals(asked)
        .filter(asked.within("closed_at"), status=DealStatus.WON)
        .order_by()
        .annotate(month=TruncMonth("closed_at"))
        .values("currency", "owner_id", "month")
        .annotate(count=Count("id"), total=Sum("value"))
    )
    by_currency: dict[str, dict[tuple[date, UUID | None], Any]] = defaultdict(dict)
    for one in found:
        by_currency[one["currency"]][one["month"].date(), one["owner_id"]] = one
    return [_sales_table(asked, currency, by_currency[currency]) for currency in sorted(by_currency)]


def _sales_table(asked: Asked, currency: str, found: dict[tuple[date, UUID | None], Any]) -> Table:
    people = sorted({person for _month, person in found}, key=asked.name_of)
    columns = (
        Column("count", _("Deals"), COUNT),
        Column("total", pgettext("of a row", "Total"), MONEY),
        *(Column(_person_column(person), asked.name_of(person), MONEY) for person in people),
    )
    rows = [
        _month_of_sales(asked, currency, month, people, found)
        for month in months_in(asked.since, asked.until)
    ]
    title = _("Won deals by month and person, %(currency)s") % {"currency": currency}
    total = total_of(columns, rows)
    return Table(f"sales-{currency}", title, _("Month"), columns, rows, "total", currency, total)


def _month_of_sales(
    asked: Asked,
    currency: str,
    month: date,
    people: list[UUID | None],
    found: dict[tuple[date, UUID | None], Any],
) -> Row:
    figures: dict[str, Any] = {"count": 0, "total": Decimal(0)}
    when = in_period(asked, "closed_at", month, months_after(month, 1))
    whole = deals_address(asked, WON, when, currency=currency)
    links = {"count": whole, "total": whole}
    for person in people:
        one = found.get((month, person), {"count": 0, "total": Decimal(0)})
        figures["count"] += one["count"]
        figures["total"] += one["total"]
        figures[_person_column(person)] = one["total"]
        links[_person_column(person)] = deals_address(
            asked, WON, when, of_person("owner", person), currency=currency
        )
    return Row(month_name(month), figures, links)


def _person_column(person: UUID | None) -> str:
    return str(person or "nobody")


def month_name(month: date) -> str:
    """A month and its year, as the reader writes them short."""
    return format_date(month, "LLL yyyy", locale=locale_of())
