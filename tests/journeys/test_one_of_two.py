"""Two records of one client: told while one types, made one, parted again; and the palette, all by keys."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import PHONE, Visitor

pytestmark = pytest.mark.journey


def add_company(one: Visitor, name: str, **values: str) -> None:
    one.go("/companies/new/", "alpha")
    one.fill(name=name, **values)
    one.press("Save company")
    one.sees_heading(name)


def test_merge_with_undo(member: Callable[..., Visitor]) -> None:
    one = member("alpha", "owner")
    add_company(one, "Зенит Трейд ЕООД", phone="0888 555 111")
    one.go("/companies/new/", "alpha")
    one.page.locator("#id_name").press_sequentially("ZENIT TREYD Ltd")
    expect(one.page.locator("#duplicates")).to_contain_text("Зенит Трейд ЕООД")
    one.fill(email="office@zenit.example")
    one.press("Save company")
    one.sees_heading("ZENIT TREYD Ltd")

    one.go("/companies/suspects/?by=name", "alpha")
    one.page.get_by_role("link", name="Compare and merge").first.click()
    one.page.locator(
        "[name='choice-email'][value='absorbed'], [name='choice-phone'][value='absorbed']"
    ).first.check()
    one.page.locator("main form button.btn-primary").click()
    undo = one.page.locator(".toast-undo")
    expect(undo).to_have_count(1)
    undo.click()
    one.sees("The merge was undone: both records are as they were.")


def test_the_palette_is_all_keys(member: Callable[..., Visitor]) -> None:
    one = member("alpha", "owner")
    one.go("/companies/", "alpha")
    one.page.keyboard.press("Control+k")
    expect(one.page.locator("#palette-input")).to_be_focused()
    expect(one.page.locator("#palette-list [role=option]").first).to_be_visible()
    one.page.keyboard.type("new cont")
    expect(one.page.locator("#palette-list [role=option]:visible")).to_have_count(1)
    one.page.keyboard.press("Enter")
    one.is_at("/contacts/new/", "alpha")
    one.page.keyboard.press("Control+k")
    one.page.keyboard.press("Escape")
    expect(one.page.locator("#palette")).to_be_hidden()


def test_the_palette_on_a_phone(member: Callable[..., Visitor]) -> None:
    one = member("alpha", "owner", **PHONE)
    one.go("/companies/", "alpha")
    one.page.locator(".quick-add").click()
    one.page.locator("[data-palette-open]").click()
    expect(one.page.locator("#palette-list [role=option]").first).to_be_visible()
    assert one.width_of_page() <= 390
