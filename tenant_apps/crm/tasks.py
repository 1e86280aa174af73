from contextlib import suppress
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ObjectDoesNotExist
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from shared_apps.accounts.queries import user_by_id
from shared_apps.core import clock
from shared_apps.core.formats import format_day, format_instant
from shared_apps.jobs.actors import current_actor, job
from tenant_apps.crm.models import Task
from tenant_apps.crm.operations import (
    HasPipelines,
    Letter,
    create_first_pipeline,
    remind_of_task,
    settle_reminders,
)
from tenant_apps.crm.queries import reminders_due
from tenants.context import current_organization
from tenants.hosts import address_of

REMINDED_AT_ONCE = 200


@job()
def lay_first_pipeline(**unknown: Any) -> None:
    """In an organization that was founded before there were pipelines: a pipeline to begin with."""
    with suppress(HasPipelines):
        create_first_pipeline(by=current_actor(), at=clock.now())


@job()
def remind_of_tasks(**unknown: Any) -> None:
    """Every minute, where a reminder is due: tell each person in the product and by e-mail, once."""
    by, at = current_actor(), clock.now()
    for task in reminders_due(at).select_related("company", "contact", "deal")[:REMINDED_AT_ONCE]:
        remind_of_task(task_id=task.pk, letter=_letter(task), by=by, at=at)
    settle_reminders(by=by, at=clock.now())


def _letter(task: Task) -> Letter | None:
    """The e-mail in the language of the one who reads it; None when nobody does."""
    reader = task.assignee_id or task.owner_id
    if reader is None:
        return None
    language = _language_of(reader)
    with override(language):
        subject = _("Reminder: %(title)s") % {"title": task.title}
        context = {
            "task": task,
            "due": _due(task),
            "about": task.deal or task.contact or task.company,
            "url": address_of(current_organization().subdomain, task.get_absolute_url()),
            "subject": subject,
        }
        return Letter(
            subject=subject,
            body_text=render_to_string("crm/email/task_reminder.txt", context),
            body_html=render_to_string("crm/email/task_reminder.html", context),
            language=language,
        )


def _language_of(user_id: UUID) -> str:
    try:
        return user_by_id(user_id).language
    except ObjectDoesNotExist:
        return current_organization().language


def _due(task: Task) -> str:
    if task.due_at is None:
        return ""
    local = timezone.localtime(task.due_at, ZoneInfo(current_organization().time_zone))
    return format_day(local.date()) if task.is_all_day else format_instant(local)
