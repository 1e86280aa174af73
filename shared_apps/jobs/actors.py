"""`@job`: how a function becomes work that runs inside its organization, and nowhere else.

The broker knows two actors, one for each queue. A message carries only the job's id, its organization and the
number of its sending. What to do is read from the job's row, so a message that arrives twice finds the row
done, and one without an organization does not run.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any
from uuid import UUID

import dramatiq
import structlog
from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import translation
from django.utils.module_loading import import_string
from dramatiq.middleware import Interrupt, Shutdown

from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.jobs import operations
from shared_apps.jobs.alone import alone
from shared_apps.jobs.models import Job
from shared_apps.jobs.operations import JobWithoutOrganization
from shared_apps.jobs.operations.dispatching import ACTORS
from shared_apps.jobs.registry import JOBS, Queue, Registered, Scope, registered

TIME_LIMIT_MS = 600_000
# For what the database itself refuses, such as to begin a job while it is away. A job's own failures wait in
# the outbox.
MIN_BACKOFF_MS, MAX_BACKOFF_MS = 1_000, 30_000
PRIORITIES = {Queue.PROMPT: 0, Queue.PATIENT: 10}
WAIT = timedelta(minutes=10)
Environment = Callable[[UUID | None], AbstractContextManager[None]]
log = structlog.get_logger(__name__)


class NotNow(RuntimeError):
    """Raised by the environment when a job has to wait: it is asked for again later, however often."""


_actor: ContextVar[Actor] = ContextVar("job_actor")


def current_actor() -> Actor:
    """The actor of the running job: the product itself, in the job's organization and language."""
    return _actor.get()


def job(
    *, queue: Queue = Queue.PROMPT, scope: Scope = Scope.ORGANIZATION
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a job under its own name. It takes keyword arguments of plain values and
    `**unknown`, and may run twice: its worker can die after its last effect.

    What takes a processor for long (documents) is patient, so that it delays nobody's money.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        JOBS[function.__name__] = Registered(function.__name__, scope, queue, function)
        return function

    return decorate


def _deliver(*, job_id: str, organization_id: str | None = None, sending: int = 0, **unknown: Any) -> None:
    """What the worker calls for each message."""
    close_old_connections()
    try:
        perform(
            job_id=UUID(job_id),
            organization_id=UUID(organization_id) if organization_id else None,
            sending=sending,
        )
    finally:
        close_old_connections()


def declare_actors() -> None:
    """Tell the broker who takes the messages of each queue."""
    for queue, name in ACTORS.items():
        declare = dramatiq.actor(
            actor_name=name,
            queue_name=queue,
            priority=PRIORITIES[queue],
            max_retries=None,
            min_backoff=MIN_BACKOFF_MS,
            max_backoff=MAX_BACKOFF_MS,
            time_limit=TIME_LIMIT_MS,
            notify_shutdown=True,
        )
        declare(_deliver)


def perform(*, job_id: UUID, organization_id: UUID | None, sending: int) -> BaseException | None:
    """Run one job in its organization, once, and write down how it ended. Returns what the job raised.

    Only what keeps its row from being read or written rises: then the broker brings the message again.
    """
    environment = import_string(settings.JOB_ENVIRONMENT)
    with environment(None), alone(job_id):
        row = operations.begin_job(
            job_id=job_id, organization_id=organization_id, sending=sending, by=system_actor(), at=clock.now()
        )
        if row is None:
            return None
        with structlog.contextvars.bound_contextvars(
            job=row.name, job_id=str(job_id), organization_id=str(organization_id)
        ):
            raised = _attempt(environment, row)
            _write_down(row, raised)
            return raised


def _attempt(environment: Environment, row: Job) -> BaseException | None:
    """Run the job's function, and catch what it raises: also the worker's word that time is over."""
    try:
        with environment(row.organization_id):
            _run(row)
    except Interrupt as interrupt:
        _leave_broken_connection(is_broken=True)
        return interrupt
    except Exception as error:
        _leave_broken_connection(is_broken=False)
        return error
    return None


def _run(row: Job) -> None:
    found = registered(row.name)
    if found.scope is Scope.ORGANIZATION and row.organization_id is None:
        raise JobWithoutOrganization(row.name)
    token = _actor.set(system_actor(row.organization_id, row.language))
    try:
        with translation.override(row.language):
            found.function(**row.arguments)
    finally:
        _actor.reset(token)


def _leave_broken_connection(*, is_broken: bool) -> None:
    """So that how the job ended can be written. An interrupt may have come in the middle of a statement."""
    if connection.in_atomic_block:
        return
    if is_broken:
        connection.close()
    else:
        connection.close_if_unusable_or_obsolete()


def _write_down(row: Job, raised: BaseException | None) -> None:
    by, at = system_actor(), clock.now()
    if raised is None:
        operations.finish_job(job_id=row.pk, lane=row.lane, by=by, at=at)
    elif isinstance(raised, NotNow):
        operations.postpone_job(job_id=row.pk, lane=row.lane, until=at + WAIT, by=by, at=at)
    elif isinstance(raised, Shutdown):
        operations.give_back_job(job_id=row.pk, by=by, at=at)
    else:
        error = type(raised).__name__
        log.warning("job_failed", error=error, attempt=row.attempts)
        operations.fail_job(job_id=row.pk, lane=row.lane, attempts=row.attempts, error=error, by=by, at=at)


declare_actors()
