"""`@job`: how a function becomes a dramatiq actor that runs inside its organization, and nowhere else.

The message carries only the job's id and its organization. What to do is read from the job's row, so a
message that arrives twice finds the row done, and one without an organization does not run.
"""

import functools
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import dramatiq
import structlog
from django.conf import settings
from django.db import close_old_connections
from django.utils import translation
from django.utils.module_loading import import_string

from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.jobs import operations
from shared_apps.jobs.models import Job

MAX_RETRIES = 8
MIN_BACKOFF_MS, MAX_BACKOFF_MS = 1_000, 600_000
TIME_LIMIT_MS = 600_000
WAIT = timedelta(minutes=10)
log = structlog.get_logger(__name__)


class Scope(StrEnum):
    """Where a job runs: in one organization, or on the platform (public schema)."""

    ORGANIZATION = "organization"
    PLATFORM = "platform"


class Queue(StrEnum):
    """What waits for whom: a worker that has both takes a prompt job before any patient one."""

    PROMPT = "prompt"
    PATIENT = "patient"


PRIORITIES = {Queue.PROMPT: 0, Queue.PATIENT: 10}


@dataclass(frozen=True)
class Registered:
    name: str
    scope: Scope
    function: Callable[..., None]


class NotNow(RuntimeError):
    """Raised by the environment when a job has to wait: it is asked for again later, however often."""


class JobWithoutOrganization(RuntimeError):
    """A message of an organization's job that names no organization."""


JOBS: dict[str, Registered] = {}
_actor: ContextVar[Actor] = ContextVar("job_actor")


def current_actor() -> Actor:
    """The actor of the running job: the product itself, in the job's organization and language."""
    return _actor.get()


def job(
    *, queue: Queue = Queue.PROMPT, scope: Scope = Scope.ORGANIZATION
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a job under its own name. It takes keyword arguments of plain values and
    `**unknown`.

    What takes a processor for long (documents) is patient, so that it delays nobody's money.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        name = function.__name__
        JOBS[name] = Registered(name, scope, function)
        deliver: Callable[..., None] = functools.partial(_deliver, name)
        declare: Callable[..., Any] = dramatiq.actor
        declare(
            deliver,
            actor_name=name,
            queue_name=queue,
            priority=PRIORITIES[queue],
            max_retries=MAX_RETRIES,
            min_backoff=MIN_BACKOFF_MS,
            max_backoff=MAX_BACKOFF_MS,
            time_limit=TIME_LIMIT_MS,
        )
        return function

    return decorate


def _deliver(name: str, *, job_id: str, organization_id: str | None = None, **unknown: Any) -> None:
    """What the worker calls for each message."""
    close_old_connections()
    try:
        perform(name, job_id=UUID(job_id), organization_id=UUID(organization_id) if organization_id else None)
    finally:
        close_old_connections()


def perform(name: str, *, job_id: UUID, organization_id: UUID | None) -> None:
    """Run one job in its organization, once. Exceptions rise, to be retried by the broker."""
    registered = JOBS[name]
    if registered.scope is Scope.ORGANIZATION and organization_id is None:
        raise JobWithoutOrganization(name)
    environment = import_string(settings.JOB_ENVIRONMENT)
    with environment(None):
        row = operations.begin_job(job_id=job_id, by=system_actor())
    if row is None:
        return
    if row.organization_id != organization_id:
        raise JobWithoutOrganization(name)
    with structlog.contextvars.bound_contextvars(
        job=name, job_id=str(job_id), organization_id=str(organization_id)
    ):
        try:
            with environment(organization_id):
                _run(registered, row)
        except NotNow:
            with environment(None):
                operations.postpone_job(job_id=job_id, until=clock.now() + WAIT, by=system_actor())
            return
        except Exception as error:
            _note_failure(environment, row, error)
            raise
        with environment(None):
            operations.finish_job(job_id=job_id, by=system_actor(), at=clock.now())


def _run(registered: Registered, row: Job) -> None:
    token = _actor.set(system_actor(row.organization_id, row.language))
    try:
        with translation.override(row.language):
            registered.function(**row.arguments)
    finally:
        _actor.reset(token)


def _note_failure(environment: Callable[..., Any], row: Job, error: Exception) -> None:
    log.warning("job_failed", error=type(error).__name__, attempt=row.attempts)
    with environment(None):
        operations.note_job_failure(
            job_id=row.pk,
            error=type(error).__name__,
            is_last=row.attempts > MAX_RETRIES,
            by=system_actor(),
            at=clock.now(),
        )
