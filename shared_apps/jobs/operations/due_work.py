"""Who has something to do when a schedule comes round. All in the caller's transaction, like the outbox."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from shared_apps.core.actors import Actor
from shared_apps.core.ids import new_id
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.models import DueWork, Job
from shared_apps.jobs.operations.outbox import require_transaction
from shared_apps.jobs.schedule import Audience

_SET = """
INSERT INTO jobs_duework (id, job, organization_id, next_due_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (organization_id, job) DO UPDATE
SET next_due_at = LEAST(jobs_duework.next_due_at, EXCLUDED.next_due_at)
"""


def set_next_due(name: str, *, organization_id: UUID, at: datetime) -> None:
    """Say that the scheduled job has something to do in this organization from `at` on. An earlier date
    stays.

    The row is locked, so one who settles at the same time (`settle_next_due`) sees what this transaction
    wrote, or this one comes after.
    """
    require_transaction(name)
    with connection.cursor() as cursor:
        cursor.execute(_SET, [new_id(), name, organization_id, at])


def expect_work(name: str, *, organization_id: UUID, at: datetime) -> None:
    """As `set_next_due` for a busy path: a row that is there is neither changed nor locked.

    So whoever settles must first wait for the transactions that write what the job works on.
    """
    require_transaction(name)
    row = DueWork(job=name, organization_id=organization_id, next_due_at=at)
    DueWork.objects.bulk_create([row], ignore_conflicts=True)


def settle_next_due(name: str, *, organization_id: UUID, remaining: Callable[[], datetime | None]) -> None:
    """After the job has worked: `remaining` says from when on there is something to do again; None: nothing
    is left. It is asked after the row was locked.
    """
    require_transaction(name)
    rows = DueWork.objects.filter(job=name, organization_id=organization_id)
    row = rows.select_for_update().first()
    if row is None:
        return
    next_due_at = remaining()
    if next_due_at is None:
        row.delete()
    else:
        rows.update(next_due_at=next_due_at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="each job clears what it finds undone")
def expect_everything(*, organization_id: UUID, by: Actor, at: datetime) -> None:
    """Let every schedule that asks only who has something due ask this organization once: for one whose rows
    did not come through operations (a restored archive).
    """
    names = [entry.job for entry in import_string(settings.SCHEDULE) if entry.audience is Audience.DUE]
    for name in names:
        set_next_due(name, organization_id=organization_id, at=at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="the end of the organization is told")
def forget_organization(*, organization_id: UUID, by: Actor) -> None:
    """Delete the jobs and the due work of an organization that is no more."""
    DueWork.objects.filter(organization_id=organization_id).delete()
    Job.objects.filter(organization_id=organization_id).delete()
