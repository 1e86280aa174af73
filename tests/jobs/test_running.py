"""A job runs in its organization, once, and its row says how it ended."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import dramatiq
import pytest
from dramatiq.middleware import Shutdown
from dramatiq.middleware.time_limit import TimeLimitExceeded

from shared_apps.core.actors import system_actor
from shared_apps.jobs import registry, rules
from shared_apps.jobs.actors import JobWithoutOrganization, Scope, current_actor, job, perform
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.operations import retry_job
from shared_apps.journal.models import PlatformEvent
from tenants.context import OrganizationRef
from tenants.operations import resume_organization, suspend_organization
from tests.jobs.conftest import ask, ask_sent, seen
from tests.jobs.test_outbox import away

Deliver = Callable[..., BaseException | None]


@pytest.fixture
def job_that_raises(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """`job_that_raises(error)`: from now on, `interrupted` does."""

    def declare(error: BaseException) -> None:
        def interrupted(**unknown: Any) -> None:
            raise error

        job()(interrupted)

    monkeypatch.setitem(registry.JOBS, "interrupted", registry.JOBS["always_fail"])
    return declare


def state_of(row: Job) -> tuple[str, int, str]:
    row.refresh_from_db()
    return row.state, row.attempts, row.error


def test_a_job_ends_done(alpha: OrganizationRef, deliver: Deliver) -> None:
    row = ask_sent(alpha)
    assert deliver(row) is None
    assert state_of(row) == (JobState.DONE, 1, "")


def test_a_message_that_arrives_twice_works_once(alpha: OrganizationRef, deliver: Deliver) -> None:
    row = ask_sent(alpha)
    deliver(row)
    deliver(row)
    assert (len(seen), state_of(row)) == (1, (JobState.DONE, 1, ""))


def test_a_message_of_a_worker_that_died_runs_again(alpha: OrganizationRef, deliver: Deliver) -> None:
    row = ask_sent(alpha, state=JobState.RUNNING, attempts=1)
    deliver(row)
    assert (len(seen), state_of(row)) == (1, (JobState.DONE, 2, ""))


def test_one_that_takes_every_worker_with_it_is_dead_in_the_end(
    alpha: OrganizationRef, deliver: Deliver
) -> None:
    row = ask_sent(alpha, state=JobState.RUNNING, attempts=rules.TRIES)
    deliver(row)
    assert (seen, state_of(row)) == ([], (JobState.DEAD, rules.TRIES, "WorkerDied"))


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.SENT])
def test_a_message_of_an_earlier_sending_does_nothing(
    alpha: OrganizationRef, deliver: Deliver, state: JobState
) -> None:
    row = ask_sent(alpha, state=state, sent_count=2)
    deliver(row, sending=1)
    assert (seen, state_of(row)) == ([], (state, 0, ""))


def test_a_message_for_what_is_back_in_the_outbox_does_nothing(
    alpha: OrganizationRef, deliver: Deliver
) -> None:
    row = ask_sent(alpha, "always_fail")
    deliver(row)
    assert deliver(row) is None
    assert state_of(row) == (JobState.QUEUED, 1, "ZeroDivisionError")


def test_a_message_without_its_organization_does_not_run(
    alpha: OrganizationRef, beta: OrganizationRef, deliver: Deliver
) -> None:
    row = ask_sent(alpha)
    for wrong in (None, beta.id):
        with pytest.raises(JobWithoutOrganization):
            deliver(row, organization_id=wrong)
    assert seen == []


def test_a_job_that_is_gone_is_not_missed(alpha: OrganizationRef, deliver: Deliver) -> None:
    row = ask_sent(alpha)
    gone = {"job_id": row.pk, "organization_id": alpha.id}
    Job.objects.all().delete()
    assert perform(**gone, sending=1) is None


def test_a_failure_waits_in_the_outbox_and_keeps_nothing_personal(
    alpha: OrganizationRef, deliver: Deliver, at: datetime
) -> None:
    row = ask_sent(alpha, "always_fail")
    assert isinstance(deliver(row), ZeroDivisionError)
    assert state_of(row) == (JobState.QUEUED, 1, "ZeroDivisionError")
    assert at + timedelta(seconds=0.5) <= row.due_at <= at + timedelta(seconds=10)


def test_after_the_last_try_a_job_is_dead_and_can_be_retried(
    alpha: OrganizationRef, deliver: Deliver, at: datetime
) -> None:
    row = ask_sent(alpha, "always_fail", attempts=rules.TRIES - 1)
    deliver(row)
    assert state_of(row) == (JobState.DEAD, rules.TRIES, "ZeroDivisionError")
    retry_job(job_id=row.pk, by=system_actor(), at=at)
    assert state_of(row)[:2] == (JobState.QUEUED, 0)
    told = PlatformEvent.objects.get(type="jobs.job_retried")
    assert (told.organization_id, told.old["error"]) == (alpha.id, "ZeroDivisionError")
    with pytest.raises(Job.DoesNotExist):
        retry_job(job_id=row.pk, by=system_actor(), at=at)


def test_a_job_of_a_newer_version_waits_for_the_newer_worker(
    alpha: OrganizationRef, deliver: Deliver
) -> None:
    row = ask_sent(alpha, name="remember_where")
    Job.objects.update(name="of_tomorrow")
    deliver(row)
    assert state_of(row) == (JobState.QUEUED, 1, "UnknownJob")


def test_a_worker_that_is_told_to_stop_gives_its_job_back(
    alpha: OrganizationRef, deliver: Deliver, job_that_raises: Callable[[BaseException], None], at: datetime
) -> None:
    job_that_raises(Shutdown())
    row = ask_sent(alpha, "interrupted")
    assert isinstance(deliver(row), Shutdown)
    assert state_of(row) == (JobState.QUEUED, 0, "")
    assert row.due_at <= at + timedelta(seconds=10)


def test_one_that_takes_too_long_has_failed(
    alpha: OrganizationRef, deliver: Deliver, job_that_raises: Callable[[BaseException], None]
) -> None:
    job_that_raises(TimeLimitExceeded())
    row = ask_sent(alpha, "interrupted")
    deliver(row)
    assert state_of(row) == (JobState.QUEUED, 1, "TimeLimitExceeded")


def test_an_end_of_the_process_is_not_caught(
    alpha: OrganizationRef, deliver: Deliver, job_that_raises: Callable[[BaseException], None]
) -> None:
    job_that_raises(KeyboardInterrupt())
    row = ask_sent(alpha, "interrupted")
    with pytest.raises(KeyboardInterrupt):
        deliver(row)
    assert state_of(row) == (JobState.RUNNING, 1, "")


def test_a_suspended_organization_s_jobs_wait(
    alpha: OrganizationRef, deliver: Deliver, at: datetime, run_jobs: Callable[[], Any]
) -> None:
    row, other = ask_sent(alpha), ask(alpha)
    suspend_organization(organization_id=alpha.id, by=system_actor(), at=at)
    for _patience in range(rules.TRIES + 2):
        Job.objects.filter(pk=row.pk).update(state=JobState.SENT)
        deliver(row)
    assert (state_of(row), seen) == ((JobState.QUEUED, 0, ""), [])
    other.refresh_from_db()
    assert row.due_at > at + timedelta(minutes=9) and other.due_at > at + timedelta(minutes=9)
    resume_organization(organization_id=alpha.id, by=system_actor(), at=at)
    run_jobs()
    assert len(seen) == 2


def test_a_job_that_ended_gives_its_place_to_the_next(
    alpha: OrganizationRef, beta: OrganizationRef, deliver: Deliver, sent: list[Any]
) -> None:
    for name in ("remember_where", "always_fail"):
        row, patient = ask_sent(alpha, name), ask(alpha, "remember_slowly")
        prompt, _stranger = ask(alpha), ask(beta)
        deliver(row)
        assert [message["job_id"] for message in sent] == [str(prompt.pk)]
        sent.clear()
        deliver(prompt)
        assert [message["job_id"] for message in sent] == [str(patient.pk)]
        Job.objects.all().delete()
        sent.clear()


def test_the_end_is_written_though_the_broker_is_away(
    alpha: OrganizationRef, deliver: Deliver, sent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    row, waiting = ask_sent(alpha), ask(alpha)
    monkeypatch.setattr(dramatiq.get_broker(), "enqueue", away)
    deliver(row)
    assert (state_of(row)[0], state_of(waiting)[0]) == (JobState.DONE, JobState.QUEUED)


def test_a_job_knows_its_actor(alpha: OrganizationRef) -> None:
    with pytest.raises(LookupError):
        current_actor()
    assert registry.JOBS["sweep_jobs"].scope is Scope.PLATFORM


@pytest.mark.parametrize(
    ("attempts", "longest"), [(1, 1), (2, 2), (5, 16), (11, 1024), (12, 1800), (99, 1800)]
)
def test_each_wait_is_longer_than_the_one_before(attempts: int, longest: int) -> None:
    assert rules.wait_after(attempts, 0.0) == timedelta(seconds=longest)
    assert rules.wait_after(attempts, 1.0) == timedelta(seconds=longest / 2)


def test_all_tries_take_about_half_an_hour() -> None:
    waits = [rules.wait_after(attempts, 0.0) for attempts in range(1, rules.TRIES)]
    assert timedelta(minutes=34) < sum(waits, timedelta()) < timedelta(minutes=35)
