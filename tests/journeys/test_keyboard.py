"""An invoice from its first letter to its credit note, without a mouse."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import World
from tests.journeys.visitors import PATIENCE_MS, Visitor
from tests.product import eventually

pytestmark = pytest.mark.journey
TABS = 120
FOCUSED = """() => {
  const it = document.activeElement;
  const told = [it.getAttribute("aria-label"), it.innerText, it.name, it.dataset.line];
  return told.map((text) => (text ?? "").trim());
}"""


def tab_to(one: Visitor, name: str) -> None:
    """Press Tab until what has the focus says this, or is the field of this name."""
    for _step in range(TABS):
        if name in one.page.evaluate(FOCUSED):
            return
        one.page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {name} on {one.page.url}")


def choose(one: Visitor, name: str) -> None:
    tab_to(one, name)
    one.page.keyboard.press("Enter")


def write(one: Visitor) -> None:
    """Two lines: Enter makes the second, the arrow goes back up, Ctrl+Enter saves, out of the notes too."""
    keyboard, page = one.page.keyboard, one.page
    one.go("/invoices/", "alpha")
    keyboard.press("n")
    one.is_at("/invoices/new/", "alpha")
    page.locator(".ts-control input").first.focus()
    keyboard.type("Някоя")
    expect(page.locator(".ts-dropdown .option.active")).to_contain_text("Някоя")
    keyboard.press("Enter")
    tab_to(one, "description")
    for text in ("Поддръжка", "2", "ч.", "50"):
        keyboard.type(text)
        keyboard.press("Tab")
    keyboard.press("Enter")
    keyboard.type("Обучение")
    for _cell in ("quantity", "unit", "unit_price"):
        keyboard.press("Tab")
    keyboard.type("25")
    keyboard.press("ArrowUp")
    expect(page.locator("[data-line=unit_price]").first).to_be_focused()
    keyboard.type("60")
    expect(page.locator("[data-total=total]")).to_have_text("€174.00")
    tab_to(one, "notes")
    keyboard.type("Благодарим")
    keyboard.press("Control+Enter")
    one.sees_heading("Draft invoice")


def issue(one: Visitor) -> None:
    choose(one, "Issue invoice")
    expect(one.page.locator("#confirm")).to_be_visible()
    choose(one, "Issue invoice")
    expect(one.page.locator("#invoice-status")).to_have_text("Issued")


def send(one: Visitor, letters: Path) -> None:
    """The letter waits in the panel; the worker sends it with its PDF."""
    before = len(list(letters.glob("*.log")))
    choose(one, "Send")
    expect(one.page.locator("#panel form")).to_be_visible()
    choose(one, "Send")
    expect(one.page.locator("#panel form")).to_have_count(0, timeout=PATIENCE_MS)
    assert eventually(lambda: len(list(letters.glob("*.log"))) > before)
    assert eventually(
        lambda: any("application/pdf" in one.read_text("utf-8") for one in letters.glob("*.log"))
    )


def credit(one: Visitor) -> None:
    choose(one, "More actions")
    choose(one, "Credit note")
    expect(one.page.locator("#panel [name=reason]")).to_be_visible()
    tab_to(one, "reason")
    one.page.keyboard.type("Върната услуга")
    choose(one, "Write the note")
    one.page.wait_for_url("**/edit/")
    one.page.wait_for_load_state()
    tab_to(one, "description")
    one.page.keyboard.press("Control+Enter")
    one.page.wait_for_url(lambda url: not url.endswith("/edit/"))
    one.sees_heading("Draft credit note")
    issue(one)


def test_an_invoice_is_written_issued_sent_and_credited_by_keyboard(
    member: Callable[..., Visitor], world: World
) -> None:
    one = member("alpha", "owner")
    one.is_at("/", "alpha")
    write(one)
    issue(one)
    address = one.page.url
    send(one, world.product.data.path / "mail")
    credit(one)
    one.page.goto(address)
    expect(one.page.locator("#invoice-status")).to_have_text("Credited")
