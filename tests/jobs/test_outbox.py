"""Work is asked for in a transaction, sent by the dispatcher, run inside its organization, once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import dramatiq
import pytest
import redis
from django.db import transaction

from shared_apps.core.actors import system_actor
from shared_apps.core.ids import new_id
from shared_apps.jobs import actors
from shared_apps.jobs.actors import JobWithoutOrganization, Scope, current_actor, job, perform
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.operations import OutsideTransaction, dispatch_jobs, enqueue, fire_slot, retry_job
from tenant_apps.workspace.queries import profile
from tenants.context import OrganizationRef
from tenants.operations import resume_organization, suspend_organization

seen: list[tuple[str, str]] = []


@pytest.fixture(autouse=True, scope="module")
def _jobs() -> Iterator[None]:
    broker = dramatiq.get_broker()
    before = dict(broker.actors)

    @job()
    def remember_where(*, word: str, **unknown: Any) -> None:
        seen.append((word, profile().legal_name))

    @job()
    def always_fail(**unknown: Any) -> None:
        raise ZeroDivisionError("a customer's name")

    yield
    for name in set(broker.actors) - set(before):
        del broker.actors[name], actors.JOBS[name]


@pytest.fixture(autouse=True)
def _forget() -> None:
    seen.clear()


def ask(organization: OrganizationRef, name: str = "remember_where", key: str | None = None) -> None:
    enqueue(name, by=system_actor(organization.id), key=key, word="here", newer_argument=1)


def test_a_job_runs_inside_its_organization(
    alpha: OrganizationRef, beta: OrganizationRef, run_jobs: Callable[[], Any]
) -> None:
    ask(alpha)
    ask(beta)
    run_jobs()
    assert seen == [("here", "Алфа Проба ООД"), ("here", "Бета Проба ЕООД")]


def test_a_message_that_arrives_twice_works_once(alpha: OrganizationRef, run_jobs: Callable[[], Any]) -> None:
    ask(alpha)
    run_jobs()
    done = Job.objects.get()
    perform(done.name, job_id=done.pk, organization_id=alpha.id)
    assert (len(seen), Job.objects.get().state) == (1, JobState.DONE)


def test_a_message_without_its_organization_does_not_run(
    alpha: OrganizationRef, beta: OrganizationRef
) -> None:
    ask(alpha)
    row = Job.objects.get()
    for wrong in (None, beta.id):
        with pytest.raises(JobWithoutOrganization):
            perform(row.name, job_id=row.pk, organization_id=wrong)
    assert seen == []


def test_asking_twice_with_one_key_is_asking_once(alpha: OrganizationRef, beta: OrganizationRef) -> None:
    ask(alpha, key="k")
    ask(alpha, key="k")
    ask(beta, key="k")
    assert Job.objects.count() == 2


def test_nothing_is_sent_of_a_transaction_that_was_rolled_back(alpha: OrganizationRef) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        ask(alpha)
        raise RuntimeError
    assert not Job.objects.exists()


def test_asking_outside_of_a_transaction_is_refused(committed_db: None) -> None:
    with pytest.raises(OutsideTransaction):
        enqueue("remember_where", by=system_actor(new_id()))


def test_a_failure_keeps_the_kind_of_error_and_nothing_personal(alpha: OrganizationRef) -> None:
    ask(alpha, "always_fail")
    row = Job.objects.get()
    with pytest.raises(ZeroDivisionError):
        perform(row.name, job_id=row.pk, organization_id=alpha.id)
    row.refresh_from_db()
    assert (row.state, row.error, row.attempts) == (JobState.RUNNING, "ZeroDivisionError", 1)


def test_after_the_last_try_a_job_is_dead_and_can_be_retried(alpha: OrganizationRef, at: datetime) -> None:
    ask(alpha, "always_fail")
    row = Job.objects.get()
    Job.objects.update(attempts=actors.MAX_RETRIES)
    with pytest.raises(ZeroDivisionError):
        perform(row.name, job_id=row.pk, organization_id=alpha.id)
    assert Job.objects.get().state == JobState.DEAD
    retry_job(job_id=row.pk, by=system_actor(), at=at)
    assert Job.objects.get().state == JobState.QUEUED


def test_a_suspended_organization_s_jobs_wait(
    alpha: OrganizationRef, at: datetime, run_jobs: Callable[[], Any]
) -> None:
    ask(alpha)
    suspend_organization(organization_id=alpha.id, by=system_actor(), at=at)
    row = Job.objects.get()
    for _patience in range(actors.MAX_RETRIES + 2):
        perform(row.name, job_id=row.pk, organization_id=alpha.id)
    row.refresh_from_db()
    assert (row.state, row.attempts, seen) == (JobState.QUEUED, 0, [])
    assert row.due_at > at
    resume_organization(organization_id=alpha.id, by=system_actor(), at=at)
    run_jobs()
    assert len(seen) == 1


def test_due_jobs_are_handed_to_the_broker_once(
    alpha: OrganizationRef, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(dramatiq.get_broker(), "enqueue", lambda message, delay=None: sent.append(message))
    ask(alpha)
    later = at + timedelta(seconds=5)
    assert dispatch_jobs(by=system_actor(), at=later) == 1
    assert dispatch_jobs(by=system_actor(), at=later) == 0
    assert sent[0].kwargs == {"job_id": str(Job.objects.get().pk), "organization_id": str(alpha.id)}


def test_a_job_lost_by_the_broker_is_sent_again(
    alpha: OrganizationRef, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dramatiq.get_broker(), "enqueue", lambda message, delay=None: message)
    ask(alpha)
    Job.objects.update(state=JobState.SENT, sent_at=at - timedelta(minutes=16))
    assert dispatch_jobs(by=system_actor(), at=at) == 1


def test_a_broker_that_is_away_leaves_the_job_queued(
    alpha: OrganizationRef, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(message: Any, delay: Any = None) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(dramatiq.get_broker(), "enqueue", away)
    ask(alpha)
    with pytest.raises(redis.ConnectionError):
        dispatch_jobs(by=system_actor(), at=at + timedelta(seconds=5))
    assert Job.objects.get().state == JobState.QUEUED


def test_a_slot_fires_once(db: None, at: datetime) -> None:
    fired = [fire_slot(name="sweep_jobs", slot_at=at, by=system_actor()) for _scheduler in range(3)]
    assert fired == [True, False, False]
    assert Job.objects.filter(name="sweep_jobs").count() == 1


def test_a_job_knows_its_actor(alpha: OrganizationRef) -> None:
    with pytest.raises(LookupError):
        current_actor()
    assert actors.JOBS["sweep_jobs"].scope is Scope.PLATFORM
