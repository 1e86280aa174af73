"""Who first? by keyboard: down the queue, done, put off, open, and a call to log."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.journey


def add_task(one: Visitor, subdomain: str, title: str, days_ago: int) -> None:
    from shared_apps.core import clock

    day = clock.today("Europe/Sofia") - timedelta(days=days_ago)
    one.go("/tasks/new/", subdomain)
    one.fill(title=title, due_on=f"{day:%d.%m.%Y}")
    one.press("Save task")
    one.sees_heading(title)


def test_the_queue_is_worked_off_by_keyboard(member: Callable[..., Visitor]) -> None:
    one = member("beta", "owner")
    one.is_at("/", "beta")
    add_task(one, "beta", "Най-стара", 40)
    add_task(one, "beta", "По-нова", 4)
    one.go("/who-first/?kind=task", "beta")
    page, titles = one.page, one.page.locator("[data-queue-open]")
    expect(titles).to_have_text(["Най-стара", "По-нова"])
    page.keyboard.press("j")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("d")
    expect(titles).to_have_text(["По-нова"])
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("s")
    expect(page.get_by_text("Nobody waits")).to_be_visible()
    one.go("/tasks/?filter=is_done:is:no", "beta")
    expect(page.get_by_role("link", name="По-нова").first).to_be_visible()


def test_a_call_is_logged_from_the_queue(member: Callable[..., Visitor]) -> None:
    one = member("alpha", "owner")
    one.is_at("/", "alpha")
    add_task(one, "alpha", "Обади се по телефона", 9)
    one.go("/who-first/?kind=task", "alpha")
    one.page.keyboard.press("j")
    one.page.keyboard.press("Enter")
    one.sees_heading("Обади се по телефона")
    one.go("/companies/?ordering=name", "alpha")
    address = one.page.locator("td.cell-title a").first.get_attribute("href") or ""
    one.go(f"{address.partition('?')[0]}#compose-talk", "alpha")
    expect(one.page.locator("#compose-talk [name=subject]")).to_be_visible()
    expect(one.page.locator("#tab-talk")).to_have_attribute("aria-selected", "true")
