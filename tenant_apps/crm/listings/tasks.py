from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from shared_apps.core.listing import Column, Edit, Field, Kind, Listing, Relation
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.models import Task, TaskKind, TaskPriority
from tenant_apps.crm.operations import TaskChange

FAR = datetime.combine(date.max, time(), UTC)


def lock_task(record_id: UUID, by: Actor) -> Task:
    """One task that the actor may change, locked."""
    queries.visible_task(record_id, by)
    Task.objects.select_for_update().get(pk=record_id)
    task = queries.visible_task(record_id, by)
    if not queries.may_change_task(task, by):
        raise NotAllowed()
    return task


NAMES = {"assignee": "assignee_id", "due": "due_on"}


def write_task(*, record_id: UUID, values: dict[str, Any], by: Actor, at: datetime) -> Task:
    """Change a task from a list."""
    wanted = {NAMES.get(name, name): value for name, value in values.items()}
    if "priority" in wanted:
        wanted["priority"] = int(wanted["priority"] or TaskPriority.NORMAL)
    return operations.change_task(task_id=record_id, change=TaskChange(**wanted), by=by, at=at)


def finish_task(*, record_id: UUID, values: dict[str, Any], by: Actor, at: datetime) -> Task:
    """Say of a task that it is done, or that it is not."""
    finish = operations.complete_task if values["is_done"] else operations.reopen_task
    return finish(task_id=record_id, by=by, at=at)


def is_done(task: Task) -> bool:
    return task.done_at is not None


def archive_task(*, record_id: UUID, by: Actor, at: datetime) -> Task:
    return operations.archive_task(task_id=record_id, by=by, at=at)


def unarchive_task(*, record_id: UUID, by: Actor, at: datetime) -> Task:
    return operations.unarchive_task(task_id=record_id, by=by, at=at)


def due_day(task: Task) -> date | None:
    """The day on which a task is due, in the reader's zone."""
    return timezone.localtime(task.due_at).date() if task.due_at else None


TASKS = Listing(
    entity="task",
    model=Task,
    label=_("Tasks"),
    rows=lambda actor, archived: queries.visible_tasks(actor, archived=archived),
    view=Permission.TASKS_VIEW,
    edit=Permission.TASKS_EDIT,
    list_url="task_list",
    lock=lock_task,
    change=write_task,
    shape=TaskChange,
    facts=operations.task_facts,
    archive=archive_task,
    unarchive=unarchive_task,
    columns=(
        Column("title", _("Task"), Kind.TITLE, order="title"),
        Column(
            "is_done",
            _("Done"),
            Kind.YES_NO,
            value=is_done,
            template="crm/components/task_check_cell.html",
        ),
        Column("due", _("Due"), Kind.DATE, value=due_day, order=Coalesce(F("due_at"), Value(FAR))),
        Column("assignee", _("Who does it"), Kind.PERSON, value="assignee_id"),
        Column("kind", _("Kind"), value=lambda task: task.get_kind_display()),
        Column("priority", _("Priority"), value=lambda task: task.get_priority_display(), order="priority"),
        Column("done_at", _("Done at"), Kind.INSTANT, is_shown=False),
        Column("owner", _("Owner"), Kind.PERSON, value="owner_id", is_shown=False),
        Column("created_at", _("Added"), Kind.INSTANT, order="id", is_minor=True),
    ),
    fields=(
        Field("title", _("Task"), Kind.TEXT, path="title"),
        Field("due", _("Due"), Kind.INSTANT, path="due_at"),
        Field("assignee", _("Who does it"), Kind.PERSON, path="assignee_id", group_path="assignee_id"),
        Field("owner", _("Owner"), Kind.PERSON, path="owner_id", group_path="owner_id"),
        Field(
            "kind",
            _("Kind"),
            Kind.CHOICE,
            path="kind",
            choices=lambda reading: TaskKind.choices,
            group_path="kind",
        ),
        Field(
            "priority",
            _("Priority"),
            Kind.CHOICE,
            path="priority",
            choices=lambda reading: [(str(value), word) for value, word in TaskPriority.choices],
            group_path="priority",
        ),
        Field(
            "is_done",
            _("Done"),
            Kind.YES_NO,
            where=lambda test: test.truth(Q(done_at__isnull=False)),
        ),
        Field(
            "is_overdue",
            _("Overdue"),
            Kind.YES_NO,
            where=lambda test: test.truth(Q(done_at=None, due_at__lt=test.reading.now)),
        ),
        Field("done_at", _("When it was done"), Kind.INSTANT, path="done_at"),
        Field("done_by", _("Who did it"), Kind.PERSON, path="done_by_id"),
        Field("created_at", _("Added"), Kind.INSTANT, path="created_at"),
    ),
    relations=(
        Relation("company", _("Company"), "company", lambda rows: Q(company_id__in=rows.values("pk"))),
        Relation("contact", _("Contact"), "contact", lambda rows: Q(contact_id__in=rows.values("pk"))),
        Relation("deal", _("Deal"), "deal", lambda rows: Q(deal_id__in=rows.values("pk"))),
    ),
    edits=(
        Edit("is_done", _("Done"), Kind.YES_NO, write=finish_task, read=is_done, in_cell=False),
        Edit("title", _("Task"), Kind.TEXT, write=write_task, is_required=True, in_bulk=False),
        Edit("due", _("Due"), Kind.DATE, write=write_task, read=due_day),
        Edit("assignee", _("Who does it"), Kind.PERSON, write=write_task, read="assignee_id"),
        Edit(
            "priority",
            _("Priority"),
            Kind.CHOICE,
            write=write_task,
            read=lambda task: str(task.priority),
            choices=lambda reading: [(str(value), word) for value, word in TaskPriority.choices],
        ),
    ),
    groups=("assignee", "kind", "priority"),
    order="due",
    start="filter=is_done:is:no",
)
