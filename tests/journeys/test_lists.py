"""Lists at a desk: records ticked and changed together and back, a cell changed by keys, a view kept."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import CLIENTS
from tests.journeys.visitors import Visitor

pytestmark = pytest.mark.journey
FIRST, SECOND, LAST = CLIENTS


def at_companies(member: Callable[..., Visitor]) -> Visitor:
    one = member("alpha", "owner")
    one.is_at("/", "alpha")
    one.go("/companies/", "alpha")
    return one


def city_of(one: Visitor, name: str) -> str:
    row = one.page.locator("#list tbody tr", has=one.page.get_by_role("link", name=name))
    return row.locator("td[data-label='City']").inner_text().strip()


def test_many_records_are_changed_together_and_back(member: Callable[..., Visitor]) -> None:
    one = at_companies(member)
    before = city_of(one, FIRST)
    for name in (FIRST, SECOND):
        one.page.get_by_label(f"Choose {name}").check()
    expect(one.page.locator("[data-bulk-count]")).to_have_text("Chosen: 2")
    one.press("Change", within="[data-bulk]")
    panel = one.page.locator("#panel")
    expect(panel.get_by_text("2 records are going to change")).to_be_visible()
    panel.locator("[name='city-value']").fill("Търговище")
    expect(panel.locator("[name='set-city']")).to_be_checked()
    panel.get_by_role("button", name="Change 2 records").click()
    expect(one.page.locator(".toast-undo")).to_be_visible()
    assert [city_of(one, name) for name in (FIRST, SECOND)] == ["Търговище"] * 2
    one.page.locator(".toast-undo").click()
    one.page.wait_for_load_state("networkidle")
    one.go("/companies/", "alpha")
    assert city_of(one, FIRST) == before


def test_a_cell_is_changed_by_keys(member: Callable[..., Visitor]) -> None:
    one = at_companies(member)
    row = one.page.locator("#list tbody tr", has=one.page.get_by_role("link", name=LAST))
    cell = row.locator("td[data-label='City']")
    before = city_of(one, LAST)
    cell.hover()
    cell.locator("[data-cell-edit]").click()
    expect(cell.locator("input.form-control")).to_be_focused()
    one.page.keyboard.type("Никъде")
    one.page.keyboard.press("Escape")
    expect(cell).to_have_text(before)
    cell.hover()
    cell.locator("[data-cell-edit]").click()
    expect(cell.locator("input.form-control")).to_be_focused()
    one.page.keyboard.type("Ямбол")
    one.page.keyboard.press("Enter")
    expect(cell).to_have_text("Ямбол")
    expect(row.get_by_role("link", name=LAST)).to_be_focused()


def test_a_view_is_kept_and_a_changed_list_leaves_it(member: Callable[..., Visitor]) -> None:
    one = at_companies(member)
    one.press("Filter", within="#list")
    panel = one.page.locator("#panel")
    expect(panel.locator("[name='name-0']")).to_be_visible()
    expect(panel.locator(".htmx-settling")).to_have_count(0)
    panel.locator("[name='name-0']").select_option("name")
    expect(panel.locator("[name='operator-0']")).to_have_value("contains")
    panel.locator("[name='value-0']").fill(FIRST[:5])
    panel.locator(".form-actions").get_by_role("button", name="Show", exact=True).click()
    chip = one.page.locator("[data-chip]")
    expect(chip).to_have_count(1)
    assert "filter=name:contains:" in one.page.url
    one.press("Save as a view", within="#list")
    panel.locator("[name='name']").fill("Избрани")
    panel.get_by_role("button", name="Save view").click()
    expect(one.page.locator(".page-views [aria-current=page]")).to_have_text("Избрани")
    chip.focus()
    one.page.keyboard.press("Delete")
    expect(chip).to_have_count(0)
    one.sees("The view itself stays as it was.")
    one.press("Back to the view", within="#list")
    expect(chip).to_have_count(1)
