"""From a deal to an offer, its acceptance, the won deal and the draft invoice."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.journey


def test_an_accepted_offer_wins_its_deal_and_becomes_an_invoice(
    member: Callable[..., Visitor], world: Any
) -> None:
    one = member("alpha", "owner")
    one.is_at("/", "alpha")
    page, deal = one.page, f"/deals/{world.id_of('alpha', 'deal_id')}/"
    one.go(deal, "alpha")
    page.locator('a[href^="/offers/new/?deal="]').first.click()
    one.sees_heading("New offer")
    page.locator('[data-line="unit_price"]').first.fill("250")
    expect(page.locator("[data-total=total]")).to_have_text("€300.00")
    one.press("Save draft")
    one.sees_heading("Draft offer")
    one.press("Send offer")
    one.agree()
    one.sees("is on its way to the client.")
    page.get_by_role("link", name="Accepted…").click()
    one.fill(name="Мария Колева")
    one.press("Mark as accepted")
    one.sees("is won.")
    page.locator(".document-side a", has_text="Draft invoice").click()
    one.sees_heading("Draft invoice")
    one.go(deal, "alpha")
    one.sees("is won.")
