"""Tasks laid out in time: today, the board, the calendar."""

from calendar import Calendar
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.formats import locale_of
from shared_apps.core.http import ActorRequest, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.crm import queries
from tenant_apps.crm.forms.tasks import QuickTaskForm
from tenant_apps.crm.models import Task
from tenant_apps.crm.views.tasks import NO_DAY, layouts, prepared
from tenants.context import current_organization

SHOWN, IN_CALENDAR, ON_BOARD = 100, 1000, 300
AHEAD = timedelta(days=7)
BY_DUE = (F("due_at").asc(nulls_last=True), "-priority", "id")


@dataclass
class Column:
    """A column of the board. `day`: the day that something dropped here becomes due on, if it is one;
    `drop`: what a drop means to the page's script: a day, `none` (no day), `done`, `open`, or nothing.
    """

    title: str
    tone: str = ""
    day: date | None = None
    drop: str = ""
    tasks: list[Task] = field(default_factory=list)


@dataclass
class Day:
    """A day of the calendar with its tasks."""

    day: date
    is_outside: bool
    is_today: bool
    label: str
    tasks: list[Task] = field(default_factory=list)


@page(Permission.TASKS_VIEW)
def task_today(request: ActorRequest) -> HttpResponse:
    """What the signed-in person has to do: late, today, in the days to come, without a date; what is done
    today stays in sight.
    """
    today = clock.today(current_organization().time_zone)
    mine = queries.tasks_of(request.actor.id, request.actor)
    wanted = Q(due_at=None) | Q(due_at__lt=_start(today + AHEAD))
    tasks = prepared(mine.filter(wanted).order_by(*BY_DUE)[: SHOWN + 1], request)
    done_today = queries.visible_tasks(request.actor).filter(
        done_by_id=request.actor.id, done_at__gte=_start(today)
    )
    context = {
        "groups": _by_urgency(tasks[:SHOWN], today),
        "more": len(tasks) > SHOWN,
        "done": prepared(done_today.order_by("-done_at")[:20], request),
        "form": QuickTaskForm(initial={"due_on": today, "assignee_id": str(request.actor.id)}),
        "views": layouts(),
    }
    return partial(request, "crm/task_today.html", "list", context)


@page(Permission.TASKS_VIEW)
def task_board(request: ActorRequest) -> HttpResponse:
    """Tasks by day, or by how far they are."""
    today = clock.today(current_organization().time_zone)
    by = "state" if request.GET.get("by") == "state" else "day"
    columns = _by_state(request, today) if by == "state" else _by_day(request, today)
    context = {"columns": columns, "by": by, "arrangements": [("", _("By day")), ("state", _("By state"))]}
    return partial(request, "crm/task_board.html", "list", context | _frame(request))


@page(Permission.TASKS_VIEW)
def task_calendar(request: ActorRequest) -> HttpResponse:
    """Tasks in a month or a week; `on` is a day of it."""
    today = clock.today(current_organization().time_zone)
    on, is_week = _day_in(request.GET.get("on"), today), request.GET.get("view") == "week"
    days = _week_of(on) if is_week else [*Calendar().itermonthdates(on.year, on.month)]
    cells = {day: _cell(day, on, today, is_week) for day in days}
    rows = _whose(request, queries.visible_tasks(request.actor)).filter(
        due_at__gte=_start(days[0]), due_at__lt=_start(days[-1] + timedelta(days=1))
    )
    for task in prepared(rows.order_by(*BY_DUE)[:IN_CALENDAR], request):
        cells[_local(task.due_at)].tasks.append(task)
    context = {
        "weeks": [list(cells.values())[place : place + 7] for place in range(0, len(days), 7)],
        "day_names": _day_names(),
        "is_week": is_week,
        "spans": [("", _("Month")), ("week", _("Week"))],
        "title": _span_title(days, on, is_week),
        "previous": days[0] - timedelta(days=7 if is_week else 1) if is_week else _month_before(on),
        "next": days[-1] + timedelta(days=1) if is_week else _month_after(on),
        "today": today,
        "focused": on if on in cells else today,
    }
    return partial(request, "crm/task_calendar.html", "list", context | _frame(request))


def _by_urgency(tasks: list[Task], today: date) -> list[Column]:
    now = clock.now()
    late, due, later, undated = (
        Column(_("Overdue"), "overdue"),
        Column(_("Today"), "today"),
        Column(_("The next days"), "later"),
        Column(_("Without a date"), "none"),
    )
    for task in tasks:
        if task.due_at is None:
            undated.tasks.append(task)
        elif task.due_at < now:
            late.tasks.append(task)
        else:
            (due if _local(task.due_at) == today else later).tasks.append(task)
    return [late, due, later, undated]


def _by_day(request: ActorRequest, today: date) -> list[Column]:
    """Late, each of the next seven days, later, without a date."""
    rows = _whose(request, queries.open_tasks(request.actor)).order_by(*BY_DUE)[:ON_BOARD]
    days = [today + timedelta(days=ahead) for ahead in range(7)]
    columns = {
        day: Column(_day_title(day, today), "today" if day == today else "", day, day.isoformat())
        for day in days
    }
    late, later = Column(_("Overdue"), "overdue"), Column(_("Later"))
    undated = Column(_("Without a date"), drop=NO_DAY)
    for task in prepared(rows, request):
        if task.due_at is None:
            undated.tasks.append(task)
        elif (day := _local(task.due_at)) < today:
            late.tasks.append(task)
        else:
            columns.get(day, later).tasks.append(task)
    return [late, *columns.values(), later, undated]


def _by_state(request: ActorRequest, today: date) -> list[Column]:
    """Late, to do, done in the last week."""
    open_rows = _whose(request, queries.open_tasks(request.actor)).order_by(*BY_DUE)[:ON_BOARD]
    done_rows = _whose(request, queries.visible_tasks(request.actor)).filter(
        done_at__gte=_start(today - AHEAD)
    )
    late, waiting = Column(_("Overdue"), "overdue"), Column(_("To do"), drop="open")
    now = clock.now()
    for task in prepared(open_rows, request):
        (late if task.due_at and task.due_at < now else waiting).tasks.append(task)
    finished = prepared(done_rows.order_by("-done_at")[:ON_BOARD], request)
    return [late, waiting, Column(_("Done in the last week"), "done", None, "done", finished)]


def _whose(request: ActorRequest, tasks: QuerySet[Task]) -> QuerySet[Task]:
    """The reader's own tasks, or with `who=all` everybody's that they see."""
    if request.GET.get("who") == "all":
        return tasks
    mine = request.actor.id
    return tasks.filter(Q(assignee_id=mine) | Q(assignee_id=None, owner_id=mine))


def _frame(request: ActorRequest) -> dict[str, Any]:
    return {"views": layouts(), "people": [("", _("Mine")), ("all", _("Everybody's"))]}


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(current_organization().time_zone))


def _local(instant: datetime | None) -> date:
    assert instant is not None  # noqa: S101 (the query asked for dated ones)
    return clock.day_in(current_organization().time_zone, instant)


def _day_in(text: str | None, today: date) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return today


def _week_of(on: date) -> list[date]:
    monday = on - timedelta(days=on.weekday())
    return [monday + timedelta(days=ahead) for ahead in range(7)]


def _cell(day: date, on: date, today: date, is_week: bool) -> Day:
    label = format_date(day, "EEEE, d MMMM", locale=locale_of())
    return Day(day, not is_week and day.month != on.month, day == today, capfirst(label))


def _day_names() -> list[tuple[str, str]]:
    """The weekdays from Monday: in full and short."""
    full = get_day_names("wide", "stand-alone", locale_of())
    short = get_day_names("abbreviated", "stand-alone", locale_of())
    return [(full[number], short[number]) for number in range(7)]


def _day_title(day: date, today: date) -> str:
    near = {0: _("Today"), 1: _("Tomorrow")}
    written = capfirst(format_date(day, "EEEE, d MMM", locale=locale_of()))
    return near.get((day - today).days, written)


def _span_title(days: list[date], on: date, is_week: bool) -> str:
    if not is_week:
        return capfirst(format_date(on, "LLLL y", locale=locale_of()))
    first, last = (format_date(day, "d MMM", locale=locale_of()) for day in (days[0], days[-1]))
    return f"{first} – {last} {days[-1].year}"


def _month_before(on: date) -> date:
    return (on.replace(day=1) - timedelta(days=1)).replace(day=1)


def _month_after(on: date) -> date:
    return (on.replace(day=28) + timedelta(days=4)).replace(day=1)
