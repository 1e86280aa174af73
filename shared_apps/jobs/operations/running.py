"""A job begins, and how it ends: done, to be tried again, put off, or dead."""

import random
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs import rules
from shared_apps.jobs.events import JobEvent
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.operations.dispatching import BOOKKEEPING, send_next
from shared_apps.jobs.operations.outbox import JobWithoutOrganization
from shared_apps.jobs.queries import WITH_BROKER
from shared_apps.journal.operations import record

WORKER_DIED = "WorkerDied"
POSTPONED_TOGETHER = 1_000


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def begin_job(
    *, job_id: UUID, organization_id: UUID | None, sending: int, by: Actor, at: datetime
) -> Job | None:
    """Mark the job as running and return it; None when there is nothing to do for this message.

    That is so when the job has ended or is gone, and when the message is not of its latest sending: the job
    is back in the outbox, or has left it again. One that is running already comes back from a worker that
    died; after the last try it is dead. Raises `JobWithoutOrganization` when the message names another than
    the row.
    """
    row = Job.objects.select_for_update().filter(pk=job_id).first()
    if row is None:
        return None
    if row.organization_id != organization_id:
        raise JobWithoutOrganization(row.name)
    if row.state not in WITH_BROKER or row.sent_count != sending:
        return None
    if rules.is_last(row.attempts):
        _end(row.pk, JobState.DEAD, at, error=WORKER_DIED)
        return None
    row.state = JobState.RUNNING
    row.attempts += 1
    row.save(update_fields=["state", "attempts"])
    return row


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def finish_job(*, job_id: UUID, lane: UUID, by: Actor, at: datetime) -> None:
    """Mark the job as done; its place goes to the next."""
    _end(job_id, JobState.DONE, at, error="")
    send_next(lane, at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def fail_job(*, job_id: UUID, lane: UUID, attempts: int, error: str, by: Actor, at: datetime) -> None:
    """Put the job back into the outbox, to wait longer each time; after the last try it is dead. Its place
    goes to the next.

    `error` is the kind, never its text, which may be personal.
    """
    if rules.is_last(attempts):
        _end(job_id, JobState.DEAD, at, error=error)
    else:
        wait = rules.wait_after(attempts, random.random())
        _requeue(job_id, at + wait, error=error[:200])
    send_next(lane, at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def give_back_job(*, job_id: UUID, by: Actor, at: datetime) -> None:
    """The worker was told to stop: the job goes back into the outbox at once, and this try does not count."""
    _requeue(job_id, at, attempts=F("attempts") - 1)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def postpone_job(*, job_id: UUID, lane: UUID, until: datetime, by: Actor, at: datetime) -> None:
    """Put the job back into the outbox, due at `until`; this try does not count. What else of the lane is due
    waits with it, rather than being asked one by one.
    """
    _requeue(job_id, until, attempts=F("attempts") - 1)
    due = Job.objects.filter(lane=lane, state=JobState.QUEUED, due_at__lte=at)
    together = due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:POSTPONED_TOGETHER]
    Job.objects.filter(pk__in=list(together)).update(due_at=until)


@operation(permission=Permission.PLATFORM_OPERATE)
def retry_job(*, job_id: UUID, by: Actor, at: datetime) -> Job:
    """Put a dead job back into the outbox, with all its tries. One that is not dead raises `DoesNotExist`."""
    row = Job.objects.select_for_update().get(pk=job_id, state=JobState.DEAD)
    old = {"attempts": row.attempts, "error": row.error}
    row.state, row.attempts, row.due_at, row.finished_at = JobState.QUEUED, 0, at, None
    row.save(update_fields=["state", "attempts", "due_at", "finished_at"])
    record(event=JobEvent.RETRIED, subject=row, organization_id=row.organization_id, by=by, at=at, old=old)
    return row


def _end(job_id: UUID, state: JobState, at: datetime, *, error: str) -> None:
    Job.objects.filter(pk=job_id).update(state=state, finished_at=at, error=error[:200])


def _requeue(job_id: UUID, due_at: datetime, **changes: Any) -> None:
    Job.objects.filter(pk=job_id).update(state=JobState.QUEUED, due_at=due_at, **changes)
