"""Who first: one queue of what waits, each with its reason and what can be done at once."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company, Task
from tenant_apps.crm.operations import (
    ConversationChange,
    TaskChange,
    create_task,
    log_conversation,
    merge_companies,
    win_deal,
)
from tenant_apps.dashboard.queries import Queue, who_first
from tenant_apps.dashboard.reasons import why
from tenant_apps.invoices.operations import issue_invoice, mark_invoice_paid, send_invoice
from tenants.context import OrganizationRef
from tests.crm.selling import add_deal, stages_of
from tests.invoices.stories import another_series, client, draft, issued, line

NOW = datetime.fromisoformat("2026-11-20T12:00+00:00")
TODAY = NOW.date()
Asked = Callable[..., Queue]


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def asked(owner: Actor, in_alpha: OrganizationRef) -> Iterator[Asked]:
    def ask(by: Actor = owner, **what: Any) -> Queue:
        return who_first(by, at=NOW, on=TODAY, **what)

    with translation.override("en"):
        yield ask


def late_invoice(by: Actor, company: Company, days: int, amount: str = "100", **more: Any) -> Any:
    wanted = {"items": (line(unit_price=amount),), "due_date": TODAY - timedelta(days=days), **more}
    return issued(by, company, at=ago(days + 5), series=another_series(), **wanted)


def task(title: str, by: Actor, due: date, **details: Any) -> Task:
    return create_task(details=TaskChange(title=title, due_on=due, **details), by=by, at=ago(30))


def buys_every(days: int, by: Actor, company: Company, last_ago: int, times: int = 4, **more: Any) -> None:
    """Invoices that are all paid, so that only the silence after them is left."""
    series = another_series()
    for number in reversed(range(times)):
        day = last_ago + number * days
        issue = {"due_date": TODAY + timedelta(days=30), "series": series, **more}
        invoice = issued(by, company, at=ago(day), **issue)
        mark_invoice_paid(invoice_id=invoice.pk, received_on=ago(day).date(), by=by, at=ago(day))


def test_nobody_waits_in_an_empty_organization(asked: Asked) -> None:
    assert asked() == Queue([], 0)


def test_invoices_of_a_client_wait_together(asked: Asked, owner: Actor) -> None:
    company = client(owner, name="Бавен ООД")
    oldest = late_invoice(owner, company, 34)
    late_invoice(owner, company, 3)
    [one] = asked().waiting
    assert (one.kind, one.record_type, one.record_id, one.title) == (
        "invoice",
        "company",
        company.pk,
        "Бавен ООД",
    )
    assert (one.amount, one.currency, one.count, one.days) == (Decimal("240.00"), "EUR", 2, 34)
    assert why(one) == "2 invoices, 34 days late"
    assert one.detail.split()[1:] == [str(oldest.pk), oldest.number]


def test_two_currencies_of_a_client_are_never_added(asked: Asked, owner: Actor) -> None:
    company = client(owner)
    late_invoice(owner, company, 10)
    late_invoice(owner, company, 10, "500", currency="CHF")
    waiting = asked().waiting
    assert {(one.currency, one.amount) for one in waiting} == {
        ("EUR", Decimal("120.00")),
        ("CHF", Decimal("600.00")),
    }
    assert len({one.priority for one in waiting}) == 1  # each is the usual amount of its own currency


def test_paid_and_not_yet_due_do_not_wait(asked: Asked, owner: Actor) -> None:
    company = client(owner)
    paid = late_invoice(owner, company, 10)
    mark_invoice_paid(invoice_id=paid.pk, received_on=TODAY, by=owner, at=NOW)
    issued(owner, company, at=ago(3), due_date=TODAY)
    assert asked().waiting == []


def test_an_overdue_task_waits_with_the_money_of_its_deal(asked: Asked, owner: Actor) -> None:
    deal = add_deal("Голяма", by=owner, at=ago(2), value="900")
    late = task("Обади се", owner, TODAY - timedelta(days=2), deal_id=deal.pk, kind="call")
    task("Утре", owner, TODAY + timedelta(days=1))
    [one] = asked().waiting
    assert (one.kind, one.record_id, one.about, one.amount) == ("task", late.pk, "Голяма", Decimal(900))
    assert why(one) == "Call, 1 day late"


def test_a_deal_waits_when_it_lies_too_long_and_nobody_plans_anything(asked: Asked, owner: Actor) -> None:
    stage = stages_of()[1]
    stage.rot_days = 10
    stage.save(update_fields=["rot_days"])
    lying = add_deal("Лежи", by=owner, at=ago(25), stage=stage, value="300")
    add_deal("Нова", by=owner, at=ago(5), stage=stage)
    planned = add_deal("Планирана", by=owner, at=ago(25), stage=stage)
    task("Обади се", owner, TODAY + timedelta(days=3), deal_id=planned.pk)
    won = add_deal("Спечелена", by=owner, at=ago(25), stage=stage)
    win_deal(deal_id=won.pk, by=owner, at=ago(20))
    [one] = asked().waiting
    assert (one.record_id, one.days, one.amount) == (lying.pk, 15, Decimal(300))
    assert why(one) == f"25 days in “{stage.name_en}”, where 10 days is the limit"
    with translation.override("bg"):
        assert stage.name_bg in why(asked().waiting[0])


def test_a_customer_is_quiet_against_its_own_habit(asked: Asked, owner: Actor) -> None:
    often, seldom = client(owner, name="Често"), client(owner, name="Рядко")
    buys_every(20, owner, often, 60)
    buys_every(50, owner, seldom, 60)
    [one] = asked().waiting
    assert (one.kind, one.record_id, one.days, one.amount) == ("customer", often.pk, 20, Decimal("120.00"))
    assert why(one) == "Quiet for 60 days, used to buy every 20 days"


def test_the_habit_is_that_of_the_usual_currency_and_any_purchase_ends_the_silence(
    asked: Asked, owner: Actor
) -> None:
    fresh, silent = client(owner, name="Купи в долари"), client(owner, name="Мълчи")
    for company, last_ago in ((fresh, 3), (silent, 70)):
        buys_every(20, owner, company, 60)
        buys_every(20, owner, company, last_ago, times=1, currency="USD")
    for mine in (True, False):
        [one] = asked(mine=mine).waiting
        assert (one.record_id, one.days, one.amount, one.currency) == (
            silent.pk,
            20,
            Decimal("120.00"),
            "EUR",
        )


def test_a_merged_customer_is_quiet_under_the_name_that_was_kept(asked: Asked, owner: Actor) -> None:
    kept, absorbed = client(owner, name="Остава"), client(owner, name="Отива")
    buys_every(20, owner, absorbed, 60)
    merge_companies(kept_id=kept.pk, absorbed_id=absorbed.pk, by=owner, at=NOW)
    for mine in (True, False):
        [one] = asked(mine=mine).waiting
        assert (one.kind, one.record_id, one.title, one.days) == ("customer", kept.pk, "Остава", 20)


def test_who_talked_with_us_or_left_long_ago_is_not_quiet(asked: Asked, owner: Actor) -> None:
    talked, left, twice = (client(owner, name=name) for name in ("Говори", "Отиде", "Два пъти"))
    buys_every(20, owner, talked, 60)
    said = ConversationChange(kind="call", subject="Чухме се", took_place_at=ago(8))
    log_conversation(record_type="company", record_id=talked.pk, details=said, by=owner, at=ago(8))
    buys_every(20, owner, left, 800)
    buys_every(20, owner, twice, 60, times=2)
    assert asked().waiting == []


def test_won_deals_tell_the_habit_of_one_who_got_no_invoice(asked: Asked, owner: Actor) -> None:
    company = client(owner)
    for days in (100, 80, 60):
        deal = add_deal("Поръчка", by=owner, at=ago(days + 1), value="70", company_id=company.pk)
        win_deal(deal_id=deal.pk, by=owner, at=ago(days))
    [one] = asked().waiting
    assert (one.kind, one.amount, one.count) == ("customer", Decimal("70.00"), 3)


def test_who_has_a_task_ahead_is_in_hand(asked: Asked, owner: Actor) -> None:
    late, quiet = client(owner), client(owner, name="Тих")
    late_invoice(owner, late, 20)
    buys_every(20, owner, quiet, 60)
    assert len(asked().waiting) == 2
    task("Обади се", owner, TODAY + timedelta(days=1), company_id=late.pk)
    task("Обади се", owner, TODAY + timedelta(days=1), company_id=quiet.pk)
    assert asked().waiting == []
    assert who_first(owner, at=NOW + timedelta(days=9), on=TODAY + timedelta(days=9)).total == 4


def test_the_database_ranks_as_the_rules_do(asked: Asked, owner: Actor) -> None:
    for number, (days, amount, currency) in enumerate(
        ((3, "9000", "EUR"), (90, "40", "EUR"), (30, "700", "EUR"), (12, "100", "CHF"), (60, "5", "CHF"))
    ):
        late_invoice(owner, client(owner, name=f"К{number}"), days, amount, currency=currency)
    task("Без пари", owner, TODAY - timedelta(days=40))
    waiting = asked().waiting
    assert [one.priority for one in waiting] == sorted((one.priority for one in waiting), reverse=True)
    assert [one.title for one in waiting if one.currency == "EUR"] == ["К0", "К1", "К2"]
    assert len(waiting) == 6
    assert asked(limit=2) == Queue(waiting[:2], 6)
    assert [one.kind for one in asked(kind="task").waiting] == ["task"]


def test_a_user_sees_only_their_own_and_nothing_of_hidden_deals(
    asked: Asked, owner: Actor, user: Actor
) -> None:
    late_invoice(owner, client(owner), 20)
    deal = add_deal("Тайна", by=owner, at=ago(2), value="900")
    task("За теб", owner, TODAY - timedelta(days=2), deal_id=deal.pk, assignee_id=user.id)
    [one] = asked(user).waiting
    assert (one.title, one.about, one.amount, one.currency) == ("За теб", "", None, "")
    own = draft(user, client(user, name="Моя"), due_date=TODAY - timedelta(days=20))
    issue_invoice(invoice_id=own.pk, by=owner, at=ago(25))
    assert {one.title for one in asked(user).waiting} == {"За теб", "Моя"}


def test_mine_leaves_out_what_belongs_to_others(asked: Asked, owner: Actor, manager: Actor) -> None:
    late_invoice(manager, client(manager), 20)
    task("Негова", manager, TODAY - timedelta(days=2))
    task("Моя", owner, TODAY - timedelta(days=2))
    assert [one.title for one in asked(mine=True).waiting] == ["Моя"]
    assert asked().total == 3


def test_the_page_offers_what_can_be_done_at_once(browser: Client, owner: Actor, in_alpha: Any) -> None:
    on = clock.today("Europe/Sofia")
    company = client(owner, name="Бавен ООД", email="pay@slow.example")
    invoice = issued(owner, company, at=clock.now() - timedelta(days=9), due_date=on - timedelta(days=4))
    late = create_task(
        details=TaskChange(title="Обади се", due_on=on - timedelta(days=1)), by=owner, at=clock.now()
    )
    page = browser.get("/who-first/")
    rows = {row.item.kind: row for row in page.context["queue"]["rows"]}
    assert [step.key for step in rows["invoice"].steps] == ["m", "s", "t", "c"]
    assert [step.key for step in rows["task"].steps] == ["d", "s"]
    assert rows["invoice"].url == invoice.get_absolute_url()
    for row, key in ((rows["task"], "d"), (rows["invoice"], "s")):
        step = next(step for step in row.steps if step.key == key)
        assert browser.post(step.url, step.posts, headers={"referer": "http://x/"}).status_code == 302
    late.refresh_from_db()
    assert late.done_at and Task.objects.filter(company=company, title="Get back to Бавен ООД").exists()
    assert not browser.get("/who-first/").context["queue"]["rows"]
    assert "Nobody waits" in browser.get("/who-first/").content.decode()


def test_everybody_s_is_a_choice_of_the_address(browser: Client, manager: Actor, in_alpha: Any) -> None:
    issued(manager, client(manager))
    assert not browser.get("/who-first/").context["queue"]["rows"]
    assert browser.get("/who-first/?who=all&kind=invoice").context["queue"]["total"] == 1
    assert browser.get("/who-first/?who=all&kind=task").context["queue"]["total"] == 0
    assert browser.get("/who-first/?who=all&kind=zzz").context["queue"]["total"] == 1


def test_the_page_asks_the_database_little(
    browser: Client, owner: Actor, in_alpha: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        issued(owner, client(owner, name=f"К{number}"))
    browser.get("/who-first/")
    with django_assert_max_num_queries(8):
        browser.get("/who-first/")


def test_over_the_api(api: Client, owner: Actor, in_alpha: Any) -> None:
    company = client(owner)
    issued(owner, company)
    answer = api.get("/api/v1/who-first/?limit=1").json()
    assert (answer["total"], answer["next_cursor"]) == (1, None)
    [one] = answer["items"]
    assert (one["kind"], one["record_id"], one["amount"], one["currency"]) == (
        "invoice", str(company.pk), "120.00", "EUR",
    )  # fmt: skip
    assert one["why"].startswith("1 invoice, ")
    assert api.get("/api/v1/who-first/?kind=task").json()["items"] == []
    assert api.get("/api/v1/who-first/?kind=zzz").status_code == 422


def test_a_token_without_invoices_sees_none(
    api_of: Any, alpha: OrganizationRef, owner: Actor, in_alpha: Any
) -> None:
    issued(owner)
    partly = api_of(alpha, "owner", scopes=("dashboard:read", "tasks:read"))
    assert partly.get("/api/v1/who-first/").json()["items"] == []
    assert api_of(alpha, "owner", scopes=("tasks:read",)).get("/api/v1/who-first/").status_code == 403


def test_sending_again_is_the_act_of_the_invoice(browser: Client, owner: Actor, in_alpha: Any) -> None:
    company = client(owner, email="pay@slow.example")
    invoice = issued(owner, company)
    send_invoice(invoice_id=invoice.pk, by=owner, at=clock.now())
    [row] = browser.get("/who-first/").context["queue"]["rows"]
    step = row.steps[0]
    assert step.key == "m" and invoice.number in step.confirm
    assert browser.post(step.url).status_code == 302
