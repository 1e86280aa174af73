"""A statement comes in, and what it leaves open is worked off by keyboard: linked, undone, linked again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import World
from tests.journeys.visitors import PHONE, Visitor
from tests.reconciliation.samples import Move, camt

pytestmark = pytest.mark.journey
# Alpha has issued invoices of 6.00 to Някоя; nothing in the transfer names one.
MOVES = [
    Move("3.00", on="2026-11-20", name="Непознат", iban="", text="по уговорка"),
    Move("6.00", on="2026-11-21", name="НЯКОЯ", iban="", text="плащане"),
]


def bring(one: Visitor, moves: list[Move], number: str) -> None:
    """A statement by the page: the file, its rehearsal, its import."""
    content = camt(moves, number=number).encode()
    one.go("/bank/statements/new/", "alpha")
    one.field("file").set_input_files(
        {"name": f"{number}.xml", "mimeType": "application/xml", "buffer": content}
    )
    one.press("Upload", within="main form")
    one.page.wait_for_url(re.compile(r"/bank/statements/[0-9a-f-]{36}/"))
    one.press("Import", within=".page-actions")
    expect(one.page.locator("main .status-badge").first).to_have_text(one.word("Imported"))


def test_the_bench_is_worked_off_by_keyboard(member: Callable[..., Visitor], world: World) -> None:
    one = member("alpha", "manager")
    one.is_at("/", "alpha")
    bring(one, MOVES, "bench")
    one.go(f"/workbench/?account={world.id_of('alpha', 'bank_account_id')}&sign=in", "alpha")
    page = one.page
    who, case = page.locator(".bench-who"), page.locator("#case h2")
    expect(who).to_have_text(["Непознат", "НЯКОЯ"])
    expect(case).to_have_text("Непознат")

    page.keyboard.press("?")
    expect(page.locator("#bench-keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#bench-keys")).to_be_hidden()
    page.keyboard.press("j")
    expect(case).to_have_text("НЯКОЯ")
    page.keyboard.press("k")
    expect(case).to_have_text("Непознат")
    page.keyboard.press("ArrowDown")
    expect(case).to_have_text("НЯКОЯ")

    page.keyboard.press("1")
    toast = page.locator(".toast-note").first
    expect(toast).to_contain_text("Linked to")
    expect(who).to_have_text(["Непознат"])
    page.keyboard.press("u")
    expect(page.locator(".toast-note").first).to_contain_text("It was taken back.")
    expect(case).to_have_text("НЯКОЯ")
    expect(who).to_have_text(["Непознат", "НЯКОЯ"])

    page.keyboard.press("1")
    expect(toast).to_contain_text("Linked to")
    number = re.search(r"\d{10}", toast.inner_text())
    page.keyboard.press("n")
    expect(page.get_by_text("Nothing here waits")).to_be_visible()
    assert number
    one.go(f"/invoices/?search={number.group()}", "alpha")
    expect(page.locator("#list .status-badge").first).to_have_text("Paid")


def test_a_phone_shows_the_list_and_then_the_case(member: Callable[..., Visitor], world: World) -> None:
    one = member("alpha", "owner", **PHONE)
    one.is_at("/", "alpha")
    bring(one, [Move("-2.50", on="2026-11-22", name="Банка", iban="", text="За телефона")], "phone")
    one.go(f"/workbench/?account={world.id_of('alpha', 'bank_account_id')}&sign=out", "alpha")
    page = one.page
    row = page.locator("[data-row]", has_text="За телефона")
    expect(page.locator("#case")).to_be_hidden()
    assert one.width_of_page() <= 390
    row.click()
    expect(page.locator("#case h2")).to_have_text("Банка")
    expect(row).to_be_hidden()
    assert one.width_of_page() <= 390
    one.press("Bank fee", within="#case")
    expect(page.locator(".toast-note").first).to_contain_text("It is a bank fee.")
