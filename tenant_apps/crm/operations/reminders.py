"""Reminders of tasks: each goes out once, in the product and by e-mail."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import settle_next_due
from tenant_apps.activity.operations import record
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Task
from tenant_apps.crm.operations.tasks import REMINDERS
from tenant_apps.crm.queries.tasks import next_reminder_at, reminders_due
from tenant_apps.messages.operations import notify, queue_message
from tenant_apps.workspace.queries import active_members
from tenants.context import current_organization

REMINDER_KIND = "task_reminder"


@dataclass(frozen=True)
class Letter:
    """The e-mail of a reminder, in its reader's language."""

    subject: str
    body_text: str
    body_html: str
    language: str


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="one that went out already is not told again"
)
def remind_of_task(*, task_id: UUID, letter: Letter | None, by: Actor, at: datetime) -> bool:
    """Remind whose task it is, unless another worker did, or it was done or moved meanwhile; says whether it
    did.
    """
    task = reminders_due(at).select_for_update(skip_locked=True).filter(pk=task_id).first()
    if task is None:
        return False
    task.reminded_at = at
    task.save(update_fields=["reminded_at"])
    whose = task.assignee_id or task.owner_id
    reader = active_members().filter(user_id=whose).first() if whose else None
    if reader is None or letter is None:
        return True
    key = f"{REMINDER_KIND}:{task.pk}:{task.remind_at.isoformat() if task.remind_at else ''}"
    notify(
        user_id=reader.user_id,
        kind=REMINDER_KIND,
        text=task.title,
        url=task.get_absolute_url(),
        key=key,
        by=by,
        at=at,
    )
    queue_message(
        to=reader.email,
        subject=letter.subject,
        body_text=letter.body_text,
        body_html=letter.body_html,
        language=letter.language,
        about_type=Task._meta.label_lower,
        about_id=task.pk,
        key=key,
        by=by,
        at=at,
    )
    record(event=CrmEvent.TASK_REMINDED, subject=task, by=by, at=at, new={"to": reader.email})
    return True


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="the reminders themselves are told")
def settle_reminders(*, by: Actor, at: datetime) -> None:
    """After the reminders that were due: the next one says when to ask again."""
    settle_next_due(REMINDERS, organization_id=current_organization().id, remaining=next_reminder_at)
