"""The board: heads are what a plain computation over all deals gives; cards come in pages; moves are safe."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Deal
from tenant_apps.crm.operations import (
    CompanyChange,
    PipelineChange,
    create_company,
    create_pipeline,
    lose_deal,
    move_deal,
    win_deal,
)
from tenant_apps.crm.queries import FIRST_CARDS, heads_of, open_deals
from tenant_apps.invoices.operations import InvoiceInput, ItemInput, create_invoice, issue_invoice
from tenants.context import OrganizationRef
from tests.crm.selling import add_deal, column, stages_of

JSON = {"Accept": "application/json"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def full_board(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> list[Deal]:
    """Deals in every stage, in two currencies, some rotten, some closed."""
    stages, made = stages_of(), []
    for number in range(40):
        deal = add_deal(
            f"Сделка {number}",
            by=owner,
            at=at - timedelta(days=number),
            stage=stages[number % 5],
            value=f"{number * 37}.{number:02}",
            currency="USD" if number % 7 == 0 else "EUR",
        )
        made.append(deal)
    win_deal(deal_id=made[3].pk, by=owner, at=at)
    lose_deal(deal_id=made[4].pk, reason="скъпо", by=owner, at=at)
    return made


def test_heads_are_what_a_plain_computation_gives(full_board: list[Deal], owner: Actor, at: datetime) -> None:
    stages = stages_of()
    expected: dict[Any, Any] = defaultdict(lambda: [0, 0, defaultdict(Decimal)])
    for deal in Deal.objects.select_related("stage"):
        if deal.status != "open":
            continue
        head = expected[deal.stage_id]
        head[0] += 1
        head[1] += deal.stage_entered_at < at - timedelta(days=deal.stage.rot_days or 9999)
        head[2][deal.currency] += deal.value

    heads = heads_of(open_deals(owner), stages, at=at)

    for stage in stages:
        count, stalled, sums = expected[stage.pk]
        head = heads[stage.pk]
        assert (head.count, head.stalled) == (count, stalled)
        assert {one.currency: one.total for one in head.amounts} == dict(sums)
        for one in head.amounts:
            exact = one.total * stage.probability / 100
            assert one.weighted == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert {one.currency for head in heads.values() for one in head.amounts} == {"EUR", "USD"}


def test_the_heads_count_all_rows_not_the_cards_on_screen(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    for number in range(FIRST_CARDS + 3):
        add_deal(f"Сделка {number:02}", by=owner, at=at, value="100")
    board = browser.get("/deals/board/")
    first = board.context["columns"][0]

    assert (len(first.cards), first.head.count) == (FIRST_CARDS, FIRST_CARDS + 3)
    assert first.head.amounts[0].total == 100 * (FIRST_CARDS + 3)
    assert first.cards[0].deal.name == f"Сделка {FIRST_CARDS + 2}"
    more = text(browser.get(first.more, headers={"HX-Request": "true"}))
    assert "Сделка 02" in more and "Сделка 03" not in more and "<html" not in more
    assert browser.get("/deals/board/cards/?stage=x").status_code == 404
    assert browser.get(first.more.split("after")[0] + "after=x~y").status_code == 404


def test_the_board_asks_the_database_little(
    browser: Client, full_board: list[Deal], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser.get("/deals/board/")
    with django_assert_max_num_queries(7):
        browser.get("/deals/board/")


def test_filters_narrow_cards_and_heads(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, manager: Actor, at: datetime
) -> None:
    alfa = create_company(details=CompanyChange(name="Алфа"), by=owner, at=at)
    add_deal("Наша", by=owner, at=at, company_id=alfa.pk), add_deal("Друга", by=manager, at=at)

    for query, shown in (
        (f"company_id={alfa.pk}", "Наша"),
        (f"owner={manager.id}", "Друга"),
        ("search=druga", "Друга"),
    ):
        columns = browser.get(f"/deals/board/?{query}").context["columns"]
        assert [card.deal.name for one in columns for card in one.cards] == [shown]
        assert columns[0].head.count == 1


def test_a_plain_user_sees_own_deals_in_cards_and_sums(
    browser_of: Callable[..., Client],
    full_board: list[Deal],
    user: Actor,
    at: datetime,
    alpha: OrganizationRef,
) -> None:
    add_deal("Моя", by=user, at=at, value="5")
    columns = browser_of(alpha, "user").get("/deals/board/").context["columns"]
    assert [one.head.count for one in columns] == [1, 0, 0, 0, 0]
    assert columns[0].head.amounts[0].total == Decimal(5)


def test_a_card_says_what_comes_next_and_how_long_it_lies(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    waits = {"overdue": -timedelta(hours=1), "today": timedelta(0), "later": timedelta(days=3)}
    for name, wait in waits.items():
        deal = add_deal(name, by=owner, at=at)
        # As a task would set it: a minute from now is still today, unless the day ends meanwhile.
        due = at + wait + timedelta(seconds=20)
        Deal.objects.filter(pk=deal.pk).update(next_task_at=due)
    add_deal("none", by=owner, at=at - timedelta(days=8))
    cards = browser.get("/deals/board/").context["columns"][0].cards
    assert {card.deal.name: (card.activity, card.is_rotting) for card in cards} == {
        "overdue": ("overdue", False),
        "today": ("today", False),
        "later": ("later", False),
        "none": ("none", True),
    }


def test_cards_say_how_the_client_pays(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    details = CompanyChange(name="Бавен платец", city="Русе", eik="121644736")
    company = create_company(details=details, by=owner, at=at)
    item = ItemInput(description="x", quantity=Decimal(1), unit_price=Decimal(100), vat_rate=Decimal(20))
    late = at.date() - timedelta(days=1)
    for _number in range(2):
        draft = InvoiceInput(company_id=company.pk, currency="EUR", items=(item,), due_date=late)
        invoice = create_invoice(draft=draft, by=owner, at=at)
        issue_invoice(invoice_id=invoice.pk, issue_date=at.date() - timedelta(days=9), by=owner, at=at)
    add_deal("Сайт", by=owner, at=at, company_id=company.pk)

    assert "2 invoices late, €240.00" in text(browser.get("/deals/board/"))


def test_a_card_is_markup_and_what_people_wrote_is_text(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    company = create_company(details=CompanyChange(name="<b>Ателие</b>", city="Русе"), by=owner, at=at)
    deal = add_deal('"><script>', by=owner, at=at, company_id=company.pk, value="1234.5")
    shown = text(browser.get("/deals/board/"))
    card = shown[shown.index(f'data-card="{deal.pk}"') :].partition("</li>")[0]
    assert "<script>" not in card and "<b>" not in card
    assert f'href="/deals/{deal.pk}/" data-panel-url="/deals/{deal.pk}/">&quot;&gt;&lt;script&gt;</a>' in card
    assert 'aria-label="Move or close &quot;&gt;&lt;script&gt;"' in card
    assert '<span class="board-card-line">&lt;b&gt;Ателие&lt;/b&gt;</span>' in card
    assert '<span class="board-card-value"><span class="money">€1,234.50</span></span>' in card


def test_the_cards_that_follow_have_their_menu_too(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    for number in range(FIRST_CARDS + 1):
        add_deal(f"Сделка {number:02}", by=owner, at=at)
    more = browser.get("/deals/board/").context["columns"][0].more
    assert "data-card-menu" in text(browser.get(more, headers={"HX-Request": "true"}))


def test_what_the_cards_show_is_remembered_for_the_person(
    browser: Client, browser_of: Callable[..., Client], full_board: list[Deal], alpha: OrganizationRef
) -> None:
    answer = browser.post("/deals/board/fields/?owner=", {"fields": ["days"]})
    assert answer.status_code == 302
    assert browser.get("/deals/board/").context["fields"] == ["days"]
    assert "value" in browser_of(alpha, "manager").get("/deals/board/").context["fields"]


def test_a_drag_is_answered_with_the_truth(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    first, second, third, *_rest = stages_of()
    add_deal("Първа", by=owner, at=at, stage=second)
    deal = add_deal("Сайт", by=owner, at=at, value="10")
    drag = {"stage_id": second.pk, "from_stage_id": first.pk, "version": 1, "above_id": ""}

    answer = browser.post(f"/deals/{deal.pk}/move/", drag, headers=JSON)

    told = answer.json()
    assert (answer.status_code, told["stage_id"], told["above_id"]) == (200, str(second.pk), None)
    assert 'data-version="2"' in told["card"] and "2 deals" in told["heads"][str(second.pk)]
    assert column(second) == ["Сайт", "Първа"]

    late = browser.post(f"/deals/{deal.pk}/move/", {**drag, "stage_id": third.pk}, headers=JSON)
    assert late.status_code == 409 and "meanwhile" in late.json()["message"]
    assert late.json()["stage_id"] == str(second.pk)

    win_deal(deal_id=deal.pk, by=owner, at=at)
    gone = browser.post(f"/deals/{deal.pk}/move/", {**drag, "stage_id": third.pk}, headers=JSON)
    assert gone.status_code == 409 and gone.json()["card"] is None


def test_the_steps_of_the_page_move_a_deal_too_with_undo(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    first, second, *_rest = stages_of()
    deal = add_deal("Сайт", by=owner, at=at)
    page = text(browser.get(f"/deals/{deal.pk}/"))
    assert str(second) in page
    answer = browser.post(f"/deals/{deal.pk}/move/", {"stage_id": second.pk, "version": 1}, follow=True)
    assert f"/deals/{deal.pk}/move/?stage_id={first.pk}" in text(answer)
    browser.post(f"/deals/{deal.pk}/move/?stage_id={first.pk}")
    assert Deal.objects.get().stage == first
    stale = browser.post(f"/deals/{deal.pk}/move/", {"stage_id": second.pk, "version": 1}, follow=True)
    assert "meanwhile" in text(stale)


def test_another_pipeline_has_its_own_board(
    browser: Client, in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    other = create_pipeline(details=PipelineChange(name_bg="Абонаменти"), by=owner, at=at)
    add_deal("Тук", by=owner, at=at), add_deal("Там", by=owner, at=at, stage=stages_of(other)[0])
    shown = browser.get(f"/deals/board/?pipeline={other.pk}").context
    assert [card.deal.name for one in shown["columns"] for card in one.cards] == ["Там"]
    assert len(shown["pipelines"]) == 2


def test_a_move_keeps_to_those_who_may(
    browser_of: Callable[..., Client],
    full_board: list[Deal],
    alpha: OrganizationRef,
    owner: Actor,
    at: datetime,
) -> None:
    deal, plain = full_board[0], browser_of(alpha, "user")
    stage = stages_of()[1]
    assert plain.post(f"/deals/{deal.pk}/move/", {"stage_id": stage.pk}, headers=JSON).status_code == 404
    move_deal(deal_id=deal.pk, stage_id=stage.pk, by=owner, at=at)
