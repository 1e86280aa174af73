import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from shared_apps.core import clock, slots
from shared_apps.core.days import read_day
from shared_apps.core.errors import DomainError
from shared_apps.core.formats import format_day
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, is_htmx, page, partial
from shared_apps.core.ids import id_in
from shared_apps.core.permissions import Permission
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm import operations, queries
from tenant_apps.crm.forms.tasks import RECORDS, QuickTaskForm, TaskForm
from tenant_apps.crm.models import Task
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.queries import listed, names_of
from tenants.context import current_organization

NO_DAY = "none"


@page(Permission.TASKS_VIEW)
def task_list(request: ActorRequest) -> HttpResponse:
    shown = listed("task", request.GET, request.actor, clock.now())
    return partial(request, "crm/task_list.html", "list", {"list": shown, "layouts": layouts()})


def layouts() -> list[tuple[str, str]]:
    """The layouts of tasks: address and word."""
    return [
        (reverse("task_today"), _("Today")),
        (reverse("task_list"), _("List")),
        (reverse("task_board"), _("Board")),
        (reverse("task_calendar"), _("Calendar")),
    ]


@page(Permission.TASKS_VIEW)
def task_detail(request: ActorRequest, task_id: UUID) -> HttpResponse:
    task = queries.visible_task(task_id, request.actor)
    may_change = request.actor.may(Permission.TASKS_EDIT) and queries.may_change_task(task, request.actor)
    [shown] = prepared([task], request)
    context = {
        "task": shown,
        "timeline": timeline_of(task_id, by=request.actor),
        "people": names_of([task.owner_id, task.assignee_id, task.done_by_id]),
        "may_change": may_change,
        "parts": slots.fill(
            "record.fields", record_type="task", record=task, actor=request.actor, may_change=may_change
        ),
    }
    return partial(request, "crm/task_detail.html", "panel", context)


@page(Permission.TASKS_EDIT)
def task_create(request: ActorRequest) -> HttpResponse:
    asked = request.GET
    initial = {name: asked.get(name, "") for name in ("title", "kind", "due_on", *RECORDS) if asked.get(name)}
    form = TaskForm(
        initial={"assignee_id": str(request.actor.id), **initial}, records=_chosen(request, asked)
    )
    return form_page(request, "crm/task_create.html", form, {"back": back_in(asked.get("back"))})


@task_create.act
def create_task(request: ActorRequest) -> HttpResponse:
    is_quick = request.POST.get("quick") == "yes"
    sent = _with_defaults(request) if is_quick else request.POST
    form = TaskForm(sent, records=_chosen(request, request.POST))
    told = QuickTaskForm(sent) if is_quick else form
    back = back_in(request.POST.get("back"))
    try:
        if told.is_valid():
            task = operations.create_task(details=told.change(), by=request.actor, at=clock.now())
            return done(request, to=back or task, message=_("The task was added."), event="crm.task_created")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "crm/task_create.html", form, {"back": back})


@page(Permission.TASKS_EDIT)
def task_edit(request: ActorRequest, task_id: UUID) -> HttpResponse:
    task = queries.visible_task(task_id, request.actor)
    minutes = operations.minutes_before(task)
    form = TaskForm.of(task, operations.task_facts(task), minutes)
    return form_page(request, "crm/task_edit.html", form, {"task": task})


@task_edit.act
def change_task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    task = queries.visible_task(task_id, request.actor)
    form = TaskForm(request.POST, records=_chosen(request, request.POST))
    form.offer_reminder(operations.minutes_before(task))
    try:
        if form.is_valid():
            change = form.change()
            operations.change_task(task_id=task_id, change=change, by=request.actor, at=clock.now())
            return done(request, to=task, message=_("The task was saved."), event="crm.task_changed")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "crm/task_edit.html", form, {"task": task})


@act(Permission.TASKS_EDIT)
def complete_task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    task = operations.complete_task(task_id=task_id, by=request.actor, at=clock.now())
    following = Task.objects.filter(follows=task).first() if task.recurrence else None
    message = _("Done: %(title)s.") % {"title": task.title}
    if following and following.due_at:
        day = operations.task_facts(following)["due_on"]
        message = _("Done. The next one is due on %(day)s.") % {"day": format_day(day)}
    return _checked(request, task, message, undo=reverse("reopen_task", args=[task_id]))


@act(Permission.TASKS_EDIT)
def reopen_task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    task = operations.reopen_task(task_id=task_id, by=request.actor, at=clock.now())
    return _checked(request, task, _("Open again: %(title)s.") % {"title": task.title})


@act(Permission.TASKS_EDIT)
def archive_task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    task = operations.archive_task(task_id=task_id, by=request.actor, at=clock.now())
    return done(
        request,
        to="task_today",
        message=_("%(name)s was archived.") % {"name": task},
        event="crm.task_archived",
        undo=reverse("unarchive_task", args=[task_id]),
    )


@act(Permission.TASKS_EDIT)
def unarchive_task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    task = operations.unarchive_task(task_id=task_id, by=request.actor, at=clock.now())
    message = _("%(name)s is back in the list.") % {"name": task}
    return done(request, to=task, message=message, event="crm.task_unarchived")


@act(Permission.TASKS_EDIT)
def postpone_task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    """Give a task another day, or with `none` no day: a drop on the calendar or board, or a word of the menu.

    The board's script is told by a toast, and in `X-Version` what its next move of the task starts from; it
    asks for the page again by itself.
    """
    asked = request.POST if "due_on" in request.POST else request.GET
    before = queries.visible_task(task_id, request.actor)
    task = operations.postpone_task(
        task_id=task_id,
        due_on=_day_asked(asked.get("due_on", "")),
        seen_at=_instant(asked.get("version", "")),
        by=request.actor,
        at=clock.now(),
    )
    day = operations.task_facts(task)["due_on"]
    message = _("Due on %(day)s now.") % {"day": format_day(day)} if day else _("Without a date now.")
    if not is_htmx(request):
        return done(request, to=_referrer(request) or task, message=message, event="crm.task_changed")
    held = operations.task_facts(before)["due_on"]
    undo = f"{reverse('postpone_task', args=[task_id])}?due_on={held.isoformat() if held else NO_DAY}"
    toast = {"message": message, "level": "success", "undo_url": undo}
    headers = {"HX-Trigger": json.dumps({"toast": toast}), "X-Version": task.updated_at.isoformat()}
    return HttpResponse(status=204, headers=headers)


def prepared(
    tasks: Iterable[Task], request: ActorRequest, known: Mapping[UUID, str] | None = None
) -> list[Task]:
    """The tasks as pages show them: with who does each, and without records that the reader may not see.
    `known`: names by user id.
    """
    rows = queries.without_hidden_subjects(tasks, request.actor)
    names = names_of((task.assignee_id for task in rows), known)
    for task in rows:
        task.assignee_name = "" if task.assignee_id is None else names.get(task.assignee_id, "")  # type: ignore[attr-defined]
    return rows


def _checked(request: ActorRequest, task: Task, message: str, undo: str = "") -> HttpResponse:
    """The check box as it stands now, and a toast; without script the page that it was pressed on."""
    event = "crm.task_done" if task.done_at else "crm.task_reopened"
    if not is_htmx(request):
        return done(request, to=_referrer(request) or task, message=message, undo=undo)
    response = render(request, "crm/components/task_check.html", {"task": task})
    toast = {"message": message, "level": "success"} | ({"undo_url": undo} if undo else {})
    response["HX-Trigger"] = json.dumps({"toast": toast, event: {"id": str(task.pk)}})
    return response


def _day_asked(text: str) -> date | None:
    """The day that a word or date means; None for no day. Raises `NoSuchDay`."""
    if text == NO_DAY:
        return None
    day = read_day(text, clock.today(current_organization().time_zone))
    if day is None:
        raise operations.NoSuchDay()
    return day


def _instant(text: str) -> datetime | None:
    """When the task was last changed, as the page was told; None where it was not told."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _with_defaults(request: ActorRequest) -> Any:
    """What the quick form leaves out."""
    data = request.POST.copy()
    data.setdefault("assignee_id", str(request.actor.id or ""))
    return data


def _chosen(request: ActorRequest, asked: Any) -> dict[str, Any]:
    """The records that the address or the form names, of those that the reader sees."""
    return {name: _record(model, asked.get(name), request) for name, (model, _options) in RECORDS.items()}


def _record(model: Any, key: str | None, request: ActorRequest) -> Any:
    wanted = id_in(key)
    return visible_to(model.objects.all(), request.actor).filter(pk=wanted).first() if wanted else None


def back_in(address: str | None) -> str:
    """A path of this host to go on to; nothing for any other."""
    is_path = bool(address) and str(address).startswith("/")
    return str(address) if is_path and url_has_allowed_host_and_scheme(str(address), None) else ""


def _referrer(request: ActorRequest) -> str:
    referrer = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure())
    return referrer if safe else ""
