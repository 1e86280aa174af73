"""The record page and the calendar of tasks, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import CLIENTS
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.journey
FIRST, SECOND, LAST = CLIENTS


def at_company(member: Callable[..., Visitor], name: str) -> Visitor:
    one = member("alpha", "owner")
    one.is_at("/", "alpha")
    one.go("/companies/?ordering=name", "alpha")
    address = one.page.get_by_role("link", name=name).first.get_attribute("href") or ""
    path = address.partition("?")[0]
    one.go(f"{path}?list=/companies/%3Fordering=name", "alpha")
    one.sees_heading(name)
    return one


def test_a_note_names_a_colleague_by_keyboard_and_tells_them(member: Callable[..., Visitor]) -> None:
    one = at_company(member, FIRST)
    page = one.page
    page.locator("#compose-note textarea").focus()
    page.keyboard.type("Виж @")
    options = page.locator("#mention-menu [role=option]")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#mention-menu [aria-selected=true]").inner_text()
    page.keyboard.press("Enter")
    page.keyboard.type("и https://example.com")
    page.keyboard.press("Control+Enter")
    note = page.locator("#stream .is-note .note-text").first
    expect(note.locator(".named")).to_have_text(f"@{chosen}")
    expect(note.locator("a")).to_have_attribute("rel", "nofollow")


def test_one_fact_is_changed_where_it_stands_and_brackets_walk_the_list(
    member: Callable[..., Visitor],
) -> None:
    one = at_company(member, SECOND)
    page = one.page
    page.locator(".empty-facts summary").click()
    page.locator(".empty-facts a.fact-edit[href*='/industry/']").click()
    expect(one.field("industry")).to_be_focused()
    page.keyboard.type("Печат")
    page.keyboard.press("Enter")
    expect(page.locator(".record-facts > .facts").get_by_text("Печат")).to_be_visible()
    page.keyboard.press("]")
    one.sees_heading(LAST)
    page.keyboard.press("[")
    one.sees_heading(SECOND)


def test_the_calendar_by_keyboard_adds_a_task_and_does_it(member: Callable[..., Visitor]) -> None:
    one = member("alpha", "owner")
    one.is_at("/", "alpha")
    one.go("/tasks/calendar/?on=2027-03-10", "alpha")
    page = one.page
    day = page.locator("[data-day='2027-03-10']")
    expect(day).to_have_attribute("tabindex", "0")
    day.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-day='2027-03-18']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(one.field("due_on")).to_have_value("18.03.2027")
    one.fill(title="Позвъни в Перник")
    one.press("Save task")
    cell = page.locator("[data-day='2027-03-18']")
    expect(cell.get_by_role("link", name="Позвъни в Перник")).to_be_visible()
    box = cell.get_by_role("checkbox")
    box.focus()
    page.keyboard.press("Enter")
    expect(cell.get_by_role("checkbox")).to_have_attribute("aria-checked", "true")
    page.locator(".toast-undo").click()
    expect(cell.get_by_role("checkbox")).to_have_attribute("aria-checked", "false")
    page.locator("[data-day='2027-03-10']").focus()
    page.keyboard.press("PageDown")
    expect(page.locator("[data-day='2027-04-15']")).to_be_visible()
