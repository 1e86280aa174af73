"""Asking for work. Its row is written in the caller's transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.jobs.models import Job
from shared_apps.jobs.registry import Queue, Scope, registered


class OutsideTransaction(RuntimeError):
    """Work was asked for without a transaction, so it could be sent although what it belongs to is rolled
    back.
    """


class JobWithoutOrganization(RuntimeError):
    """An organization's job was asked for, or arrived, without its organization."""


def require_transaction(name: str) -> None:
    if not connection.in_atomic_block:
        raise OutsideTransaction(name)


def enqueue(
    name: str,
    *,
    by: Actor,
    organization_id: UUID | None = None,
    key: str | None = None,
    due_at: datetime | None = None,
    queue: Queue | None = None,
    **arguments: Any,
) -> None:
    """Write a job into the outbox, in the caller's transaction. A second one with the same `key` adds
    nothing.

    `organization_id` defaults to the actor's, `queue` to the job's own. Arguments are plain JSON values.
    Raises `UnknownJob`, `JobWithoutOrganization`, `OutsideTransaction`.
    """
    require_transaction(name)
    row = job_row(
        name,
        by=by,
        organization_id=organization_id or by.organization_id,
        key=key,
        due_at=due_at,
        queue=queue,
        arguments=arguments,
    )
    Job.objects.bulk_create([row], ignore_conflicts=key is not None)


def job_row(
    name: str,
    *,
    by: Actor,
    organization_id: UUID | None,
    key: str | None,
    due_at: datetime | None = None,
    queue: Queue | None = None,
    arguments: dict[str, Any],
) -> Job:
    """The row of a job, not yet in the outbox."""
    job, at = registered(name), clock.now()
    is_of_platform = job.scope is Scope.PLATFORM
    if organization_id is None and not is_of_platform:
        raise JobWithoutOrganization(name)
    return Job(
        name=name,
        organization_id=None if is_of_platform else organization_id,
        is_patient=(queue or job.queue) is Queue.PATIENT,
        actor_label=by.label[:250],
        language=by.language,
        arguments=arguments,
        key=key,
        created_at=at,
        due_at=due_at or at,
    )
