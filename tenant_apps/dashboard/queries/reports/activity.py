"""What people did: calls, meetings, e-mails, notes, tasks done."""

from collections import Counter
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shared_apps.core.listing import Condition
from tenant_apps.crm.models import Conversation, Note
from tenant_apps.crm.queries import visible_tasks, visible_writings
from tenant_apps.dashboard.queries.reports.selling import month_name
from tenant_apps.dashboard.queries.reports.tables import (
    COUNT,
    Asked,
    Column,
    Row,
    Table,
    in_period,
    list_address,
    of_person,
    total_of,
)
from tenant_apps.dashboard.rules import months_after, months_in

Deed = tuple[UUID | None, date, str]


def activity(asked: Asked) -> list[Table]:
    """How much each person did in the period, and how much was done in each month."""
    done = _deeds(asked)
    people = sorted({person for person, _month, _kind in done}, key=asked.name_of)
    by_person = [
        _row(asked.name_of(one), Counter(_of(done, person=one)), _tasks_address(asked, person=one))
        for one in people
    ]
    by_month = [
        _row(month_name(one), Counter(_of(done, month=one)), _tasks_address(asked, month=one))
        for one in months_in(asked.since, asked.until)
    ]
    return [
        _table("people", _("What each person did"), _("Person"), by_person),
        _table("months", _("What was done in each month"), _("Month"), by_month),
    ]


def _deeds(asked: Asked) -> dict[Deed, int]:
    """(person, month, kind) → how many, by one statement for each source."""
    talks = visible_writings(Conversation, asked.actor)
    notes = visible_writings(Note, asked.actor)
    tasks = visible_tasks(asked.actor).select_related(None)
    found: dict[Deed, int] = {}
    for kind, rows, person, moment in (
        ("", talks, "author_id", "took_place_at"),
        ("note", notes, "author_id", "created_at"),
        ("task", tasks, "done_by_id", "done_at"),
    ):
        for one in _counted(asked, rows, person, moment, *(() if kind else ("kind",))):
            found[one[person], one["month"].date(), kind or one["kind"]] = one["count"]
    return found


def _counted(asked: Asked, rows: QuerySet[Any], person: str, moment: str, *more: str) -> QuerySet[Any]:
    wanted = rows.filter(asked.within(moment))
    if asked.person_id:
        wanted = wanted.filter(**{person: asked.person_id})
    monthly = wanted.order_by().annotate(month=TruncMonth(moment))
    return monthly.values(person, "month", *more).annotate(count=Count("id"))


def _of(done: dict[Deed, int], **wanted: Any) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for (person, month, kind), count in done.items():
        if {"person": person, "month": month}.items() >= wanted.items():
            sums[kind] += count
    return sums


def _row(label: str, counts: Counter[str], tasks: str) -> Row:
    figures = {name: counts[name] for name in ("call", "meeting", "email", "note", "task")}
    return Row(label, figures | {"total": sum(figures.values())}, {"task": tasks})


def _tasks_address(asked: Asked, **part: Any) -> str:
    month = part.get("month")
    when = in_period(asked, "done_at", month, months_after(month, 1) if month else None)
    conditions = [Condition("is_done", "is", ("yes",)), when]
    if "person" in part or asked.person_id:
        conditions.append(of_person("done_by", part.get("person", asked.person_id)))
    return list_address("task_list", *conditions)


def _table(name: str, title: str, heading: str, rows: list[Row]) -> Table:
    columns = (
        Column("call", _("Calls"), COUNT),
        Column("meeting", _("Meetings"), COUNT),
        Column("email", _("E-mails"), COUNT),
        Column("note", _("Notes"), COUNT),
        Column("task", _("Tasks done"), COUNT),
        Column("total", pgettext("of a row", "Total"), COUNT),
    )
    return Table(name, title, heading, columns, rows, "total", total=total_of(columns, rows))
