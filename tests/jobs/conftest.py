"""Jobs that exist for these tests only, and a broker that keeps what it is given."""

from collections.abc import Callable, Iterator
from typing import Any

import dramatiq
import pytest

from shared_apps.core.actors import system_actor
from shared_apps.jobs import registry
from shared_apps.jobs.actors import NotNow, Queue, job, perform
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.operations import enqueue
from tenant_apps.workspace.queries import profile
from tenants.context import OrganizationRef

PLACES = 4
seen: list[tuple[str, str]] = []


@pytest.fixture(autouse=True, scope="session")
def _jobs_of_the_tests() -> Iterator[None]:
    before = dict(registry.JOBS)

    @job()
    def remember_where(*, word: str = "here", **unknown: Any) -> None:
        seen.append((word, profile().legal_name))

    @job(queue=Queue.PATIENT)
    def remember_slowly(*, word: str = "here", **unknown: Any) -> None:
        seen.append((word, profile().legal_name))

    @job()
    def always_fail(**unknown: Any) -> None:
        raise ZeroDivisionError("a customer's name")

    @job()
    def not_now(**unknown: Any) -> None:
        raise NotNow

    yield
    registry.JOBS.clear()
    registry.JOBS.update(before)


@pytest.fixture(autouse=True)
def _forget() -> None:
    seen.clear()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[dict[str, Any]]:
    """What the broker was given, with `PLACES` places for each organization and twice as many for the
    platform.
    """
    settings.JOBS_IN_FLIGHT, settings.JOBS_IN_FLIGHT_PLATFORM = PLACES, 2 * PLACES
    kept: list[dict[str, Any]] = []

    def keep(message: Any, delay: Any = None) -> Any:
        kept.append({**message.kwargs, "queue": message.queue_name})
        return message

    monkeypatch.setattr(dramatiq.get_broker(), "enqueue", keep)
    return kept


@pytest.fixture
def deliver() -> Callable[..., BaseException | None]:
    """`deliver(job)`: the worker gets the message of the job's latest sending."""

    def run(row: Job, **other: Any) -> BaseException | None:
        row.refresh_from_db()
        message = {"job_id": row.pk, "organization_id": row.organization_id, "sending": row.sent_count}
        return perform(**{**message, **other})

    return run


def ask(organization: OrganizationRef, name: str = "remember_where", **more: Any) -> Job:
    """The row of a job that was just asked for."""
    enqueue(name, by=system_actor(organization.id), newer_argument=1, **more)
    return Job.objects.order_by("id").last() or Job()


def ask_sent(organization: OrganizationRef, name: str = "remember_where", **changes: Any) -> Job:
    """The row of a job that is with the broker."""
    row = ask(organization, name)
    Job.objects.filter(pk=row.pk).update(**{"state": JobState.SENT, "sent_count": 1, **changes})
    row.refresh_from_db()
    return row
