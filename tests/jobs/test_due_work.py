"""A schedule asks only those who have something due, page by page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.core.actors import system_actor
from shared_apps.core.ids import new_id
from shared_apps.jobs import tasks
from shared_apps.jobs.models import DueWork, Job, JobState
from shared_apps.jobs.operations import (
    OutsideTransaction,
    expect_everything,
    expect_work,
    fire_slot,
    forget_organization,
    set_next_due,
    settle_next_due,
)
from shared_apps.jobs.queries import due_work
from shared_apps.jobs.schedule import Audience
from tenants.context import OrganizationRef
from tenants.models import Organization
from tenants.operations import suspend_organization
from tests.jobs.conftest import ask
from tests.jobs.test_fairness import most_rows_read, plan_of

NAME = "remember_where"
FanOut = Callable[..., list[str]]


@pytest.fixture
def fan_out(at: datetime, deliver: Callable[..., BaseException | None]) -> Callable[..., list[str]]:
    """`fan_out(audience)`: a slot comes and its fan-out runs; the statements that this took."""

    def run(audience: Audience = Audience.DUE) -> list[str]:
        fire_slot(name=NAME, slot_at=at, audience=audience, by=system_actor())
        row = Job.objects.get(name="fan_out")
        Job.objects.filter(pk=row.pk).update(state=JobState.SENT)
        with CaptureQueriesContext(connection) as asked:
            assert deliver(row) is None
        return [query["sql"] for query in asked.captured_queries]

    return run


def asked_for() -> list[UUID | None]:
    return sorted(Job.objects.filter(name=NAME).values_list("organization_id", flat=True), key=str)


def companies(count: int, at: datetime) -> list[UUID]:
    """Ids of organizations without a schema: nobody enters them here."""
    rows = [
        Organization(
            name="", subdomain=f"firm-{number}", schema_name=f"t_none_{number}", created_at=at, updated_at=at
        )
        for number in range(count)
    ]
    return [one.pk for one in Organization.objects.bulk_create(rows)]


def test_who_has_something_due_is_asked(
    alpha: OrganizationRef, beta: OrganizationRef, at: datetime, fan_out: FanOut
) -> None:
    set_next_due(NAME, organization_id=alpha.id, at=at)
    set_next_due(NAME, organization_id=beta.id, at=at + timedelta(minutes=1))
    set_next_due("always_fail", organization_id=beta.id, at=at)
    fan_out()
    job = Job.objects.get(name=NAME)
    assert (job.organization_id, job.is_patient, job.key) == (alpha.id, True, f"{NAME}:{at.isoformat()}")


def test_everybody_is_asked_where_the_schedule_says_so(
    alpha: OrganizationRef, beta: OrganizationRef, fan_out: FanOut
) -> None:
    fan_out(Audience.EVERYBODY)
    assert asked_for() == [alpha.id, beta.id]


@pytest.mark.parametrize("audience", [Audience.DUE, Audience.EVERYBODY])
def test_the_due_work_of_a_suspended_organization_waits(
    alpha: OrganizationRef, beta: OrganizationRef, at: datetime, fan_out: FanOut, audience: Audience
) -> None:
    for organization in (alpha, beta):
        set_next_due(NAME, organization_id=organization.id, at=at)
    suspend_organization(organization_id=alpha.id, by=system_actor(), at=at)
    fan_out(audience)
    assert asked_for() == [beta.id]
    assert DueWork.objects.filter(organization_id=alpha.id).exists()


def test_a_fan_out_that_begins_again_asks_nobody_twice(
    alpha: OrganizationRef, at: datetime, fan_out: FanOut
) -> None:
    set_next_due(NAME, organization_id=alpha.id, at=at)
    fan_out()
    fan_out()
    assert asked_for() == [alpha.id]


@pytest.mark.parametrize("audience", [Audience.DUE, Audience.EVERYBODY])
def test_pages_leave_nobody_out(
    alpha: OrganizationRef, at: datetime, fan_out: FanOut, monkeypatch: pytest.MonkeyPatch, audience: Audience
) -> None:
    monkeypatch.setattr(tasks, "PAGE", 3)
    for number, organization_id in enumerate(companies(8, at)):
        set_next_due(NAME, organization_id=organization_id, at=at - timedelta(minutes=number // 4))
    fan_out(audience)
    everybody = Organization.objects.order_by("pk").values_list("pk", flat=True)
    wanted = DueWork.objects.values_list("organization_id", flat=True) if audience == "due" else everybody
    assert asked_for() == sorted(wanted, key=str)


def test_ten_thousand_idle_organizations_cost_one_question(
    alpha: OrganizationRef, at: datetime, fan_out: FanOut
) -> None:
    """Half of them have nothing at all, half have something that is due tomorrow."""
    tomorrow = at + timedelta(days=1)
    idle = [DueWork(job=NAME, organization_id=new_id(), next_due_at=tomorrow) for _one in range(5_000)]
    DueWork.objects.bulk_create(idle)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_duework")
    statements = fan_out()
    assert len([one for one in statements if "jobs_duework" in one]) == 1
    assert len([one for one in statements if "tenants_organization" in one]) == 0
    plan = plan_of(lambda: due_work(NAME, at=at, after=None, limit=500))
    assert "jobs_due_work" in plan and "Seq Scan" not in plan, plan
    assert most_rows_read(plan) == 0, plan


def test_a_page_far_behind_is_found_by_the_index(alpha: OrganizationRef, at: datetime) -> None:
    rows = [DueWork(job=NAME, organization_id=new_id(), next_due_at=at) for _one in range(5_000)]
    DueWork.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_duework")
    last = sorted(row.organization_id for row in rows)[-10]
    plan = plan_of(lambda: due_work(NAME, at=at, after=(at, last), limit=500))
    assert most_rows_read(plan) == 9 and "Removed by Filter" not in plan, plan


def test_an_earlier_date_stays(alpha: OrganizationRef, at: datetime) -> None:
    for hours, wanted in ((2, 2), (1, 1), (3, 1)):
        set_next_due(NAME, organization_id=alpha.id, at=at + timedelta(hours=hours))
        assert DueWork.objects.get().next_due_at == at + timedelta(hours=wanted)
    expect_work(NAME, organization_id=alpha.id, at=at)
    assert DueWork.objects.get().next_due_at == at + timedelta(hours=1)


def test_what_is_settled_is_due_again_later_or_never(alpha: OrganizationRef, at: datetime) -> None:
    later = at + timedelta(days=1)
    settle_next_due(NAME, organization_id=alpha.id, remaining=lambda: later)
    assert not DueWork.objects.exists(), "nothing was due"
    set_next_due(NAME, organization_id=alpha.id, at=at)
    settle_next_due(NAME, organization_id=alpha.id, remaining=lambda: later)
    assert DueWork.objects.get().next_due_at == later
    settle_next_due(NAME, organization_id=alpha.id, remaining=lambda: None)
    assert not DueWork.objects.exists()


def test_it_is_said_in_a_transaction(committed_db: None, at: datetime) -> None:
    for say in (set_next_due, expect_work):
        with pytest.raises(OutsideTransaction):
            say(NAME, organization_id=new_id(), at=at)
    with pytest.raises(OutsideTransaction):
        settle_next_due(NAME, organization_id=new_id(), remaining=lambda: None)


def test_one_whose_rows_came_another_way_is_asked_by_every_schedule(
    alpha: OrganizationRef, at: datetime
) -> None:
    expect_everything(organization_id=alpha.id, by=system_actor(), at=at)
    assert set(DueWork.objects.values_list("job", flat=True)) == {
        "catch_up_with_stripe",
        "expire_offers",
        "generate_recurring_invoices",
        "match_payments_with_invoices",
        "remind_of_tasks",
        "send_payment_reminders",
        "sweep_idempotency_keys",
        "sweep_notifications",
    }


def test_of_an_organization_that_is_no_more_nothing_stays(
    alpha: OrganizationRef, beta: OrganizationRef, at: datetime
) -> None:
    for organization in (alpha, beta):
        ask(organization)
        set_next_due(NAME, organization_id=organization.id, at=at)
    forget_organization(organization_id=alpha.id, by=system_actor())
    assert Job.objects.get().organization_id == DueWork.objects.get().organization_id == beta.id
