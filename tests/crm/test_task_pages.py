"""The pages of tasks and notifications, and what record pages take down."""

import json
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, ContactDetail, Conversation, Note, Task
from tenant_apps.crm.operations import TaskChange, complete_task, create_task
from tenant_apps.messages.models import Notification
from tenant_apps.messages.operations import notify
from tenants.context import OrganizationRef, in_organization

AddCompany = Callable[..., Company]
AddContact = Callable[..., Any]


@pytest.fixture
def task(in_alpha: OrganizationRef, owner: Actor) -> Task:
    today = clock.today(in_alpha.time_zone)
    details = TaskChange(title="Обади се на Щърк", due_on=today, recurrence="weekly")
    return create_task(details=details, by=owner, at=clock.now())


def htmx(browser: Client, path: str, **data: str) -> Any:
    return browser.post(path, data, headers={"HX-Request": "true"})


def test_today_holds_what_is_late_due_and_to_come(browser: Client, task: Task, owner: Actor) -> None:
    today = clock.today("Europe/Sofia")
    for days, title in ((-2, "Закъсняла"), (3, "Идна"), (30, "Далечна")):
        details = TaskChange(title=title, due_on=today + timedelta(days=days))
        create_task(details=details, by=owner, at=clock.now())
    create_task(details=TaskChange(title="Без дата"), by=owner, at=clock.now())
    page = browser.get("/tasks/today/")
    assert [len(group.tasks) for group in page.context["groups"]] == [1, 1, 1, 1]
    assert "Далечна" not in page.content.decode()


def test_a_check_box_answers_itself_and_offers_undo(browser: Client, task: Task) -> None:
    answer = htmx(browser, f"/tasks/{task.pk}/complete/")
    assert answer.status_code == 200 and 'aria-checked="true"' in answer.content.decode()
    told = json.loads(answer["HX-Trigger"])
    assert told["toast"]["undo_url"] == f"/tasks/{task.pk}/reopen/"
    assert "The next one is due on" in told["toast"]["message"]
    assert 'aria-checked="false"' in htmx(browser, f"/tasks/{task.pk}/reopen/").content.decode()
    assert htmx(browser, f"/tasks/{task.pk}/reopen/").status_code == 409


def test_without_script_one_comes_back_to_where_one_was(browser: Client, task: Task) -> None:
    came_from = "http://alpha.tefter.localhost/tasks/board/"
    answer = browser.post(f"/tasks/{task.pk}/complete/", headers={"referer": came_from})
    assert (answer.status_code, answer["Location"]) == (302, came_from)


def test_a_quick_task_knows_whose_it_is_and_what_it_is_about(
    browser: Client, add_company: AddCompany, owner: Actor
) -> None:
    company = add_company()
    data = {"quick": "yes", "title": "Обади се", "due_on": "утре", "due_time": "9", "company_id": company.pk}
    answer = browser.post("/tasks/new/", data | {"back": company.get_absolute_url()})
    assert (answer.status_code, answer["Location"]) == (302, company.get_absolute_url())
    made = Task.objects.get()
    assert (made.assignee_id, made.company_id, made.is_all_day) == (owner.id, company.pk, False)
    page = browser.get(company.get_absolute_url()).content.decode()
    assert "Обади се" in page and "tomorrow 09:00" in page


def test_what_was_typed_is_not_lost_when_it_is_refused(browser: Client) -> None:
    answer = browser.post("/tasks/new/", {"title": "Нещо", "due_on": "някога", "priority": "2"})
    assert answer.status_code == 422
    assert 'value="някога"' in answer.content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_host(browser: Client, back: str) -> None:
    data = {"quick": "yes", "title": "Нещо", "back": back}
    assert "evil" not in browser.post("/tasks/new/", data)["Location"]


def test_another_day_in_a_word(browser: Client, task: Task) -> None:
    browser.post(f"/tasks/{task.pk}/postpone/", {"due_on": "tomorrow"})
    with in_organization_of(browser):
        due = Task.objects.get().due_at
    assert due and due.astimezone().date() >= clock.today("Europe/Sofia")
    assert htmx(browser, f"/tasks/{task.pk}/postpone/", due_on="never").status_code == 422


@pytest.mark.parametrize("query", ["", "?view=week", "?on=2026-02-10", "?on=nonsense&who=all", "?by=state"])
@pytest.mark.parametrize("page", ["calendar", "board"])
def test_calendar_and_board_answer_every_address(browser: Client, task: Task, page: str, query: str) -> None:
    answer = browser.get(f"/tasks/{page}/{query}")
    assert answer.status_code == 200
    if not query or "week" in query:
        assert task.title in answer.content.decode()


def test_the_calendar_holds_whole_weeks(browser: Client, task: Task) -> None:
    weeks = browser.get("/tasks/calendar/?on=2026-02-10").context["weeks"]
    assert [len(week) for week in weeks] == [7] * len(weeks)
    assert weeks[0][0].day.isoformat() == "2026-01-26"


def test_pages_of_tasks_ask_few_questions(
    browser: Client, task: Task, django_assert_max_num_queries: Any
) -> None:
    for path in ("/tasks/today/", "/tasks/calendar/", "/tasks/board/"):
        browser.get(path)
        with django_assert_max_num_queries(8):
            browser.get(path)


def test_one_who_may_not_see_the_company_does_not_read_its_name(
    browser_of: Any, alpha: OrganizationRef, add_company: AddCompany, owner: Actor, user: Actor
) -> None:
    hidden = add_company("Тайна фирма")
    today = clock.today("Europe/Sofia")
    details = TaskChange(title="Дадена", due_on=today, assignee_id=user.id, company_id=hidden.pk)
    task = create_task(details=details, by=owner, at=clock.now())
    browser = browser_of(alpha, Role.USER)
    for path in ("/tasks/today/", f"/tasks/{task.pk}/", "/tasks/board/"):
        page = browser.get(path).content.decode()
        assert "Дадена" in page and "Тайна" not in page


# Notifications
# ----------------------------------------------------------------------------------------------------------


def test_the_bell_counts_what_is_unread(browser: Client, owner: Actor, user: Actor, in_alpha: Any) -> None:
    assert owner.id and user.id
    for number, person in enumerate((owner.id, owner.id, user.id)):
        notify(user_id=person, kind="mention", text="x", key=str(number), by=owner, at=clock.now())
    notify(user_id=owner.id, kind="mention", text="x", key="0", by=owner, at=clock.now())
    assert "2 unread" in browser.get("/notifications/").content.decode()
    first = Notification.objects.filter(user_id=owner.id).first()
    assert first is not None
    browser.post(f"/notifications/{first.pk}/read/")
    assert "1 unread" in browser.get("/notifications/").content.decode()
    browser.post("/notifications/read/")
    assert "unread" not in browser.get("/tasks/").content.decode()
    theirs = Notification.objects.get(user_id=user.id)
    assert browser.post(f"/notifications/{theirs.pk}/read/").status_code == 404
    assert theirs.read_at is None


def test_a_reminder_can_be_done_from_its_notification(browser: Client, task: Task, owner: Actor) -> None:
    assert owner.id
    key = f"task_reminder:{task.pk}:x"
    notify(user_id=owner.id, kind="task_reminder", text=task.title, key=key, by=owner, at=clock.now())
    assert f"/tasks/{task.pk}/complete/" in browser.get("/notifications/").content.decode()


# Record pages
# ----------------------------------------------------------------------------------------------------------


def test_a_note_a_call_and_ways_to_reach_them_from_the_page(browser: Client, add_company: AddCompany) -> None:
    company = add_company()
    base = f"/records/company/{company.pk}"
    assert browser.post(f"{base}/notes/", {"text": "Важно <b>"}).status_code == 302
    talk = {"kind": "call", "subject": "Цени", "took_place_on": "вчера", "took_place_time": "10:30"}
    assert browser.post(f"{base}/conversations/", talk).status_code == 302
    reach = {
        "details-TOTAL_FORMS": "2",
        "details-INITIAL_FORMS": "0",
        "details-0-kind": "phone",
        "details-0-value": "02 999 888",
        "details-1-kind": "email",
        "details-1-value": "",
        "places-TOTAL_FORMS": "0",
        "places-INITIAL_FORMS": "0",
    }
    assert browser.post(f"{base}/reach/", reach).status_code == 302
    assert browser.post(f"{base}/reach/", reach | {"details-1-value": "x"}).status_code == 422
    assert (Note.objects.count(), Conversation.objects.count(), ContactDetail.objects.count()) == (1, 1, 1)
    page = browser.get(company.get_absolute_url()).content.decode()
    assert "Важно &lt;b&gt;" in page and "Цени" in page and "02 999 888" in page
    assert browser.post(f"{base}/notes/", {"text": ""}).status_code == 422


def test_one_fact_is_changed_where_it_stands(browser: Client, add_company: AddCompany) -> None:
    company = add_company(eik="175074752")
    url = f"/records/company/{company.pk}/fields/eik/"
    assert browser.get(url).status_code == 302, "without script the whole form"
    assert 'name="eik"' in browser.get(url, headers={"HX-Request": "true"}).content.decode()
    refused = htmx(browser, url, eik="123456789")
    assert refused.status_code == 422 and 'value="123456789"' in refused.content.decode()
    assert htmx(browser, url, eik="").status_code == 204
    assert Company.objects.get().eik == ""
    assert htmx(browser, url.replace("eik", "owner_id"), owner_id="x").status_code == 404


def test_the_owner_is_changed_from_the_page(browser: Client, add_company: AddCompany, user: Actor) -> None:
    company = add_company()
    url = f"/records/company/{company.pk}/owner/"
    assert htmx(browser, url, owner_id=str(user.id)).status_code == 204
    assert Company.objects.get().owner_id == user.id
    assert htmx(browser, url, owner_id=str(user.id)).status_code == 422


def test_previous_and_next_walk_the_list_one_came_from(browser: Client, add_company: AddCompany) -> None:
    first, second, third = (add_company(name) for name in ("Алфа", "Бета", "Вега"))
    add_company("Зета", city="Варна")
    walk = browser.get(f"{second.get_absolute_url()}?list=/companies/?ordering=name").context["walk"]
    assert walk.previous.startswith(first.get_absolute_url())
    assert walk.next.startswith(third.get_absolute_url())
    assert walk.back == "/companies/?ordering=name"
    narrowed = browser.get(f"{third.get_absolute_url()}?list=/companies/?search=вега").context["walk"]
    assert (narrowed.previous, narrowed.next) == ("", "")
    for elsewhere in ("https://evil.example/companies/", "//evil.example/companies/", "/contacts/"):
        walk = browser.get(f"{second.get_absolute_url()}?list={elsewhere}").context["walk"]
        assert walk.back == "/companies/"


def in_organization_of(browser: Client) -> Any:
    from tenants.context import reference_to
    from tenants.models import Organization

    return in_organization(reference_to(Organization.objects.get(subdomain="alpha")))


def moved(browser: Client, task: Task, due_on: str, **sent: str) -> Any:
    return htmx(browser, f"/tasks/{task.pk}/postpone/", due_on=due_on, **sent)


def test_a_drop_gives_another_day_and_offers_the_way_back(
    browser: Client, task: Task, in_alpha: OrganizationRef
) -> None:
    day = clock.today(in_alpha.time_zone) + timedelta(days=3)
    answer = moved(browser, task, day.isoformat(), version=task.updated_at.isoformat())
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert answer.status_code == 204
    assert toast["undo_url"].endswith(f"/postpone/?due_on={clock.today(in_alpha.time_zone).isoformat()}")

    assert htmx(browser, toast["undo_url"]).status_code == 204
    task.refresh_from_db()
    assert task.due_at and clock.day_in(in_alpha.time_zone, task.due_at) == clock.today(in_alpha.time_zone)


def test_one_who_moves_it_twice_in_a_row_goes_on_from_their_own_move(
    browser: Client, task: Task, in_alpha: OrganizationRef
) -> None:
    days = [(clock.today(in_alpha.time_zone) + timedelta(days=ahead)).isoformat() for ahead in (2, 4)]
    first = moved(browser, task, days[0], version=task.updated_at.isoformat())
    assert moved(browser, task, days[1], version=first["X-Version"]).status_code == 204


def test_of_two_who_drag_one_task_the_second_is_told(
    browser: Client, browser_of: Callable[..., Client], task: Task, in_alpha: OrganizationRef
) -> None:
    seen = task.updated_at.isoformat()
    days = [(clock.today(in_alpha.time_zone) + timedelta(days=ahead)).isoformat() for ahead in (2, 4)]
    assert moved(browser_of(in_alpha, Role.MANAGER), task, days[0], version=seen).status_code == 204
    second = moved(browser, task, days[1], version=seen)
    assert second.status_code == 409
    assert "Обади се на Щърк" in json.loads(second["HX-Trigger"])["toast"]["message"]
    task.refresh_from_db()
    assert task.due_at and clock.day_in(in_alpha.time_zone, task.due_at).isoformat() == days[0]


def test_a_task_that_repeats_keeps_a_day_and_another_loses_it(
    browser: Client, task: Task, owner: Actor, in_alpha: OrganizationRef
) -> None:
    assert moved(browser, task, "none").status_code == 422
    today = clock.today(in_alpha.time_zone)
    details = TaskChange(title="Веднъж", due_on=today, due_time=time(9), remind_minutes=10)
    once = create_task(details=details, by=owner, at=clock.now())
    assert moved(browser, once, "none").status_code == 204
    once.refresh_from_db()
    assert (once.due_at, once.remind_at, once.is_all_day) == (None, None, True)
    assert moved(browser, once, "някога").status_code == 422


def test_the_columns_say_what_a_drop_means(browser: Client, task: Task, in_alpha: OrganizationRef) -> None:
    today = clock.today(in_alpha.time_zone).isoformat()
    page = browser.get("/tasks/board/").content.decode()
    assert f'data-task-drop="{today}"' in page and 'data-task-drop="none"' in page
    assert f'data-version="{task.updated_at.isoformat()}"' in page
    by_state = browser.get("/tasks/board/?by=state").content.decode()
    assert 'data-task-drop="done"' in by_state and 'data-task-drop="open"' in by_state
    assert f'data-task-drop="{today}"' in browser.get("/tasks/calendar/").content.decode()


def test_a_task_is_done_from_its_row_and_many_at_once(browser: Client, task: Task) -> None:
    page = browser.get("/tasks/").content.decode()
    assert f'hx-post="/tasks/{task.pk}/complete/"' in page
    sent = {"act": "edit", "id": str(task.pk), "set-is_done": "1", "is_done-value": "yes"}
    assert browser.post("/lists/task/bulk/", sent).status_code == 302
    task.refresh_from_db()
    assert task.done_at is not None


def test_the_list_begins_with_what_is_open(browser: Client, task: Task, owner: Actor) -> None:
    done = create_task(details=TaskChange(title="Свършена"), by=owner, at=clock.now())
    complete_task(task_id=done.pk, by=owner, at=clock.now())
    assert [row.record for row in browser.get("/tasks/").context["list"].rows] == [task]
    everything = browser.get("/tasks/?view=all").context["list"]
    assert {row.record for row in everything.rows} == {task, done}
