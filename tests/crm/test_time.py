"""Logged time: written down, read as people write it, changed, deleted, in lists and over the API."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.activity.models import Event
from tenant_apps.crm import rules
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Company, Deal, TimeEntry
from tenant_apps.crm.operations import (
    TimeBilled,
    TimeChange,
    TimeNotBillable,
    bill_time,
    change_time_entry,
    delete_time_entry,
    free_time,
    log_time,
    merge_companies,
)
from tenant_apps.crm.queries import AMOUNT, unbilled_sums, usual_rate_of, visible_time
from tests.crm.selling import add_deal

pytestmark = pytest.mark.usefixtures("in_alpha")


@pytest.fixture
def log(owner: Actor, at: datetime) -> Any:
    def one(what: str = "Среща", minutes: int = 90, *, by: Actor = owner, **more: Any) -> TimeEntry:
        wanted = {"description": what, "minutes": minutes, "hourly_rate": Decimal(60)} | more
        return log_time(details=TimeChange(**wanted), by=by, at=at)

    return one


def told(entry: TimeEntry) -> list[str]:
    return list(Event.objects.filter(subject_id=entry.pk).order_by("id").values_list("type", flat=True))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90", 90),
        ("1:30", 90),
        ("01:05", 65),
        ("1,5 ч", 90),
        ("1.5h", 90),
        ("2 часа", 120),
        ("1 ч 30 мин", 90),
        ("0.25 h", 15),
        ("", None),
        ("1:75", None),
        ("много", None),
        ("-5", None),
        ("١٢", None),
    ],
)
def test_how_long_is_read_as_people_write_it(text: str, minutes: int | None) -> None:
    assert rules.read_minutes(text) == minutes


@given(st.integers(1, 1440), st.decimals(0, 9999, places=2))
def test_hours_and_cost_are_half_up(minutes: int, rate: Decimal) -> None:
    hours = rules.hours_of(minutes)
    assert abs(hours - Decimal(minutes) / 60) <= Decimal("0.005")
    assert abs(rules.cost_of_time(minutes, rate) - hours * rate) <= Decimal("0.005")


def test_time_of_a_deal_is_that_of_its_company(
    log: Any, owner: Actor, at: datetime, add_company: Any
) -> None:
    company = add_company()
    deal = add_deal("Сайт", by=owner, at=at, company_id=company.pk)
    entry = log(deal_id=deal.pk)
    assert (entry.company_id, entry.owner_id, entry.amount) == (company.pk, owner.id, Decimal("90.00"))
    assert entry.worked_on == clock.day_in("Europe/Sofia", at)
    assert told(entry) == [CrmEvent.TIME_LOGGED]
    assert Event.objects.get(subject_id=entry.pk).parent_id == deal.pk
    assert usual_rate_of(owner.id) == (Decimal("60.00"), "EUR")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"what": " "}, "description"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"hourly_rate": Decimal("-1")}, "hourly_rate"),
        ({"hourly_rate": Decimal("1.005")}, "hourly_rate"),
        ({"currency": "XXQ"}, "currency"),
        ({"worked_on": date(2100, 1, 1)}, "worked_on"),
        ({"owner_id": Company().pk}, "owner_id"),
        ({"company_id": None}, "company_id"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    log: Any, add_company: Any, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        log(**{"company_id": add_company().pk} | wrong)
    assert refusal.value.errors[0].field == field
    assert not TimeEntry.objects.exists()


def test_a_user_sees_their_own_time_and_that_of_their_clients(
    log: Any, user: Actor, owner: Actor, add_company: Any, at: datetime
) -> None:
    theirs, ours = add_company("Техен", by=user), add_company("Наш")
    own, of_client, hidden = (
        log(company_id=theirs.pk, by=user),
        log(company_id=theirs.pk),
        log(company_id=ours.pk),
    )
    assert set(visible_time(user)) == {own, of_client}
    with pytest.raises(Company.DoesNotExist):
        log(company_id=ours.pk, by=user)
    with pytest.raises(NotAllowed):
        delete_time_entry(time_entry_id=of_client.pk, by=user, at=at)
    with pytest.raises(TimeEntry.DoesNotExist):
        delete_time_entry(time_entry_id=hidden.pk, by=user, at=at)


def test_it_is_changed_and_deleted_until_it_is_billed(
    log: Any, owner: Actor, at: datetime, add_company: Any
) -> None:
    entry = log(company_id=add_company().pk)
    change = TimeChange(minutes=30, is_billable=False)
    changed = change_time_entry(time_entry_id=entry.pk, change=change, by=owner, at=at)
    assert (changed.minutes, changed.is_billable, changed.description) == (30, False, "Среща")
    with pytest.raises(TimeNotBillable):
        bill_time(entry_ids=[entry.pk], invoice_id=entry.pk, by=owner, at=at)
    again = TimeChange(is_billable=True)
    change_time_entry(time_entry_id=entry.pk, change=again, by=owner, at=at)
    bill_time(entry_ids=[entry.pk], invoice_id=entry.pk, by=owner, at=at)
    with pytest.raises(TimeBilled):
        bill_time(entry_ids=[entry.pk], invoice_id=entry.pk, by=owner, at=at)
    with pytest.raises(TimeBilled):
        change_time_entry(time_entry_id=entry.pk, change=again, by=owner, at=at)
    with pytest.raises(TimeBilled):
        delete_time_entry(time_entry_id=entry.pk, by=owner, at=at)
    free_time(entry_ids=[entry.pk], invoice_id=entry.pk, by=owner, at=at)
    delete_time_entry(time_entry_id=entry.pk, by=owner, at=at)
    assert not TimeEntry.objects.exists()
    assert told(entry)[-3:] == [CrmEvent.TIME_BILLED, CrmEvent.TIME_FREED, CrmEvent.TIME_DELETED]


@pytest.mark.parametrize(
    "wrong",
    [
        {"company_id": None},
        {"minutes": 0},
        {"minutes": 1441},
        {"hourly_rate": -1},
        {"description": ""},
        {"is_billable": False, "billed_at": "2026-01-01T00:00:00Z"},
    ],
)
def test_the_database_itself_refuses_what_cannot_be(log: Any, add_company: Any, wrong: Any) -> None:
    entry = log(company_id=add_company().pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        TimeEntry.objects.filter(pk=entry.pk).update(**wrong)


def test_sql_adds_what_python_adds(log: Any, owner: Actor, add_company: Any) -> None:
    company = add_company()
    entries = [
        log(minutes=minutes, hourly_rate=Decimal(rate), company_id=company.pk)
        for minutes, rate in ((1, "33.33"), (7, "12.34"), (50, "0.99"), (125, "101.01"))
    ]
    log(minutes=60, is_billable=False, company_id=company.pk)
    in_sql = TimeEntry.objects.filter(is_billable=True).aggregate(sum=Sum(AMOUNT))["sum"]
    assert in_sql == sum(entry.amount for entry in entries)
    (sums,) = unbilled_sums(owner, company_id=company.pk)
    assert (sums["total_minutes"], sums["total"]) == (183, in_sql)


def test_it_goes_over_when_companies_are_merged(
    log: Any, owner: Actor, add_company: Any, at: datetime
) -> None:
    kept, absorbed = add_company("Запазена"), add_company("Погълната")
    entry = log(company_id=absorbed.pk)
    merge_companies(kept_id=kept.pk, absorbed_id=absorbed.pk, by=owner, at=at)
    assert TimeEntry.objects.get(pk=entry.pk).company_id == kept.pk


def test_a_line_on_the_record_s_page_logs_it(browser: Client, owner: Actor, add_company: Any) -> None:
    company = add_company()
    page = browser.get(company.get_absolute_url()).content.decode()
    assert 'name="quick" value="yes"' in page
    quick = {
        "quick": "yes",
        "back": company.get_absolute_url(),
        "company_id": str(company.pk),
        "is_billable": "on",
        "currency": "EUR",
        "description": "Консултация",
        "minutes": "1:30",
        "hourly_rate": "60",
    }
    answer = browser.post("/time/new/", quick)
    assert answer["Location"] == company.get_absolute_url()
    entry = TimeEntry.objects.get()
    assert (entry.minutes, entry.owner_id, entry.is_billable) == (90, owner.id, True)
    page = browser.get(company.get_absolute_url()).content.decode()
    assert "Консултация" in page and "€90.00" in page and 'value="60.00"' in page
    refused = browser.post("/time/new/", quick | {"minutes": "много"})
    assert refused.status_code == 422 and "Консултация" in refused.content.decode()


def test_its_pages_change_and_delete_it(browser: Client, log: Any, add_company: Any, at: datetime) -> None:
    company = add_company()
    deal = Deal.objects.none()
    assert not deal and browser.get(f"/time/new/?company_id={company.pk}").status_code == 200
    entry = log(company_id=company.pk)
    assert "1:30 h" in browser.get(entry.get_absolute_url()).content.decode()
    url = f"/time/{entry.pk}/edit/"
    assert 'value="1:30"' in browser.get(url).content.decode()
    typed = {
        "description": "Разговор",
        "minutes": "20",
        "worked_on": "вчера",
        "owner_id": str(entry.owner_id),
        "hourly_rate": "60",
        "currency": "EUR",
        "company_id": str(company.pk),
    }
    browser.post(url, typed)
    entry.refresh_from_db()
    assert (entry.description, entry.minutes, entry.is_billable) == ("Разговор", 20, False)
    tomorrow = (clock.today("Europe/Sofia") + timedelta(days=5)).strftime("%d.%m.%Y")
    assert "still to come" in browser.post(url, typed | {"worked_on": tomorrow}).content.decode()
    browser.post(f"/time/{entry.pk}/delete/")
    assert not TimeEntry.objects.exists()


def test_the_list_filters_sums_and_is_edited_in_place(
    browser: Client, log: Any, add_company: Any, owner: Actor, at: datetime
) -> None:
    first, second = add_company("Алфа"), add_company("Бета")
    log("Едно", company_id=first.pk), log("Две", 60, company_id=second.pk), log("Три", company_id=first.pk)
    everything = browser.get("/time/").content.decode()
    assert "€240.00" in everything
    of_first = browser.get(f"/time/?filter=company:is:{first.pk}").content.decode()
    assert "€180.00" in of_first and "Две" not in of_first
    billed = TimeEntry.objects.get(description="Едно")
    bill_time(entry_ids=[billed.pk], invoice_id=billed.pk, by=owner, at=at)
    unbilled = browser.get("/time/?filter=unbilled:is:yes").content.decode()
    assert "Едно" not in unbilled and "Три" in unbilled
    entry = TimeEntry.objects.get(description="Две")
    browser.post(f"/records/time_entry/{entry.pk}/cells/hourly_rate/", {"hourly_rate": "100"})


def test_the_list_asks_a_bounded_number_of_times(
    browser: Client, log: Any, add_company: Any, django_assert_max_num_queries: Any
) -> None:
    company = add_company()
    for number in range(12):
        log(f"Час {number}", company_id=company.pk)
    with django_assert_max_num_queries(16):
        browser.get("/time/")


def test_over_the_api(api: Client, add_company: Any, log: Any, owner: Actor, at: datetime) -> None:
    company = add_company()

    def send(method: str, path: str, data: Any = None, status: int = 200) -> Any:
        more = {"data": json.dumps(data), "content_type": "application/json"} if data is not None else {}
        answer = getattr(api, method)(f"/api/v1/time-entries/{path}", **more)
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    body = {"description": "Анализ", "minutes": 100, "hourly_rate": "33.33", "company_id": str(company.pk)}
    made = send("post", "", body, 201)
    assert (made["hours"], made["amount"], made["billed_at"]) == ("1.67", "55.66", None)
    assert send("get", f"{made['id']}/")["description"] == "Анализ"
    assert send("patch", f"{made['id']}/", {"minutes": 60})["hours"] == "1.00"
    log(company_id=company.pk)
    assert len(send("get", f"?company_id={company.pk}&billed=false")["items"]) == 2
    assert len(send("get", "?filter=minutes:is:60")["items"]) == 1
    bill_time(entry_ids=[made["id"]], invoice_id=company.pk, by=owner, at=at)
    send("patch", f"{made['id']}/", {"minutes": 10}, 409)
    send("delete", f"{made['id']}/", {}, 409)
    free_time(entry_ids=[made["id"]], invoice_id=company.pk, by=owner, at=at)
    send("delete", f"{made['id']}/", {}, 204)
    send("post", "", body | {"company_id": None}, 422)
