"""A deal follows its invoice in the browser: won when that is issued, back by Undo, not with the rule off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import World
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.journey


def add_deal(one: Visitor, world: World, name: str) -> None:
    one.go(f"/deals/new/?company={world.id_of('alpha', 'company_id')}", "alpha")
    one.fill(name=name, value="900")
    one.press("Save deal")
    one.sees_heading(name)


def issue_its_invoice(one: Visitor, name: str) -> None:
    one.press("Invoice", within=".record-related")
    expect(one.field("deal_id").locator("option:checked")).to_have_text(name)
    one.press("Save draft")
    one.press("Issue invoice", within="main")
    one.agree()


def test_a_deal_follows_its_invoice_and_comes_back(member: Callable[..., Visitor], world: World) -> None:
    one = member("alpha", "owner")
    add_deal(one, world, "Каталог 2027")
    issue_its_invoice(one, "Каталог 2027")
    toast = one.page.locator(".toast-note")
    expect(toast).to_contain_text("the deal “Каталог 2027” is won")

    one.press("Undo", within=".toast-note")

    one.sees_heading("Каталог 2027")
    expect(one.page.locator("#stream")).to_contain_text("took back")
    expect(one.page.locator("#stream").get_by_role("button", name="Undo")).to_have_count(0)
    expect(one.page.locator("main .status-badge").first).to_have_text("Open")


def test_a_rule_that_is_off_leaves_the_deal_alone(member: Callable[..., Visitor], world: World) -> None:
    one = member("alpha", "owner")
    one.go("/settings/automation/", "alpha")
    one.press("Turn off", within=".setting-card:first-of-type")
    one.sees("Turn on")
    add_deal(one, world, "Брошура 2027")
    issue_its_invoice(one, "Брошура 2027")
    expect(one.page.locator(".toast-note")).to_contain_text("was issued.")
    one.press("Брошура 2027", within="#document-side")
    expect(one.page.locator("main .status-badge").first).to_have_text("Open")

    one.go("/settings/automation/", "alpha")
    one.press("Turn on")
    expect(one.page.get_by_role("button", name="Turn on")).to_have_count(0)
