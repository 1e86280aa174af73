"""An invoice becomes a recurring one, its day comes, and the draft is there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from shared_apps.core import clock
from tests.journeys.conftest import World
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.journey
ZONE = "Europe/Sofia"


def test_what_recurs_leaves_its_draft(member: Callable[..., Visitor], world: World) -> None:
    one = member("alpha", "owner")
    one.is_at("/", "alpha")
    page = one.page
    one.go(f"/invoices/{world.id_of('alpha', 'invoice_id')}/", "alpha")
    one.press("More actions")
    one.press("Make recurring")
    one.sees_heading("New recurring invoice")
    one.fill(name="Хостинг", starts_on=clock.today(ZONE).isoformat())
    page.locator('[data-line="description"]').first.fill("Хостинг за {month} {year}")
    one.field("way").select_option("draft")
    expect(page.locator(".recurring-preview li").first).to_be_visible()
    one.press("Save")
    one.sees_heading("Хостинг")

    world.product.run_job("alpha", "generate_recurring_invoices", clock.now() + timedelta(days=1))

    page.reload()
    made = page.locator(".list-table tbody tr")
    expect(made).to_have_count(1)
    made.get_by_role("link").click()
    one.sees_heading("Draft invoice")
    one.sees("Хостинг за ")
    expect(page.get_by_role("link", name="Хостинг", exact=True)).to_be_visible()
