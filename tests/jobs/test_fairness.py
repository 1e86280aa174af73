"""One organization's flood does not delay another's three jobs."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.core.actors import system_actor
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.operations import dispatch_jobs, enqueue
from shared_apps.jobs.queries import choose_due_jobs, lock_next_due
from shared_apps.jobs.registry import Queue
from tenants.context import OrganizationRef
from tests.jobs.conftest import PLACES, ask, ask_sent

Sent = list[dict[str, Any]]


@pytest.fixture
def dispatch(at: datetime, sent: Sent) -> Callable[..., Sent]:
    """`dispatch()`: what one beat of the scheduler hands to the broker."""

    def run(**limit: int) -> Sent:
        sent.clear()
        count = dispatch_jobs(by=system_actor(), at=at + timedelta(minutes=1), **limit)
        assert count == len(sent)
        return sent

    return run


def of_whom(messages: Sent) -> Counter[Any]:
    return Counter(message["organization_id"] for message in messages)


def test_an_organization_has_so_many_places_and_no_more(
    alpha: OrganizationRef, beta: OrganizationRef, dispatch: Callable[..., Sent]
) -> None:
    for _one in range(3 * PLACES):
        ask(alpha)
    for _one in range(3):
        ask(beta)
    assert of_whom(dispatch()) == {str(alpha.id): PLACES, str(beta.id): 3}
    assert dispatch() == []
    Job.objects.filter(state=JobState.SENT, organization_id=alpha.id).update(state=JobState.RUNNING)
    assert dispatch() == []
    done = Job.objects.filter(organization_id=alpha.id, state=JobState.RUNNING).first()
    Job.objects.filter(pk=done and done.pk).update(state=JobState.DONE)
    assert of_whom(dispatch()) == {str(alpha.id): 1}


def test_the_oldest_goes_first(alpha: OrganizationRef, dispatch: Callable[..., Sent]) -> None:
    rows = [ask(alpha) for _one in range(PLACES + 2)]
    assert [message["job_id"] for message in dispatch()] == [str(row.pk) for row in rows[:PLACES]]


def test_prompt_jobs_go_before_patient_ones(alpha: OrganizationRef, dispatch: Callable[..., Sent]) -> None:
    for _one in range(PLACES):
        ask(alpha, "remember_slowly")
    for _one in range(PLACES - 1):
        ask(alpha)
    assert [message["queue"] for message in dispatch()] == [Queue.PROMPT] * (PLACES - 1) + [Queue.PATIENT]


def test_patient_jobs_leave_half_of_the_places_to_prompt_ones(
    alpha: OrganizationRef, dispatch: Callable[..., Sent]
) -> None:
    for _one in range(2 * PLACES):
        ask(alpha, "remember_slowly")
    assert len(dispatch()) == PLACES // 2
    ask(alpha)
    assert [message["queue"] for message in dispatch()] == [Queue.PROMPT]


def test_the_platform_has_places_of_its_own(alpha: OrganizationRef, dispatch: Callable[..., Sent]) -> None:
    for _one in range(3 * PLACES):
        enqueue("sweep_jobs", by=system_actor())
    ask(alpha)
    assert of_whom(dispatch()) == {None: 2 * PLACES, str(alpha.id): 1}


def test_what_waits_for_its_next_try_takes_no_place(
    alpha: OrganizationRef, at: datetime, dispatch: Callable[..., Sent]
) -> None:
    for _one in range(2 * PLACES):
        ask(alpha, due_at=at + timedelta(hours=1))
    for _one in range(PLACES):
        ask(alpha)
    assert len(dispatch()) == PLACES


def test_a_limit_of_one_beat_leaves_the_rest_to_the_next(
    alpha: OrganizationRef, beta: OrganizationRef, dispatch: Callable[..., Sent]
) -> None:
    for organization in (alpha, beta):
        for _one in range(PLACES):
            ask(organization)
    assert [len(dispatch(limit=5)), len(dispatch(limit=5)), len(dispatch(limit=5))] == [5, 3, 0]


def test_a_beat_costs_the_same_however_much_waits(
    alpha: OrganizationRef, beta: OrganizationRef, dispatch: Callable[..., Sent], at: datetime
) -> None:
    flood(alpha.id, 20_000, at)
    ask(beta)
    plan = plan_of(lambda: choose_due_jobs(at=at + timedelta(minutes=1), limit=100))
    assert "Seq Scan" not in plan, plan
    assert most_rows_read(plan) < 20, plan
    assert of_whom(dispatch()) == {str(alpha.id): PLACES, str(beta.id): 1}


def test_the_next_one_costs_the_same_however_much_waits(
    alpha: OrganizationRef, sent: Sent, at: datetime
) -> None:
    flood(alpha.id, 20_000, at)
    plan = plan_of(lambda: lock_next_due(alpha.id, at + timedelta(minutes=1)))
    assert "Seq Scan" not in plan, plan
    assert most_rows_read(plan) == 1, plan


def test_a_lane_behind_another_s_flood_is_found_at_once(
    alpha: OrganizationRef, beta: OrganizationRef, sent: Sent, at: datetime
) -> None:
    """Many of both: an index by date alone would lead through the whole of the older flood."""
    flood(alpha.id, 10_000, at - timedelta(hours=1))
    flood(beta.id, 5_000, at)
    plan = plan_of(lambda: lock_next_due(beta.id, at + timedelta(minutes=1)))
    assert "Removed by Filter" not in plan and most_rows_read(plan) == 1, plan


def flood(organization_id: UUID, count: int, at: datetime) -> None:
    rows = [
        Job(
            name="remember_where",
            organization_id=organization_id,
            created_at=at,
            due_at=at + timedelta(microseconds=number),
        )
        for number in range(count)
    ]
    Job.objects.bulk_create(rows, batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")


def plan_of(work: Callable[[], Any]) -> str:
    """The plan of the one statement that `work` sends, with what it really reads."""
    with CaptureQueriesContext(connection) as asked:
        work()
    (query,) = asked.captured_queries
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + query["sql"])
        return "\n".join(row[0] for row in cursor.fetchall())


def most_rows_read(plan: str) -> float:
    return max(float(rows) * int(loops) for rows, loops in re.findall(r"rows=([\d.]+) loops=(\d+)", plan))


def test_an_idle_beat_is_one_question(alpha: OrganizationRef, at: datetime, sent: Sent) -> None:
    ask_sent(alpha)
    ask(alpha, due_at=at + timedelta(hours=1))
    with CaptureQueriesContext(connection) as asked:
        assert dispatch_jobs(by=system_actor(), at=at) == 0
    questions = [query["sql"] for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert len(questions) == 1
