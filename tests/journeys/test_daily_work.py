"""What one does all day: lists, the side panel, search, forms; at a desk, on a phone, by night."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import CLIENTS, World
from tests.journeys.visitors import PHONE, Visitor

pytestmark = pytest.mark.journey
FIRST, SECOND, LAST = CLIENTS


def test_the_side_panel_walks_through_a_list(member: Callable[..., Visitor]) -> None:
    one = at_companies(member)
    panel = one.page.locator("#panel-shell")
    one.page.get_by_role("link", name=FIRST).click()
    expect(panel.locator(".panel-title")).to_have_text(FIRST)
    one.page.locator("[data-panel-step='1']").click()
    expect(panel.locator(".panel-title")).to_have_text(SECOND)
    one.page.keyboard.press("k")
    expect(panel.locator(".panel-title")).to_have_text(FIRST)
    one.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(one.page.get_by_role("link", name=FIRST)).to_be_focused()
    one.is_at("/companies/", "alpha")


def test_a_slash_leads_to_search_and_search_to_the_record(member: Callable[..., Visitor]) -> None:
    one = at_companies(member)
    one.page.keyboard.press("/")
    expect(one.page.locator("#global-search")).to_be_focused()
    one.page.keyboard.type("avrora")
    one.page.keyboard.press("Enter")
    one.page.locator("main").get_by_role("link", name=FIRST).click()
    one.sees_heading(FIRST)


def test_a_list_narrows_while_one_types_and_back_brings_it_back(member: Callable[..., Visitor]) -> None:
    one = at_companies(member)
    one.page.locator("#list-search").press_sequentially("бисер")
    expect(one.page.locator("#list tbody tr")).to_have_count(1)
    assert "search=" in one.page.url
    one.page.go_back()
    expect(one.page.get_by_role("link", name=FIRST)).to_be_visible()


def test_what_was_archived_comes_back_with_undo(member: Callable[..., Visitor]) -> None:
    one = at_companies(member)
    one.page.get_by_role("link", name=SECOND).click()
    one.press("Open", within="#panel-shell")
    one.sees_heading(SECOND)
    one.page.locator("main .dropdown [data-bs-toggle]").click()
    one.press("Archive", within="main .dropdown-menu.show")
    undo = one.page.locator(".toast-undo")
    expect(undo).to_have_count(1)
    undo.click()
    one.sees(f"{SECOND} is back in the list.")
    expect(one.page.locator("main .page-name .status-badge")).to_have_count(0)


def test_a_form_with_errors_keeps_what_was_typed(member: Callable[..., Visitor]) -> None:
    one = at_companies(member)
    one.press("New company")
    one.fill(name="Кривица", eik="123456789", city="Пловдив", email="not an address")
    one.press("Save company")
    for name in ("email", "eik"):
        expect(one.page.locator(f".field:has([name={name}]) .field-error")).to_be_visible()
        expect(one.field(name)).to_have_attribute("aria-invalid", "true")
    expect(one.field("eik")).to_have_value("123456789")
    expect(one.field("city")).to_have_value("Пловдив")
    expect(one.page.get_by_role("alert")).to_be_focused()


def test_a_quick_enter_never_chooses_another_client(member: Callable[..., Visitor]) -> None:
    one = member("alpha", "owner")
    one.is_at("/", "alpha")
    one.go("/invoices/new/", "alpha")
    chosen, offered = (
        one.page.locator(".field:has([name=company_id]) .item"),
        one.page.locator(".ts-dropdown .option.active"),
    )
    one.page.locator(".ts-control input").first.focus()
    expect(offered).not_to_have_text(LAST)
    one.page.keyboard.type(LAST[:4])
    one.page.keyboard.press("Enter")
    expect(chosen).to_have_count(0)
    expect(offered).to_contain_text(LAST)
    one.page.keyboard.press("Enter")
    expect(chosen).to_have_text(LAST)


def test_a_phone_has_its_navigation_aside_and_cards_for_rows(member: Callable[..., Visitor]) -> None:
    one = at_companies(member, **PHONE)
    navigation = one.page.locator("#sidebar")
    expect(navigation).not_to_be_in_viewport()
    assert (
        one.page.locator("#list tbody tr").first.evaluate("row => getComputedStyle(row).display")
        != "table-row"
    )
    one.page.locator(".topbar-menu").click()
    expect(navigation).to_be_in_viewport()
    one.press("Invoices", within="#sidebar")
    one.is_at("/invoices/", "alpha")
    expect(navigation).not_to_be_in_viewport()


def test_the_night_stays_after_it_was_chosen(member: Callable[..., Visitor]) -> None:
    one = at_companies(member)
    one.page.locator(".person").click()
    one.page.locator("button[data-theme-choice=dark]").click()
    expect(one.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    one.page.reload()
    expect(one.page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_another_organizations_invoice_is_not_there(member: Callable[..., Visitor], world: World) -> None:
    invoice = f"/invoices/{world.id_of('alpha', 'invoice_id')}/"
    one = member("beta", "owner")
    one.is_at("/", "beta")
    assert one.go(invoice, "beta").status == 404
    one.go(invoice, "alpha")
    one.is_at("/accounts/login/…", "alpha")


def at_companies(member: Callable[..., Visitor], **options: object) -> Visitor:
    one = member("alpha", "owner", **options)
    one.is_at("/", "alpha")
    one.go("/companies/", "alpha")
    return one
