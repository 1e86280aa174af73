"""What a report is asked for, read from an address. What an address misspells is left out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.currencies import is_currency
from shared_apps.core.days import read_day
from shared_apps.core.errors import Text
from tenant_apps.crm.models import Pipeline
from tenant_apps.crm.queries import pipelines
from tenant_apps.dashboard.queries.reports import Asked, Report
from tenant_apps.dashboard.rules import months_after, period_of
from tenant_apps.workspace.queries import mirrored_members
from tenants.context import current_organization

PERIODS: list[tuple[str, Text]] = [
    ("last_12_months", _("Last 12 months")),
    ("this_month", _("This month")),
    ("last_month", _("Last month")),
    ("this_quarter", _("This quarter")),
    ("last_quarter", _("Last quarter")),
    ("this_year", _("This year")),
    ("last_year", _("Last year")),
]
LONGEST = 60  # months


@dataclass(frozen=True)
class ReportFilter:
    """What is asked, and what could be: `pipelines` in use, `people` who are or were in the team."""

    asked: Asked
    pipelines: list[Pipeline]
    people: list[tuple[str, str]]


def read_report_filter(
    query: Mapping[str, str], report: Report, actor: Actor, *, at: datetime
) -> ReportFilter:
    """Read the address: `period` or `since` and `until` (both days included), `pipeline`, `person`,
    `currency`; those that the report does not know are left out.
    """
    zone = current_organization().time_zone
    members, known = list(mirrored_members()), list(pipelines())
    wanted = {name: value for name, value in query.items() if name in (*report.filters, "since", "until")}
    since, until = _period(wanted, clock.day_in(zone, at))
    pipeline = _id_among((one.pk for one in known), wanted.get("pipeline", ""))
    currency = wanted.get("currency", "").upper()
    asked = Asked(
        actor=actor,
        since=since,
        until=until,
        zone=zone,
        names={one.user_id: str(one) for one in members},
        pipeline_id=pipeline or (known[0].pk if report.needs_pipeline and known else None),
        person_id=_id_among((one.user_id for one in members), wanted.get("person", "")),
        currency=currency if is_currency(currency) else "",
    )
    people = sorted((name, str(user_id)) for user_id, name in asked.names.items())
    return ReportFilter(asked, known, [(user_id, name) for name, user_id in people])


def _period(wanted: Mapping[str, str], on: date) -> tuple[date, date]:
    named = period_of(wanted.get("period", ""), on)
    since, last = read_day(wanted.get("since", ""), on), read_day(wanted.get("until", ""), on)
    if named or not since or not last:
        return named or (months_after(on, -11), months_after(on, 1))
    since, last = min(since, last), max(since, last)
    return max(since, months_after(last, -LONGEST)), last + timedelta(days=1)


def _id_among(ids: Iterable[UUID], text: str) -> UUID | None:
    return next((one for one in ids if str(one) == text), None)
