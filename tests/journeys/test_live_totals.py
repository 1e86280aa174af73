"""The totals that follow the typing are those of the server, to the cent, on thousands of invoices."""

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tenant_apps.invoices.rules import Discount, LineInput, compute_totals, what_remains
from tests.journeys.conftest import BrowserThread

pytestmark = pytest.mark.journey

SCRIPT = Path(__file__).resolve().parents[2] / "static/js/exact.js"
DOCUMENTS = 3_000
TOTALS = """documents => documents.map(({lines, withVat, percent, amount}) => {
  const read = (text) => text === null ? null : exact.parse(text);
  const totals = exact.totals(lines.map(([quantity, unitPrice, discount, rate, code, isDeduction]) => ({
    quantity: read(quantity), unitPrice: read(unitPrice), discount: read(discount), rate: read(rate),
    code, isDeduction,
  })), { withVat, percent: exact.parse(percent), amount: BigInt(amount) });
  const groups = totals.groups.flatMap((group) => [group.base, group.vat, group.discount]);
  return [totals.net, totals.vat, totals.total, totals.discount, ...groups].map(String);
})"""
SETTLED = """notes => notes.map(({lines, withVat, remains}) => {
  const left = Object.fromEntries(Object.entries(remains).map(
    ([key, [base, vat]]) => [key, {base: BigInt(base), vat: BigInt(vat)}]));
  const totals = exact.totals(lines.map(([unitPrice, rate, code]) => ({
    quantity: exact.parse("1"), unitPrice: exact.parse(unitPrice), discount: exact.parse("0"),
    rate: rate === null ? null : exact.parse(rate), code,
  })), { withVat, remains: left });
  return totals.groups.flatMap((group) => [group.base, group.vat]).map(String);
})"""


def drawn_line(draw: random.Random) -> list[Any]:
    """Quantity, unit price, discount, rate, treatment and whether it takes an advance off, as typed."""
    quantity = Decimal(draw.randrange(1, 10 ** draw.randint(1, 7))).scaleb(-3)
    price = Decimal(draw.randrange(10 ** draw.randint(1, 9))).scaleb(-4)
    discount = Decimal(draw.choice([0, 0, 5, draw.randrange(10_000)])).scaleb(-2)
    rate, code = draw.choice([("20.00", "standard"), ("9.00", "reduced"), ("0.00", "export"), (None, "")])
    is_deduction = draw.random() < 0.1
    return [str(-quantity if is_deduction else quantity), str(price), str(discount), rate, code, is_deduction]


def drawn_document(draw: random.Random) -> dict[str, Any]:
    return {
        "lines": [drawn_line(draw) for _ in range(draw.randint(1, 8))],
        "withVat": draw.random() < 0.5,
        "percent": draw.choice(["0", "0", "5", "12.5", "33.33"]),
        "amount": "0",
    } | draw.choice([{}, {}, {"percent": "0", "amount": str(draw.randrange(1, 100_000))}])


def line_of(typed: list[Any]) -> LineInput:
    *numbers, code, is_deduction = typed
    quantity, price, discount, rate = (None if text is None else Decimal(text) for text in numbers)
    assert quantity is not None and price is not None and discount is not None
    return LineInput(quantity, price, discount, rate, code, is_deduction)


def cents(amount: Decimal) -> str:
    return str(int(amount * 100))


def in_cents(document: dict[str, Any]) -> list[str]:
    """What the server makes of the same document."""
    totals = compute_totals(
        [line_of(typed) for typed in document["lines"]],
        prices_include_vat=document["withVat"],
        discount=Discount(Decimal(document["percent"]), Decimal(document["amount"]) / 100),
    )
    amounts = [totals.net_total, totals.vat_total, totals.total, totals.discount_total]
    for group in totals.groups:
        amounts += [group.base, group.vat, group.discount]
    return [cents(amount) for amount in amounts]


def test_live_totals_are_the_server_s(browser_thread: BrowserThread) -> None:
    draw = random.Random(20260315)
    documents = [drawn_document(draw) for _ in range(DOCUMENTS)]
    page = browser_thread.browser.new_page()
    page.add_script_tag(path=SCRIPT)

    shown = page.evaluate(TOTALS, documents)
    page.close()

    assert shown == [in_cents(document) for document in documents]


def test_a_note_that_takes_the_rest_takes_the_odd_cent_here_too(browser_thread: BrowserThread) -> None:
    draw = random.Random(20260316)
    notes, expected = [], []
    for _ in range(500):
        with_vat = draw.random() < 0.5
        lines = [line_of([*drawn_line(draw)[:5], False]) for _ in range(3)]
        invoice = compute_totals(lines, prices_include_vat=with_vat)
        left = what_remains(invoice.groups, [])
        share = draw.choice([Decimal(1), Decimal("0.5"), Decimal("0.333")])
        wanted = [
            LineInput(
                Decimal(1), (one.gross if with_vat else one.base) * share, Decimal(0), one.rate, one.code
            )
            for one in invoice.groups
        ]
        note = compute_totals(wanted, prices_include_vat=with_vat, remaining=left)
        notes.append(
            {
                "lines": [
                    [
                        str(line.unit_price),
                        None if line.vat_rate is None else str(line.vat_rate),
                        line.vat_code,
                    ]
                    for line in wanted
                ],
                "withVat": with_vat,
                "remains": {
                    f"{'' if one.rate is None else int(one.rate * 100)}:{one.code}": [
                        cents(one.base),
                        cents(one.vat),
                    ]
                    for one in left.values()
                },
            }
        )
        expected.append([cents(amount) for group in note.groups for amount in (group.base, group.vat)])
    page = browser_thread.browser.new_page()
    page.add_script_tag(path=SCRIPT)

    shown = page.evaluate(SETTLED, notes)
    page.close()

    assert shown == expected


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
