"""Tasks: given, done, undone, come again; the deal knows its next one; the reminder goes out once."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.jobs.models import DueWork, Job
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import Company, Deal, Task
from tenant_apps.crm.operations import (
    AlreadyDone,
    DealChange,
    Letter,
    NotDone,
    TaskChange,
    archive_task,
    change_task,
    complete_task,
    create_company,
    create_deal,
    create_task,
    remind_of_task,
    reopen_task,
    unarchive_task,
)
from tenant_apps.crm.operations import CompanyChange as Firm
from tenant_apps.crm.queries import tasks_about, visible_tasks
from tenant_apps.crm.rules import next_due_day
from tenant_apps.messages.models import Notification, OutgoingMessage
from tenant_apps.sharing.operations import share_record
from tenants.context import OrganizationRef, in_organization

SOFIA = ZoneInfo("Europe/Sofia")
AddTask = Callable[..., Task]
LETTER = Letter(subject="s", body_text="t", body_html="h", language="bg")


@pytest.fixture
def add_task(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> AddTask:
    def add(title: str = "Обади се", *, by: Actor = owner, **details: Any) -> Task:
        return create_task(details=TaskChange(title=title, **details), by=by, at=at)

    return add


@pytest.fixture
def deal(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> Deal:
    company = create_company(details=Firm(name="Щърк"), by=owner, at=at)
    return create_deal(details=DealChange(name="Сделка", company_id=company.pk), by=owner, at=at)


def due_on(task: Task) -> date:
    assert task.due_at is not None
    return task.due_at.astimezone(SOFIA).date()


def test_a_day_without_a_time_lasts_to_its_end_in_the_organization_s_zone(add_task: AddTask) -> None:
    task = add_task(due_on=date(2026, 12, 1))
    assert task.is_all_day and task.due_at == datetime(2026, 12, 1, 21, 59, 59, 999999, tzinfo=UTC)
    timed = add_task(due_on=date(2026, 7, 1), due_time=time(14, 30))
    assert not timed.is_all_day and timed.due_at == datetime(2026, 7, 1, 11, 30, tzinfo=UTC)


def test_who_adds_it_has_to_do_it_unless_somebody_else_is_named(
    add_task: AddTask, owner: Actor, user: Actor
) -> None:
    assert add_task().assignee_id == owner.id
    assert add_task(assignee_id=user.id).assignee_id == user.id


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"title": " "}, "title"),
        ({"kind": "dance"}, "kind"),
        ({"priority": 9}, "priority"),
        ({"recurrence": "daily"}, "recurrence"),
        ({"due_time": time(9)}, "due_time"),
        ({"remind_minutes": 10}, "remind_minutes"),
        ({"title": "я" * 201}, "title"),
    ],
)
def test_what_makes_no_sense_is_refused(add_task: AddTask, details: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        add_task(**{"title": "Нещо", **details})
    assert refused.value.errors[0].field == field


def test_done_and_undone(add_task: AddTask, owner: Actor, at: datetime) -> None:
    task = add_task()
    complete_task(task_id=task.pk, by=owner, at=at)
    with pytest.raises(AlreadyDone):
        complete_task(task_id=task.pk, by=owner, at=at)
    reopen_task(task_id=task.pk, by=owner, at=at)
    with pytest.raises(NotDone):
        reopen_task(task_id=task.pk, by=owner, at=at)
    told = Event.objects.filter(subject_id=task.pk).order_by("id").values_list("type", flat=True)
    assert list(told) == ["crm.task_created", "crm.task_done", "crm.task_reopened"]


def test_what_changed_is_told_old_and_new(add_task: AddTask, owner: Actor, at: datetime) -> None:
    task = add_task(due_on=date(2026, 12, 1))
    change = TaskChange(title="Пиши", due_on=date(2026, 12, 2))
    change_task(task_id=task.pk, change=change, by=owner, at=at)
    told = Event.objects.get(type="crm.task_changed")
    assert told.old == {"title": "Обади се", "due_on": "2026-12-01"}
    assert told.new == {"title": "Пиши", "due_on": "2026-12-02"}


# Coming again
# ----------------------------------------------------------------------------------------------------------


def test_the_end_of_the_month_is_not_forgotten_in_short_months(add_task: AddTask, owner: Actor) -> None:
    task = add_task(due_on=date(2027, 1, 31), recurrence="monthly")
    days = []
    for _month in range(4):
        complete_task(task_id=task.pk, by=owner, at=datetime(2027, 1, 1, tzinfo=UTC))
        task = Task.objects.get(follows=task)
        days.append(due_on(task))
    assert days == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)]


@pytest.mark.parametrize(
    ("day", "recurrence", "wanted"),
    [
        (date(2026, 11, 18), "daily", date(2026, 11, 19)),
        (date(2026, 11, 20), "workdays", date(2026, 11, 23)),
        (date(2026, 11, 21), "workdays", date(2026, 11, 23)),
        (date(2026, 11, 18), "weekly", date(2026, 11, 25)),
        (date(2026, 12, 31), "monthly", date(2027, 1, 31)),
        (date(2028, 2, 29), "yearly", date(2029, 2, 28)),
    ],
)
def test_when_it_comes_again(day: date, recurrence: str, wanted: date) -> None:
    assert next_due_day(day, recurrence, day.day, on=day) == wanted


def test_days_that_passed_are_not_made_up_for(add_task: AddTask, owner: Actor) -> None:
    assert next_due_day(date(2026, 11, 2), "weekly", 2, on=date(2026, 11, 20)) == date(2026, 11, 23)
    assert next_due_day(date(2026, 2, 28), "yearly", 29, on=date(2028, 2, 1)) == date(2028, 2, 29)


def test_undone_takes_the_next_one_back_and_done_again_leaves_exactly_one(
    add_task: AddTask, owner: Actor, at: datetime
) -> None:
    task = add_task(due_on=date(2027, 1, 31), recurrence="weekly", remind_minutes=60)
    complete_task(task_id=task.pk, by=owner, at=at)
    following = Task.objects.get(follows=task)
    assert following.remind_at == datetime(2027, 2, 7, 6, 0, tzinfo=UTC), "an hour before nine, at home"
    reopen_task(task_id=task.pk, by=owner, at=at)
    assert [one.pk for one in visible_tasks(owner)] == [task.pk]
    complete_task(task_id=task.pk, by=owner, at=at)
    assert [one.pk for one in visible_tasks(owner).filter(done_at=None)] == [following.pk]
    assert Task.objects.count() == 2


# The deal
# ----------------------------------------------------------------------------------------------------------


def test_the_deal_knows_when_something_is_to_be_done(
    add_task: AddTask, deal: Deal, owner: Actor, at: datetime
) -> None:
    def next_day() -> date | None:
        found = Deal.objects.get(pk=deal.pk).next_task_at
        return found.astimezone(SOFIA).date() if found else None

    late = add_task(due_on=date(2027, 1, 9), deal_id=deal.pk)
    early = add_task(due_on=date(2027, 1, 5), deal_id=deal.pk)
    assert late.company_id == deal.company_id, "a deal brings its company"
    assert next_day() == date(2027, 1, 5)
    complete_task(task_id=early.pk, by=owner, at=at)
    assert next_day() == date(2027, 1, 9)
    archive_task(task_id=late.pk, by=owner, at=at)
    assert next_day() is None
    unarchive_task(task_id=late.pk, by=owner, at=at)
    change_task(task_id=late.pk, change=TaskChange(deal_id=None), by=owner, at=at)
    assert next_day() is None
    assert list(tasks_about(deal, owner)) == [early]
    assert set(tasks_about(Company.objects.get(), owner)) == {early, late}


# Who sees
# ----------------------------------------------------------------------------------------------------------


def test_a_user_sees_what_is_theirs_given_to_them_or_about_what_they_see(
    add_task: AddTask, owner: Actor, user: Actor, at: datetime
) -> None:
    hidden = create_company(details=Firm(name="Чужда"), by=owner, at=at)
    own = create_company(details=Firm(name="Своя"), by=user, at=at)
    add_task("чужда", company_id=hidden.pk)
    given = add_task("дадена", assignee_id=user.id, company_id=hidden.pk)
    about = add_task("по моя фирма", company_id=own.pk)
    mine = add_task("моя", by=user)
    assert set(visible_tasks(user)) == {given, about, mine}
    share_record(record_type="company", record_id=hidden.pk, user_id=user.id, by=owner, at=at)
    assert visible_tasks(user).count() == 4


def test_one_who_was_only_let_look_changes_nothing(
    add_task: AddTask, owner: Actor, user: Actor, at: datetime
) -> None:
    company = create_company(details=Firm(name="Чужда"), by=owner, at=at)
    task = add_task(company_id=company.pk)
    with pytest.raises(Task.DoesNotExist):
        complete_task(task_id=task.pk, by=user, at=at)
    share_record(record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=at)
    with pytest.raises(NotAllowed):
        complete_task(task_id=task.pk, by=user, at=at)
    share_record(
        record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=at, with_change=True
    )
    assert complete_task(task_id=task.pk, by=user, at=at).done_by_id == user.id


def test_a_task_is_tied_to_what_one_sees_only(
    add_task: AddTask, owner: Actor, user: Actor, at: datetime
) -> None:
    hidden = create_company(details=Firm(name="Чужда"), by=owner, at=at)
    with pytest.raises(Company.DoesNotExist):
        add_task(by=user, company_id=hidden.pk)


# Reminders
# ----------------------------------------------------------------------------------------------------------


def test_a_reminder_goes_out_in_the_product_and_by_e_mail(
    add_task: AddTask, alpha: OrganizationRef, owner: Actor, at: datetime, run_jobs: Callable[[], list[str]]
) -> None:
    from shared_apps.jobs.operations import enqueue

    today = at.astimezone(SOFIA)
    task = add_task("Обади се на Щърк", due_on=today.date(), due_time=today.time(), remind_minutes=30)
    waits = DueWork.objects.get(job="remind_of_tasks", organization_id=alpha.id)
    assert waits.next_due_at == task.remind_at
    for _twice in range(2):
        enqueue("remind_of_tasks", by=system_actor(alpha.id))
        Job.objects.exclude(name="remind_of_tasks").delete()
        run_jobs()
    told = Notification.objects.get()
    assert (told.user_id, told.kind, told.text) == (owner.id, "task_reminder", "Обади се на Щърк")
    assert told.url == task.get_absolute_url()
    message = OutgoingMessage.objects.get()
    assert "Обади се на Щърк" in message.body_text and f"{task.pk}/" in message.body_text
    assert not DueWork.objects.filter(job="remind_of_tasks").exists()


def test_a_reminder_of_what_is_done_archived_or_moved_does_not_go_out(
    add_task: AddTask, owner: Actor, at: datetime
) -> None:
    past = at.astimezone(SOFIA) - timedelta(days=2)
    done, away, moved = (
        add_task(due_on=past.date(), remind_minutes=0, title=str(number)) for number in range(3)
    )
    complete_task(task_id=done.pk, by=owner, at=at)
    archive_task(task_id=away.pk, by=owner, at=at)
    later = TaskChange(due_on=past.date() + timedelta(days=30))
    change_task(task_id=moved.pk, change=later, by=owner, at=at)
    by = system_actor(owner.organization_id)
    assert not any(remind_of_task(task_id=one.pk, letter=LETTER, by=by, at=at) for one in (done, away, moved))


def test_two_workers_remind_once(in_committed_alpha: OrganizationRef, at: datetime) -> None:
    from tests.conftest import member_of

    with in_organization(in_committed_alpha):
        person = member_of(in_committed_alpha, "owner").user_id
        by = system_actor(in_committed_alpha.id)
        past = at.astimezone(SOFIA).date() - timedelta(days=2)
        details = TaskChange(title="Едно", due_on=past, remind_minutes=0, assignee_id=person)
        task = create_task(details=details, by=by, at=at)
    went_out: list[bool] = []
    start = threading.Barrier(2)

    def work() -> None:
        try:
            with in_organization(in_committed_alpha):
                start.wait()
                went_out.append(remind_of_task(task_id=task.pk, letter=LETTER, by=by, at=at))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _two in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(went_out) == [False, True]
    with in_organization(in_committed_alpha):
        assert Notification.objects.count() == OutgoingMessage.objects.count() == 1
