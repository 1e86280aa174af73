"""Tasks: added, changed, done and undone, archived; the deal's next task follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.changes import KEEP, Keep, given
from shared_apps.core.clock import day_in
from shared_apps.core.errors import FieldError, NotAllowed, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import searchable
from shared_apps.core.texts import text_errors
from shared_apps.jobs.operations import set_next_due
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.activity.queries import latest_event
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Company, Contact, Deal, Recurrence, Task, TaskKind, TaskPriority
from tenant_apps.crm.operations.clients import AlreadyArchived, NotArchived
from tenant_apps.crm.queries.tasks import SUBJECTS, may_change_task, visible_task
from tenant_apps.crm.rules import next_due_day
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.operations import CustomChange, copy_custom_values, custom_change
from tenant_apps.workspace.queries import active_members
from tenants.context import current_organization

REMINDERS = "remind_of_tasks"
END_OF_DAY = time.max
MONTHLY = {Recurrence.MONTHLY, Recurrence.YEARLY}


class AlreadyDone(Refused):
    code = "already_done"
    message = _("This task is done already.")
    conflict = True


class NoSuchDay(Refused):
    code = "day_unknown"
    message = _("Write the date as dd.mm.yyyy.")
    field = "due_on"


class TaskChangedMeanwhile(Refused):
    """Somebody changed the task since the page was read."""

    code = "changed_meanwhile"
    conflict = True


class NotDone(Refused):
    code = "not_done"
    message = _("This task is not done yet.")
    conflict = True


@dataclass(frozen=True)
class TaskChange:
    """What a person may set of a task; what is not given stays. `due_on` and `due_time` are in the
    organization's zone; without a time the whole day is there for it. `remind_minutes`: how long before it
    is due, None for no reminder; of a task without a time it counts from nine in the morning of that day.
    """

    title: str | None = None
    kind: str | None = None
    priority: int | None = None
    notes: str | None = None
    due_on: date | Keep | None = KEEP
    due_time: time | Keep | None = KEEP
    recurrence: str | None = None
    remind_minutes: int | Keep | None = KEEP
    assignee_id: UUID | Keep | None = KEEP
    company_id: UUID | Keep | None = KEEP
    contact_id: UUID | Keep | None = KEEP
    deal_id: UUID | Keep | None = KEEP
    custom: Mapping[str, Any] | None = None


PLAIN = ("title", "kind", "priority", "notes", "recurrence", "assignee_id")
MORNING = time(9)
CHANGES = (
    CrmEvent.TASK_CREATED,
    CrmEvent.TASK_CHANGED,
    CrmEvent.TASK_DONE,
    CrmEvent.TASK_REOPENED,
    CrmEvent.TASK_ARCHIVED,
    CrmEvent.TASK_UNARCHIVED,
)


@operation(permission=Permission.TASKS_EDIT)
def create_task(*, details: TaskChange, by: Actor, at: datetime) -> Task:
    """Add a task; without an assignee it is the adder's own to do."""
    person = by.id if by.kind in {ActorKind.MEMBER, ActorKind.API_KEY} else None
    task = Task(owner_id=person, assignee_id=person, created_at=at)
    custom = custom_change("task", None, details.custom, by=by, at=at)
    new = _write(task, details, custom, by, at)
    record(event=CrmEvent.TASK_CREATED, subject=task, parent=subject_of(task), by=by, at=at, new=new)
    return task


@operation(permission=Permission.TASKS_EDIT)
def change_task(*, task_id: UUID, change: TaskChange, by: Actor, at: datetime) -> Task:
    """Change what is given. A new date or reminder is told of again."""
    task = _task_for_change(task_id, by)
    custom = custom_change("task", task_id, change.custom, by=by, at=at)
    before = task_facts(task) | custom.before
    old, new = changes_between(before, _write(task, change, custom, by, at))
    record(event=CrmEvent.TASK_CHANGED, subject=task, parent=subject_of(task), by=by, at=at, old=old, new=new)
    return task


@operation(permission=Permission.TASKS_EDIT)
def postpone_task(
    *, task_id: UUID, due_on: date | None, seen_at: datetime | None = None, by: Actor, at: datetime
) -> Task:
    """Give a task another day, or none; its time of day stays. `seen_at` is the `updated_at` that the mover
    saw: when somebody changed the task since, `TaskChangedMeanwhile` says who.
    """
    task = _task_for_change(task_id, by)
    if seen_at is not None and seen_at != task.updated_at:
        raise _changed_meanwhile(task)
    change = TaskChange(due_on=due_on) if due_on else TaskChange(due_on=None, due_time=None)
    return change_task(task_id=task_id, change=change, by=by, at=at)


@operation(permission=Permission.TASKS_EDIT)
def complete_task(*, task_id: UUID, by: Actor, at: datetime) -> Task:
    """Say that it is done; one that recurs leaves the next one behind. Raises `AlreadyDone`."""
    task = _task_for_change(task_id, by)
    if task.done_at:
        raise AlreadyDone()
    task.done_at, task.done_by_id, task.updated_at = at, by.id, at
    task.save(update_fields=["done_at", "done_by_id", "updated_at"])
    if task.recurrence:
        _leave_next(task, at)
    _settle_deals(task.deal_id)
    record(event=CrmEvent.TASK_DONE, subject=task, parent=subject_of(task), by=by, at=at)
    return task


@operation(permission=Permission.TASKS_EDIT)
def reopen_task(*, task_id: UUID, by: Actor, at: datetime) -> Task:
    """Take back that it was done, and the next one that this left if nobody did that yet. Raises
    `NotDone`.
    """
    task = _task_for_change(task_id, by)
    if not task.done_at:
        raise NotDone()
    task.done_at, task.done_by_id, task.updated_at = None, None, at
    task.save(update_fields=["done_at", "done_by_id", "updated_at"])
    Task.objects.filter(follows=task, done_at=None).update(archived_at=at, updated_at=at)
    _expect_reminder(task)
    _settle_deals(task.deal_id)
    record(event=CrmEvent.TASK_REOPENED, subject=task, parent=subject_of(task), by=by, at=at)
    return task


@operation(permission=Permission.TASKS_EDIT)
def archive_task(*, task_id: UUID, by: Actor, at: datetime) -> Task:
    """Take a task out of the lists. Raises `AlreadyArchived` the second time."""
    task = _task_for_change(task_id, by)
    if task.archived_at:
        raise AlreadyArchived()
    _set_archived(task, at, at)
    record(event=CrmEvent.TASK_ARCHIVED, subject=task, parent=subject_of(task), by=by, at=at)
    return task


@operation(permission=Permission.TASKS_EDIT)
def unarchive_task(*, task_id: UUID, by: Actor, at: datetime) -> Task:
    """Bring a task back into the lists. Raises `NotArchived` when it is there."""
    task = _task_for_change(task_id, by)
    if not task.archived_at:
        raise NotArchived()
    _set_archived(task, None, at)
    _expect_reminder(task)
    record(event=CrmEvent.TASK_UNARCHIVED, subject=task, parent=subject_of(task), by=by, at=at)
    return task


def subject_of(task: Task) -> Deal | Contact | Company | None:
    """The record that the task belongs to most closely."""
    return task.deal or task.contact or task.company


def task_facts(task: Task) -> dict[str, Any]:
    """What people see of a task, as events tell it and the API answers it."""
    zone = ZoneInfo(current_organization().time_zone)
    due = task.due_at.astimezone(zone) if task.due_at else None
    ids = {f"{name}_id": getattr(task, f"{name}_id") for name, _model in SUBJECTS}
    return (
        {name: getattr(task, name) for name in PLAIN}
        | ids
        | {
            "due_on": due.date() if due else None,
            "due_time": due.strftime("%H:%M") if due and not task.is_all_day else None,
            "remind_at": task.remind_at,
        }
    )


def _changed_meanwhile(task: Task) -> TaskChangedMeanwhile:
    last = latest_event(task.pk, CHANGES)
    told = {"who": last.actor_label if last else _("Somebody"), "task": task.title}
    return TaskChangedMeanwhile(message=_("%(who)s changed “%(task)s” meanwhile.") % told)


def _task_for_change(task_id: UUID, by: Actor) -> Task:
    """The task, locked; its records come with it."""
    visible_task(task_id, by)
    Task.objects.select_for_update().get(pk=task_id)
    task = Task.objects.select_related("company", "contact", "deal").get(pk=task_id)
    if not may_change_task(task, by):
        raise NotAllowed()
    return task


def _write(task: Task, change: TaskChange, custom: CustomChange, by: Actor, at: datetime) -> dict[str, Any]:
    """Put the given values into the row and save it; return what people see of it."""
    wanted, deal_before = given(change), task.deal_id
    due_before, minutes = task.due_at, minutes_before(task)
    wanted.pop("custom", None)
    refuse_all(_errors(task, wanted) + custom.errors)
    for name in PLAIN:
        if name in wanted:
            setattr(task, name, wanted[name])
    _relate(task, wanted, by)
    _set_due(task, wanted)
    _set_reminder(task, wanted.get("remind_minutes", minutes))
    if task.due_at != due_before or "recurrence" in wanted:
        task.recurrence_day = _local_day(task).day if task.recurrence in MONTHLY else None
    task.search_text = searchable(task.title, task.notes)
    task.updated_at = at
    task.save()
    _expect_reminder(task)
    _settle_deals(deal_before, task.deal_id)
    custom.write(task.pk)
    return task_facts(task) | custom.after


def _relate(task: Task, wanted: dict[str, Any], by: Actor) -> None:
    """Set the records that are named: those that the actor sees. A deal or contact brings its company."""
    for name, model in SUBJECTS:
        if f"{name}_id" in wanted:
            key = wanted[f"{name}_id"]
            found: Any = visible_to(model._default_manager.all(), by).get(pk=key) if key else None
            setattr(task, name, found)
    brings = task.deal or task.contact
    if "company_id" not in wanted and brings is not None and task.company_id is None:
        task.company = brings.company


def _set_due(task: Task, wanted: dict[str, Any]) -> None:
    if not {"due_on", "due_time"} & wanted.keys():
        return
    zone = ZoneInfo(current_organization().time_zone)
    kept = task.due_at.astimezone(zone) if task.due_at else None
    day = wanted.get("due_on", kept.date() if kept else None)
    hour = wanted.get("due_time", kept.time() if kept and not task.is_all_day else None)
    task.is_all_day = hour is None
    task.due_at = _instant(day, hour or END_OF_DAY) if day else None


def _set_reminder(task: Task, minutes: int | None) -> None:
    """`minutes` before it is due; changed, it goes out again."""
    before = task.remind_at
    task.remind_at = (
        _begins_at(task) - timedelta(minutes=minutes) if minutes is not None and task.due_at else None
    )
    if task.remind_at != before:
        task.reminded_at = None


def _instant(day: date, hour: time) -> datetime:
    """A day and time of the organization as an instant."""
    return datetime.combine(day, hour, ZoneInfo(current_organization().time_zone)).astimezone(UTC)


def _begins_at(task: Task) -> datetime:
    """The instant that reminders count from."""
    due_at = cast(datetime, task.due_at)
    zone = ZoneInfo(current_organization().time_zone)
    return _instant(due_at.astimezone(zone).date(), MORNING) if task.is_all_day else due_at


def minutes_before(task: Task) -> int | None:
    """How long before it is due the reminder goes out; None without one."""
    if task.remind_at is None or task.due_at is None:
        return None
    return round((_begins_at(task) - task.remind_at).total_seconds() / 60)


def _local_day(task: Task) -> date:
    return day_in(current_organization().time_zone, cast(datetime, task.due_at))


def _leave_next(task: Task, at: datetime) -> None:
    """The next one of a task that recurs: the one that undoing had put away, or a new one."""
    kept = Task.objects.filter(follows=task).first()
    if kept is not None:
        _set_archived(kept, None, at)
        return
    zone = ZoneInfo(current_organization().time_zone)
    day, minutes = _local_day(task), minutes_before(task)
    following = next_due_day(day, task.recurrence, task.recurrence_day or day.day, on=day_in(zone.key, at))
    hour = END_OF_DAY if task.is_all_day or task.due_at is None else task.due_at.astimezone(zone).time()
    copied = (
        "title",
        "kind",
        "priority",
        "notes",
        "is_all_day",
        "recurrence",
        "recurrence_day",
        "search_text",
    )
    people = ("assignee_id", "owner_id", "company_id", "contact_id", "deal_id")
    new = Task(
        follows=task,
        due_at=_instant(following, hour),
        created_at=at,
        updated_at=at,
        **{name: getattr(task, name) for name in (*copied, *people)},
    )
    _set_reminder(new, minutes)
    new.save()
    copy_custom_values(task.pk, new.pk)
    _expect_reminder(new)


def _set_archived(task: Task, archived_at: datetime | None, at: datetime) -> None:
    task.archived_at, task.updated_at = archived_at, at
    task.save(update_fields=["archived_at", "updated_at"])
    _settle_deals(task.deal_id)


def _expect_reminder(task: Task) -> None:
    if task.remind_at and not task.reminded_at and not task.done_at and not task.archived_at:
        set_next_due(REMINDERS, organization_id=current_organization().id, at=task.remind_at)


def _settle_deals(*deal_ids: UUID | None) -> None:
    """Write the earliest open date of a deal's tasks on the deal, under its lock, ascending."""
    for deal_id in sorted({one for one in deal_ids if one}):
        Deal.objects.select_for_update(no_key=True).filter(pk=deal_id).first()
        to_do = Task.objects.filter(deal_id=deal_id, done_at=None, archived_at=None)
        Deal.objects.filter(pk=deal_id).update(next_task_at=to_do.aggregate(first=Min("due_at"))["first"])


def _errors(task: Task, wanted: dict[str, Any]) -> list[FieldError]:
    errors = text_errors(Task, {name: wanted[name] for name in ("title", "notes") if name in wanted})
    if not wanted.get("title", task.title):
        errors.append(FieldError("title", "required", _("Enter what has to be done.")))
    for name, choices in (("kind", TaskKind), ("priority", TaskPriority), ("recurrence", Recurrence)):
        if name in wanted and wanted[name] not in choices.values:
            errors.append(FieldError(name, "unknown", _("Choose one from the list.")))
    return errors + _date_errors(task, wanted) + _assignee_errors(task, wanted)


def _date_errors(task: Task, wanted: dict[str, Any]) -> list[FieldError]:
    has_date = bool(wanted.get("due_on", task.due_at))
    message = _("This needs a date.")
    errors = []
    if not has_date and wanted.get("recurrence", task.recurrence):
        errors.append(FieldError("recurrence", "needs_date", message))
    if not has_date and wanted.get("due_time"):
        errors.append(FieldError("due_time", "needs_date", message))
    if not has_date and wanted.get("remind_minutes") is not None:
        errors.append(FieldError("remind_minutes", "needs_date", message))
    elif isinstance(wanted.get("remind_minutes"), int) and not 0 <= wanted["remind_minutes"] <= 43_200:
        errors.append(FieldError("remind_minutes", "unknown", _("Choose one from the list.")))
    return errors


def _assignee_errors(task: Task, wanted: dict[str, Any]) -> list[FieldError]:
    user_id = wanted.get("assignee_id")
    if not user_id or user_id == task.assignee_id:
        return []
    if active_members().filter(user_id=user_id).exists():
        return []
    return [FieldError("assignee_id", "unknown", _("Choose somebody of the team."))]
