"""The operator sees what waits and what died, and has it tried again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from shared_apps.core.actors import system_actor
from shared_apps.core.ids import new_id
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.operations import enqueue
from shared_apps.journal.models import PlatformEvent
from tenants.context import OrganizationRef
from tests.jobs.conftest import ask

Say = Callable[..., list[str]]


@pytest.fixture
def jobs(db: None) -> Say:
    """`jobs("--limit", "2")`: the lines that the command prints."""

    def run(*arguments: Any) -> list[str]:
        words = StringIO()
        call_command("jobs", *(str(one) for one in arguments), stdout=words)
        return words.getvalue().splitlines()

    return run


def dead(organization: OrganizationRef, at: datetime, name: str = "remember_where") -> Job:
    row = ask(organization, name)
    changes = {"state": JobState.DEAD, "attempts": 12, "error": "TimeoutError", "finished_at": at}
    Job.objects.filter(pk=row.pk).update(**changes)
    return row


def test_nothing_is_said_briefly(jobs: Say) -> None:
    assert jobs() == ["queued 0 · sent 0 · running 0 · done 0 · dead 0"]


def test_it_counts_and_names_the_dead(
    alpha: OrganizationRef, beta: OrganizationRef, at: datetime, jobs: Say
) -> None:
    first = dead(alpha, at - timedelta(days=1))
    second = dead(beta, at)
    Job.objects.filter(pk=ask(alpha).pk).update(due_at=at - timedelta(minutes=2))
    counts, oldest, *lines = jobs()
    assert counts == "queued 1 · sent 0 · running 0 · done 0 · dead 2"
    assert oldest.startswith("oldest queued: remember_where, due for 12")
    assert [line.split("  ")[:5] for line in lines] == [
        [str(first.pk), "remember_where", "alpha", "tries 12", "TimeoutError"],
        [str(second.pk), "remember_where", "beta", "tries 12", "TimeoutError"],
    ]


def test_a_list_can_be_narrowed_and_says_what_it_left_out(
    alpha: OrganizationRef, beta: OrganizationRef, at: datetime, jobs: Say
) -> None:
    for _one in range(3):
        ask(alpha, due_at=at + timedelta(hours=1))
    ask(beta)
    enqueue("sweep_jobs", by=system_actor())
    assert jobs("--state", "queued", "--limit", 2)[-1] == "… and 3 more"
    counts, _oldest, *lines = jobs("--state", "queued", "--organization", "alpha", "--limit", 9)
    assert counts.startswith("queued 3 ·")
    assert len(lines) == 3 and all("  alpha  " in line and "due in" in line for line in lines)
    assert "(platform)" in jobs("--state", "queued", "--name", "sweep_jobs")[-1]


def test_the_dead_are_tried_again_by_id(alpha: OrganizationRef, at: datetime, jobs: Say) -> None:
    rows = [dead(alpha, at) for _one in range(3)]
    assert jobs("--retry", rows[0].pk, rows[1].pk) == ["2 back in the outbox"]
    assert Job.objects.filter(state=JobState.QUEUED, attempts=0).count() == 2
    assert PlatformEvent.objects.filter(type="jobs.job_retried", organization_id=alpha.id).count() == 2


def test_all_the_dead_are_tried_again_or_those_of_one_kind(
    alpha: OrganizationRef, beta: OrganizationRef, at: datetime, jobs: Say
) -> None:
    for organization in (alpha, beta):
        dead(organization, at)
        dead(organization, at, "always_fail")
    assert jobs("--retry-all", "--name", "always_fail", "--organization", "beta") == ["1 back in the outbox"]
    assert jobs("--retry-all") == ["3 back in the outbox"]
    assert jobs("--retry-all") == ["0 back in the outbox"]


def test_one_that_is_not_dead_fails_the_command_and_the_others_are_tried(
    alpha: OrganizationRef, at: datetime, jobs: Say
) -> None:
    row, waiting, nobody = dead(alpha, at), ask(alpha), new_id()
    with pytest.raises(CommandError, match=f"{waiting.pk}, {nobody}"):
        jobs("--retry", waiting.pk, row.pk, nobody)
    row.refresh_from_db()
    assert row.state == JobState.QUEUED


def test_an_unknown_organization_is_told(jobs: Say) -> None:
    with pytest.raises(CommandError, match="no organization nobody"):
        jobs("--organization", "nobody")
