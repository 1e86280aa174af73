"""What the crm shows on lower apps' pages: the task of a reminder, to be done from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared_apps.core.actors import Actor
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Task
from tenant_apps.crm.operations import REMINDER_KIND
from tenant_apps.crm.queries import visible_tasks


@dataclass(frozen=True)
class ReminderPart:
    """The task that a notification reminds of."""

    task: Task
    template: str = "crm/components/notified_task.html"


def tasks_of_notifications(
    *, notifications: Sequence[Any], actor: Actor, **unknown: Any
) -> dict[UUID, ReminderPart] | None:
    """The tasks of reminders, in one statement; only those that the reader still sees."""
    if not actor.may(Permission.TASKS_VIEW):
        return None
    told = {_task_id(one) for one in notifications if one.kind == REMINDER_KIND}
    if not told:
        return None
    tasks = visible_tasks(actor).filter(pk__in=told)
    found = {task.pk: task for task in tasks}
    return {
        one.pk: ReminderPart(found[_task_id(one)])
        for one in notifications
        if one.kind == REMINDER_KIND and _task_id(one) in found
    }


def _task_id(notification: Any) -> UUID:
    return UUID(notification.key.split(":")[1])
