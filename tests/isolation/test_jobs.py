"""A job runs in the organization that its row names, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from shared_apps.core.actors import system_actor
from shared_apps.core.ids import new_id
from shared_apps.jobs import registry
from shared_apps.jobs.actors import job, perform
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.operations import JobWithoutOrganization, enqueue
from shared_apps.jobs.registry import JOBS, Scope
from tenant_apps.workspace.queries import profile
from tenants.context import OrganizationRef, current_organization_or_none, in_organization

seen: list[str] = []


@pytest.fixture(autouse=True)
def _job_that_looks_around() -> Iterator[None]:
    before = dict(registry.JOBS)
    seen.clear()

    @job()
    def look_around(**unknown: Any) -> None:
        seen.append(profile().legal_name)

    yield
    registry.JOBS.clear()
    registry.JOBS.update(before)


def a_job_of(organization: OrganizationRef, name: str = "look_around") -> Job:
    """One that the broker has."""
    enqueue(name, by=system_actor(organization.id))
    Job.objects.filter(name=name, state=JobState.QUEUED).update(state=JobState.SENT, sent_count=1)
    return Job.objects.get(name=name, state=JobState.SENT)


def run(row: Job, organization_id: UUID | None) -> None:
    """What a worker does with a message of this row that names such an organization."""
    perform(job_id=row.pk, organization_id=organization_id, sending=1)


def test_it_runs_in_its_own(alpha: OrganizationRef) -> None:
    run(a_job_of(alpha), alpha.id)
    assert seen == ["Алфа Проба ООД"]
    assert current_organization_or_none() is None


@pytest.mark.parametrize(
    "name", sorted(name for name, one in JOBS.items() if one.scope is Scope.ORGANIZATION)
)
def test_no_job_runs_for_a_message_that_names_another(
    name: str, alpha: OrganizationRef, beta: OrganizationRef
) -> None:
    row = a_job_of(alpha, name)
    for forged in (None, beta.id, new_id()):
        with pytest.raises(JobWithoutOrganization):
            run(row, forged)
    row.refresh_from_db()
    assert (row.state, row.attempts) == (JobState.SENT, 0)


def test_a_forged_message_runs_nowhere(alpha: OrganizationRef, beta: OrganizationRef) -> None:
    row = a_job_of(alpha)
    with in_organization(beta), pytest.raises(JobWithoutOrganization):
        run(row, beta.id)
    assert seen == []


def test_a_message_without_a_row_does_nothing(alpha: OrganizationRef) -> None:
    perform(job_id=new_id(), organization_id=alpha.id, sending=0)
    assert seen == []


@pytest.mark.parametrize("error", [RuntimeError, ValueError, OSError, LookupError, MemoryError])
def test_an_environment_that_fails_keeps_the_job_from_running(
    alpha: OrganizationRef, beta: OrganizationRef, settings: Any, error: type[Exception]
) -> None:
    row = a_job_of(alpha)
    settings.JOB_ENVIRONMENT = f"{__name__}.{_broken.__name__}"
    _broken_by.append(error)
    with in_organization(beta):
        run(row, alpha.id)
    assert seen == []
    assert Job.objects.get(pk=row.pk).state != JobState.DONE


_broken_by: list[type[Exception]] = []


@contextmanager
def _broken(organization_id: UUID | None) -> Iterator[None]:
    """Public can be entered, so that the job's row is read; no organization can."""
    if organization_id is not None:
        raise _broken_by[-1]("on purpose")
    yield


def test_an_organization_that_is_gone_runs_nothing(alpha: OrganizationRef) -> None:
    row = a_job_of(alpha)
    Job.objects.filter(pk=row.pk).update(organization_id=(gone := new_id()))
    run(row, gone)
    assert seen == []
    assert Job.objects.get(pk=row.pk).state != JobState.DONE


def test_a_job_that_leaves_its_organization_open_does_not_lead_the_next_one_there(
    alpha: OrganizationRef, beta: OrganizationRef
) -> None:
    @job()
    def wander(**unknown: Any) -> None:
        in_organization(beta).__enter__()
        raise ZeroDivisionError

    run(a_job_of(alpha, "wander"), alpha.id)
    run(a_job_of(alpha), alpha.id)
    assert seen == ["Алфа Проба ООД"]
