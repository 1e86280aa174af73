"""Work is asked for in a transaction, and handed to the broker when it has committed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import dramatiq
import pytest
import redis
from django.db import transaction

from shared_apps.core.actors import system_actor
from shared_apps.core.ids import new_id
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.operations import (
    JobWithoutOrganization,
    OutsideTransaction,
    dispatch_jobs,
    enqueue,
    resend_lost_jobs,
)
from shared_apps.jobs.registry import Queue, UnknownJob
from tenants.context import OrganizationRef
from tests.jobs.conftest import ask, ask_sent, seen


def test_a_job_runs_inside_its_organization(
    alpha: OrganizationRef, beta: OrganizationRef, run_jobs: Callable[[], Any]
) -> None:
    ask(alpha)
    ask(beta)
    run_jobs()
    assert seen == [("here", "Алфа Проба ООД"), ("here", "Бета Проба ЕООД")]


def test_asking_twice_with_one_key_is_asking_once(alpha: OrganizationRef, beta: OrganizationRef) -> None:
    ask(alpha, key="k")
    ask(alpha, key="k")
    ask(beta, key="k")
    assert Job.objects.count() == 2


def test_the_platform_s_keys_are_its_own(alpha: OrganizationRef) -> None:
    for _time in range(2):
        enqueue("sweep_jobs", by=system_actor(), key="k")
        enqueue("sweep_jobs", by=system_actor(alpha.id), key="k")
    ask(alpha, key="k")
    assert list(Job.objects.order_by("id").values_list("name", "organization_id")) == [
        ("sweep_jobs", None),
        ("remember_where", alpha.id),
    ]


def test_a_job_that_is_done_keeps_its_key(alpha: OrganizationRef, run_jobs: Callable[[], Any]) -> None:
    ask(alpha, key="k")
    run_jobs()
    ask(alpha, key="k")
    assert Job.objects.get().state == JobState.DONE


def test_nothing_is_sent_of_a_transaction_that_was_rolled_back(
    alpha: OrganizationRef, at: datetime, sent: list[Any]
) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        ask(alpha)
        raise RuntimeError
    assert dispatch_jobs(by=system_actor(), at=at + timedelta(minutes=1)) == 0
    assert (Job.objects.count(), sent) == (0, [])


def test_asking_outside_of_a_transaction_is_refused(committed_db: None) -> None:
    with pytest.raises(OutsideTransaction):
        enqueue("remember_where", by=system_actor(new_id()))


def test_what_nobody_can_run_is_not_taken(alpha: OrganizationRef) -> None:
    with pytest.raises(UnknownJob):
        ask(alpha, "no_such_job")
    with pytest.raises(JobWithoutOrganization):
        enqueue("remember_where", by=system_actor())


def test_due_jobs_are_handed_to_the_broker_once(
    alpha: OrganizationRef, at: datetime, sent: list[Any]
) -> None:
    row = ask(alpha)
    later = at + timedelta(seconds=5)
    assert dispatch_jobs(by=system_actor(), at=later) == 1
    assert dispatch_jobs(by=system_actor(), at=later) == 0
    assert sent == [
        {"job_id": str(row.pk), "organization_id": str(alpha.id), "sending": 1, "queue": Queue.PROMPT}
    ]


def test_what_is_not_due_yet_waits(alpha: OrganizationRef, at: datetime, sent: list[Any]) -> None:
    ask(alpha, due_at=at + timedelta(hours=1))
    assert dispatch_jobs(by=system_actor(), at=at) == 0
    assert dispatch_jobs(by=system_actor(), at=at + timedelta(hours=1)) == 1


def test_a_job_can_be_made_to_yield(alpha: OrganizationRef, at: datetime, sent: list[Any]) -> None:
    ask(alpha, queue=Queue.PATIENT)
    dispatch_jobs(by=system_actor(), at=at + timedelta(minutes=1))
    assert [message["queue"] for message in sent] == [Queue.PATIENT]


def test_a_job_lost_by_the_broker_is_sent_again_as_it_was(
    alpha: OrganizationRef, at: datetime, sent: list[Any]
) -> None:
    lost = ask_sent(alpha, sent_at=at - timedelta(minutes=16), sent_count=3)
    ask_sent(alpha, sent_at=at - timedelta(minutes=14))
    assert resend_lost_jobs(by=system_actor(), at=at) == 1
    assert resend_lost_jobs(by=system_actor(), at=at) == 0
    assert [(message["job_id"], message["sending"]) for message in sent] == [(str(lost.pk), 3)]


def test_a_broker_that_is_away_leaves_the_job_queued(
    alpha: OrganizationRef, at: datetime, sent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dramatiq.get_broker(), "enqueue", away)
    ask(alpha)
    with pytest.raises(redis.ConnectionError):
        dispatch_jobs(by=system_actor(), at=at + timedelta(seconds=5))
    assert Job.objects.get().state == JobState.QUEUED


def away(message: Any, delay: Any = None) -> None:
    raise redis.ConnectionError
