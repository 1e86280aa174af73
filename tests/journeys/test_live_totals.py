"""The totals that follow the typing are those of the server, to the cent, on thousands of invoices."""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from tenant_apps.invoices.rules import LineInput, compute_totals
from tests.journeys.conftest import BrowserThread

pytestmark = pytest.mark.journey

SCRIPT = Path(__file__).resolve().parents[2] / "static/js/exact.js"
INVOICES = 3_000
TOTALS = """invoices => invoices.map((lines) => {
  const read = (text) => text === null ? null : exact.parse(text);
  const totals = exact.totals(lines.map(([quantity, unitPrice, discount, rate]) => ({
    quantity: read(quantity), unitPrice: read(unitPrice), discount: read(discount), rate: read(rate),
  })));
  const groups = totals.groups.flatMap((group) => [group.base, group.vat]);
  return [totals.net, totals.vat, totals.total, ...groups].map(String);
})"""


def drawn_line(draw: random.Random) -> list[str | None]:
    """Quantity, unit price, discount and rate as typed."""
    quantity = Decimal(draw.randrange(1, 10 ** draw.randint(1, 7))).scaleb(-3)
    price = Decimal(draw.randrange(10 ** draw.randint(1, 9))).scaleb(-4)
    discount = Decimal(draw.choice([0, 0, 5, draw.randrange(10_000)])).scaleb(-2)
    return [str(quantity), str(price), str(discount), draw.choice(["20.00", "9.00", "0.00", None])]


def in_cents(lines: list[list[str | None]]) -> list[str]:
    """What the server makes of the same lines."""
    totals = compute_totals(
        LineInput(*(None if text is None else Decimal(text) for text in line))  # type: ignore[arg-type]
        for line in lines
    )
    groups = [amount for group in totals.groups for amount in (group.base, group.vat)]
    return [str(int(amount * 100)) for amount in (totals.net_total, totals.vat_total, totals.total, *groups)]


def test_live_totals_are_the_server_s(browser_thread: BrowserThread) -> None:
    draw = random.Random(20260315)
    invoices = [[drawn_line(draw) for _ in range(draw.randint(1, 8))] for _ in range(INVOICES)]
    page = browser_thread.browser.new_page()
    page.add_script_tag(path=SCRIPT)

    shown = page.evaluate(TOTALS, invoices)
    page.close()

    assert shown == [in_cents(lines) for lines in invoices]


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        ("123456", "EUR", "bg", "1\u00a0234,56\u00a0€"),
        ("123456", "EUR", "en", "€1,234.56"),
        ("-50", "EUR", "en", "-€0.50"),
        ("99999999999999", "EUR", "en", "€999,999,999,999.99"),
    ],
)
def test_money_is_written_as_the_server_writes_it(
    browser_thread: BrowserThread, amount: str, currency: str, language: str, written: str
) -> None:
    page = browser_thread.browser.new_page()
    page.add_script_tag(path=SCRIPT)
    shown = page.evaluate(f'exact.money({amount}n, "{currency}", "{language}")')
    page.close()
    assert shown == written
