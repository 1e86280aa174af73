"""Tasks: who sees which, and what is due."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from shared_apps.core.actors import Actor
from shared_apps.core.arrays import is_among
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Company, Contact, Deal, Task
from tenant_apps.sharing.queries import may_change, visible_to

SUBJECTS: tuple[tuple[str, type[Company] | type[Contact] | type[Deal]], ...] = (
    ("deal", Deal),
    ("contact", Contact),
    ("company", Company),
)


def visible_tasks(actor: Actor, *, archived: bool | None = False) -> QuerySet[Task]:
    """The tasks that the actor sees: their own, those given to or shared with them, and those of the
    companies, contacts and deals that they see. In use, in the archive, or (None) both.
    """
    rows = Task.objects.select_related("company", "contact", "deal")
    if archived is not None:
        rows = rows.filter(archived_at__isnull=not archived)
    if actor.may(Permission.RECORDS_VIEW_ALL):
        return rows
    seen = Q(assignee_id=actor.id) | is_among("pk", visible_to(Task.objects.all(), actor).values("pk"))
    for name, model in SUBJECTS:
        seen |= Q(**{f"{name}__in": visible_to(model._default_manager.all(), actor).values("pk")})
    return rows.filter(seen) if actor.id else rows.none()


def visible_task(task_id: UUID, actor: Actor) -> Task:
    """One task, archived or not; `DoesNotExist` when the actor may not see it."""
    return visible_tasks(actor, archived=None).get(pk=task_id)


def may_change_task(task: Task, actor: Actor) -> bool:
    """Whose task it is may change it, and so may those who may change the record it belongs to."""
    if actor.id is not None and task.assignee_id == actor.id:
        return True
    if may_change(task, actor):
        return True
    records = [(getattr(task, name), model) for name, model in SUBJECTS if getattr(task, f"{name}_id")]
    return any(
        may_change(record, actor)
        for record, model in records
        if visible_to(model._default_manager.filter(pk=record.pk), actor).exists()
    )


def open_tasks(actor: Actor) -> QuerySet[Task]:
    """What is to be done, of the tasks that the actor sees."""
    return visible_tasks(actor).filter(done_at=None)


def tasks_of(user_id: UUID | None, actor: Actor) -> QuerySet[Task]:
    """What one person has to do: given to them, or theirs and given to nobody."""
    return open_tasks(actor).filter(Q(assignee_id=user_id) | Q(assignee_id=None, owner_id=user_id))


def tasks_about(record: Company | Contact | Deal, actor: Actor) -> QuerySet[Task]:
    """The tasks of a record that was loaded by its own query; a company's contacts and deals bring theirs."""
    name = record.shared_as
    about = Q(**{name: record})
    if isinstance(record, Company):
        about |= is_among("contact_id", Contact.objects.filter(company=record).values("pk"))
        about |= is_among("deal_id", Deal.objects.filter(company=record).values("pk"))
    return visible_tasks(actor).filter(about)


def without_hidden_subjects(tasks: Iterable[Task], actor: Actor) -> list[Task]:
    """The tasks with the names of those records taken away that the actor may not see."""
    rows = list(tasks)
    if actor.may(Permission.RECORDS_VIEW_ALL):
        return rows
    for name, model in SUBJECTS:
        wanted = {getattr(task, f"{name}_id") for task in rows} - {None}
        seen = set(_visible_ids(model, wanted, actor)) if wanted else set()
        for task in rows:
            if getattr(task, f"{name}_id") not in seen:
                setattr(task, name, None)
    return rows


def reminders_due(at: datetime) -> QuerySet[Task]:
    """Open tasks whose reminder is due and has not gone out, the earliest first."""
    return _unreminded().filter(remind_at__lte=at).order_by("remind_at", "id")


def next_reminder_at() -> datetime | None:
    """When the next reminder has to go out."""
    found: datetime | None = _unreminded().aggregate(first=Min("remind_at"))["first"]
    return found


def _unreminded() -> QuerySet[Task]:
    return Task.objects.filter(remind_at__isnull=False, reminded_at=None, done_at=None, archived_at=None)


def _visible_ids(model: type[Any], wanted: set[UUID], actor: Actor) -> Iterable[UUID]:
    return visible_to(model._default_manager.filter(pk__in=wanted), actor).values_list("pk", flat=True)
