"""The board in browsers: cards are dragged, moved by keys, and by two people at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import World
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.journey


def card(one: Visitor, name: str) -> Locator:
    return one.page.locator("[data-card]").filter(has_text=name)


def column(one: Visitor, number: int) -> Locator:
    return one.page.locator("[data-cards]").nth(number)


def add(one: Visitor, name: str, value: str) -> None:
    one.go("/deals/new/", "alpha")
    one.fill(name=name, value=value)
    one.press("Save deal")
    one.sees_heading(name)


def test_of_two_who_drag_one_card_one_wins_and_the_other_is_told(
    member: Callable[..., Visitor], world: World
) -> None:
    first, second = member("alpha", "owner"), member("alpha", "manager")
    add(first, "Кампания", "1200")
    for one in (first, second):
        one.go("/deals/board/", "alpha")

    card(first, "Кампания").drag_to(column(first, 1))
    expect(column(first, 1).locator("[data-version='2']")).to_have_count(1)
    expect(first.page.locator("[data-head]").nth(1)).to_contain_text("€1,200.00")

    card(second, "Кампания").drag_to(column(second, 3))
    expect(second.page.locator(".toast-note")).to_contain_text("Owner")
    expect(column(second, 1).locator("[data-card]")).to_contain_text("Кампания")
    expect(column(second, 3).locator("[data-card]")).to_have_count(0)

    card(second, "Кампания").drag_to(column(second, 3))
    expect(column(second, 3).locator("[data-version='3']")).to_have_count(1)
    first.go("/deals/board/", "alpha")
    expect(column(first, 3).locator("[data-card]")).to_contain_text("Кампания")


def test_a_card_is_moved_by_keys_and_by_its_menu_and_won(
    member: Callable[..., Visitor], world: World
) -> None:
    one = member("alpha", "owner")
    add(one, "Етикети", "300")
    one.go("/deals/board/", "alpha")
    card(one, "Етикети").locator("a").focus()
    one.page.keyboard.press("Shift+ArrowRight")
    expect(column(one, 1).locator("[data-version='2']")).to_contain_text("Етикети")
    expect(card(one, "Етикети").locator("a")).to_be_focused()

    one.page.keyboard.press("m")
    one.page.get_by_role("menuitem", name="Negotiation").click()
    expect(column(one, 3).locator("[data-card]").first).to_contain_text("Етикети")
    expect(card(one, "Етикети")).to_have_attribute("data-version", "3")

    card(one, "Етикети").locator("[data-card-menu]").click()
    one.page.get_by_role("menuitem", name="Won").click()
    one.sees_heading("Етикети")
    one.press("Write the invoice")
    expect(one.page.locator("[name=lines-0-description]")).to_have_value("Етикети")


def test_stages_are_dragged_into_another_order(member: Callable[..., Visitor], world: World) -> None:
    one = member("alpha", "manager")
    one.go("/settings/pipelines/", "alpha")
    rows = one.page.locator("[data-order-id]")
    last = rows.nth(4).inner_text()
    with one.page.expect_response(lambda answer: answer.url.endswith("/order/")):
        rows.nth(4).locator("[data-order-handle]").drag_to(rows.nth(3).locator("[data-order-handle]"))
    one.go("/settings/pipelines/", "alpha")
    assert rows.nth(3).inner_text().split()[0] == last.split()[0]
    with one.page.expect_navigation():
        rows.nth(3).get_by_role("button").nth(1).click()
    assert rows.nth(4).inner_text().split()[0] == last.split()[0]
