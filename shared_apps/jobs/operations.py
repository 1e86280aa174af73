"""Asking for work, handing it to the broker, and what becomes of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import dramatiq
from django.db import connection
from django.db.models import F, Q

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.models import Job, JobState, ScheduleSlot

LOST_AFTER = timedelta(minutes=15)
KEPT_FOR = timedelta(days=14)
BOOKKEEPING = "the job's row is itself the record"


class OutsideTransaction(RuntimeError):
    """Work was asked for without a transaction, so it could be sent although what it belongs to is rolled
    back.
    """


def enqueue(
    name: str,
    *,
    by: Actor,
    organization_id: UUID | None = None,
    key: str | None = None,
    due_at: datetime | None = None,
    **arguments: Any,
) -> None:
    """Write a job into the outbox, in the caller's transaction. A second one with the same `key` adds
    nothing.

    `organization_id` defaults to the actor's. Arguments are plain JSON values.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(name)
    at = clock.now()
    row = Job(
        name=name,
        organization_id=organization_id or by.organization_id,
        actor_label=by.label[:250],
        language=by.language,
        arguments=arguments,
        key=key,
        created_at=at,
        due_at=due_at or at,
    )
    Job.objects.bulk_create([row], ignore_conflicts=key is not None)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def dispatch_jobs(*, by: Actor, at: datetime, limit: int = 100) -> int:
    """Hand due jobs to the broker, oldest first, and say how many. A broker that is away leaves all of
    them queued.
    """
    lost = Q(state__in=(JobState.SENT, JobState.RUNNING), sent_at__lt=at - LOST_AFTER)
    due = Q(state=JobState.QUEUED, due_at__lte=at)
    rows = list(Job.objects.select_for_update(skip_locked=True).filter(due).order_by("due_at")[:limit])
    if not rows:
        rows = list(Job.objects.select_for_update(skip_locked=True).filter(lost).order_by("sent_at")[:limit])
    for row in rows:
        _send(row)
    Job.objects.filter(pk__in=[row.pk for row in rows]).update(state=JobState.SENT, sent_at=at)
    return len(rows)


def _send(row: Job) -> None:
    organization_id = str(row.organization_id) if row.organization_id else None
    dramatiq.get_broker().get_actor(row.name).send(job_id=str(row.pk), organization_id=organization_id)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def begin_job(*, job_id: UUID, by: Actor) -> Job | None:
    """Mark the job as running and return it; None when it is done, dead or gone, so that there is nothing
    to do.
    """
    open_states = (JobState.QUEUED, JobState.SENT, JobState.RUNNING)
    row = Job.objects.select_for_update().filter(pk=job_id, state__in=open_states).first()
    if row is None:
        return None
    row.state = JobState.RUNNING
    row.attempts += 1
    row.save(update_fields=["state", "attempts"])
    return row


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def finish_job(*, job_id: UUID, by: Actor, at: datetime) -> None:
    """Mark the job as done."""
    Job.objects.filter(pk=job_id).update(state=JobState.DONE, finished_at=at, error="")


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def postpone_job(*, job_id: UUID, until: datetime, by: Actor) -> None:
    """Put the job back into the outbox, due at `until`; this try does not count."""
    Job.objects.filter(pk=job_id).update(state=JobState.QUEUED, due_at=until, attempts=F("attempts") - 1)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def note_job_failure(*, job_id: UUID, error: str, is_last: bool, by: Actor, at: datetime) -> None:
    """Remember the kind of error (never its text, which may be personal); after the last try the job is
    dead.
    """
    changes: dict[str, Any] = {"error": error[:200]}
    if is_last:
        changes |= {"state": JobState.DEAD, "finished_at": at}
    Job.objects.filter(pk=job_id).update(**changes)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def retry_job(*, job_id: UUID, by: Actor, at: datetime) -> Job:
    """Put a dead job back into the outbox."""
    row = Job.objects.select_for_update().get(pk=job_id, state=JobState.DEAD)
    row.state, row.attempts, row.due_at, row.finished_at = JobState.QUEUED, 0, at, None
    row.save(update_fields=["state", "attempts", "due_at", "finished_at"])
    return row


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def fire_slot(*, name: str, slot_at: datetime, by: Actor) -> bool:
    """Claim one firing of a scheduled job and enqueue it; False when another scheduler was first."""
    _, is_ours = ScheduleSlot.objects.get_or_create(name=name, slot_at=slot_at)
    if is_ours:
        enqueue(name, by=by)
    return is_ours


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="old rows leave; what they did is told elsewhere"
)
def forget_finished_jobs(*, by: Actor, at: datetime) -> int:
    """Delete done jobs and slots older than two weeks; dead ones stay until somebody looks at them."""
    old = at - KEPT_FOR
    ScheduleSlot.objects.filter(slot_at__lt=old).delete()
    return Job.objects.filter(state=JobState.DONE, finished_at__lt=old).delete()[0]
