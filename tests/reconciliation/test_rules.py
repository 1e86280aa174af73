import json
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.reconciliation import rules
from tenant_apps.reconciliation.rules import (
    InvoiceFacts,
    Link,
    PaymentFacts,
    Tokens,
    Unmatched,
    decide,
    invoice_number_tokens,
)

FIRST, SECOND = UUID(int=1), UUID(int=2)


def invoice(number="0000000123", *, id=FIRST, state="issued", currency="EUR", outstanding="120.00"):
    return InvoiceFacts(id, number, state, currency, Decimal(outstanding))


def payment(reference="Фактура 0000000123", *, amount="120.00", currency="EUR"):
    return PaymentFacts(Decimal(amount), currency, reference)


@pytest.mark.parametrize(
    "reference",
    [
        "0000000123",
        "фактура 0000000123",
        "Плащане по ф-ра №0000000123/15.03.2026г.",
        "ф.№ 0000000123 от 15.03.2026 на стойност 1 234,56 лв.",
        "invoice #0000000123, thank you",
        "INV-0000000123",
        "INV_0000000123",
        "0000000123.15.03.2026",
        "0000000123,50.00 EUR",
        "Фактура:0000000123;15/3/26",
        "„0000000123“",
        "№0000000123\nБлагодаря",
        "0000000123 и 0000000123",
        "фактура 0000000123, 2 бр. по договор 77",
        "2026-03-15T12:30:59Z 0000000123",
        "BG80 BNBG 9661 1020 3456 78 0000000123",
        "EUR 0000000123",
    ],
)
def test_a_full_number_is_read(reference):
    assert invoice_number_tokens(reference) == Tokens(full=frozenset({"0000000123"}))


@pytest.mark.parametrize(
    "reference",
    [
        "123",
        "фактура 123",
        "ф-ра № 123.",
        "Invoice no. 123 / 120.00 EUR",
        "120.00 EUR 123",
        "inv. 123 from 15 March 2026",
        "фактура 123 от 15-ти март 2026 г.",
        "фактура 123 за м. март",
        "фактура 123 за 03/2026",
        "фактура 123 за 03.2026 г.",
        "фактура 123/2026",
        "№123 (20% ДДС)",
        "123-15-03-2026",
        "123 15.03",
        "123 12:30",
        "€120 #123",
        "фактура 123, 1 234,56 лв",
        "фактура 123, сума 120 лв.",
        "BG80BNBG96611020345678 123",
        "BG80 BNBG 9661 1020 3456 78 123",
        "BG80BNBG9661 1020345678 123",
        "фактура 123. Март 15, 2026",
    ],
)
def test_a_number_without_its_zeros_is_read(reference):
    assert invoice_number_tokens(reference) == Tokens(short=frozenset({"0000000123"}))


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "благодаря",
        "0",
        "0000000000",
        "00000000123",
        "000123",
        "00000 00123",
        "тел. 000 0123",
        "10000000123",
        "0000000123а",
        "а0000000123",
        "X123",
        "123лв",
        "٣123",
        "123٣",
        "x²123",
        "0000\u200b000123Ж",
        "е\u0301123",
        "IBAN BG80BNBG96611020345678",
        "BG80 BNBG 9661 1020 3456 78",
        "bg80-bnbg-9661-1020-3456-78",
        "BG80BNBG9661 1020345678",
        "DE89 3704 0044 0532 0130 00",
        "15.03.2026",
        "15.3.26г.",
        "15/03/26",
        "15. 03. 2026 г.",
        "2026-03-15",
        "2026/03/15 12:30:59",
        "15-ти март 2026",
        "1st March 2026",
        "March 15, 2026",
        "за м. март 2026 г.",
        "за 03.2026",
        "03/2026",
        "2026-03",
        "15/03",
        "120.00",
        "120,5",
        "0.50",
        "1 234,56",
        "1\u00a0234,56 лв.",
        "1.234,56",
        "1,234.56 EUR",
        "1'234.56",
        "1.234",
        "EUR 120",
        "120 евро",
        "1 234 лв.",
        "20 %",
        "т. 3.2.1",
        "+359888123456",
    ],
)
def test_other_numbers_are_not_invoices(reference):
    assert invoice_number_tokens(reference) == Tokens()


@pytest.mark.parametrize(
    ("reference", "full", "short"),
    [
        ("0000000123, 0000000124", {"0000000123", "0000000124"}, set()),
        ("0000000123,0000000124", {"0000000123", "0000000124"}, set()),
        ("0000000123-0000000125", {"0000000123", "0000000125"}, set()),
        ("0000000123/124", {"0000000123"}, set()),
        ("фактури 123 и 124", set(), {"0000000123", "0000000124"}),
        ("123/124", set(), {"0000000123", "0000000124"}),
        ("2025/2026", set(), {"0000002025", "0000002026"}),
        ("тел. 0888123456 фактура 123", {"0888123456"}, set()),
    ],
)
def test_several_numbers(reference, full, short):
    assert invoice_number_tokens(reference) == Tokens(frozenset(full), frozenset(short))


numbers = st.integers(min_value=1, max_value=10**10 - 1)
separators = st.sampled_from(
    [" ", "\n", "№", "#", ": ", " (", "„", "-", "/", "; ", "фактура ", "inv. ", "плащане по "]
)


@given(numbers, separators, st.sampled_from(["", " ", ")", "“", "; благодаря", ", thanks", "."]))
def test_a_full_number_is_found_among_any_words(number, before, after):
    text = f"{number:010}"
    assert invoice_number_tokens(f"{before}{text}{after}").full == {text}


@given(numbers, st.sampled_from(list("abyzABYZабяАЯщЩαΩßéא文")), st.booleans())
def test_a_number_touching_a_letter_is_never_read(number, letter, is_before):
    text = f"{letter}{number:010}" if is_before else f"{number:010}{letter}"
    assert not invoice_number_tokens(text).numbers


@given(st.from_regex(r"[0-9]{11,40}", fullmatch=True))
def test_a_longer_number_never_holds_ours(digits):
    assert not invoice_number_tokens(digits).numbers


@given(st.dates())
def test_no_date_is_a_number(day):
    for form in ("%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%y"):
        if day.year >= 1900 and day.year < 2100:
            assert not invoice_number_tokens(f"на {day.strftime(form)} г.").numbers


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_no_amount_is_a_number(amount):
    grouped = f"{amount:,.2f}"
    bulgarian = grouped.replace(",", " ").replace(".", ",")
    for text in (str(amount), grouped, bulgarian, f"{bulgarian} лв.", f"EUR {amount}"):
        assert not invoice_number_tokens(text).numbers


@given(st.text(max_size=80))
def test_any_text_gives_whole_runs_of_its_digits(text):
    tokens = invoice_number_tokens(text)
    assert not (tokens.full and tokens.short)
    assert all(len(number) == 10 and number.isdigit() and int(number) for number in tokens.numbers)


def test_a_long_hostile_reference_is_read_quickly():
    assert invoice_number_tokens("1 " * 20_000 + "9" * 50_000).short == {"0000000001"}
    assert not invoice_number_tokens("1.111" * 20_000).numbers
    assert not invoice_number_tokens("BG80 " + "AAAA " * 20_000).numbers


def test_number_amount_and_currency_make_a_link_that_says_why():
    decision = decide(payment(), [invoice()])
    assert decision == Link(
        FIRST,
        Decimal("120.00"),
        [
            {"signal": "invoice_number", "value": "0000000123"},
            {"signal": "amount_equals_outstanding", "value": "120.00"},
            {"signal": "currency", "value": "EUR"},
        ],
    )
    assert json.loads(json.dumps(decision.evidence)) == decision.evidence


def test_a_short_number_links_too():
    assert isinstance(decide(payment("ф-ра 123"), [invoice()]), Link)
    assert isinstance(decide(payment("ф-ра 123", amount="120"), [invoice()]), Link)


@pytest.mark.parametrize(
    ("paid", "named", "reason"),
    [
        (payment("благодаря"), [invoice()], "no_reference"),
        (payment(""), [invoice()], "no_reference"),
        (payment(), [], "no_such_invoice"),
        (payment("фактура 0000000124"), [invoice()], "no_such_invoice"),
        (payment("фактура 10000000123"), [invoice()], "no_reference"),
        (
            payment("0000000123, 0000000124"),
            [invoice(), invoice("0000000124", id=SECOND)],
            "several_invoices",
        ),
        (payment(currency="USD"), [invoice()], "currency_differs"),
        (payment(amount="119.99"), [invoice()], "amount_differs"),
        (payment(amount="120.01"), [invoice()], "amount_differs"),
        (payment(), [invoice(outstanding="0.00")], "already_paid"),
        (payment(amount="0"), [invoice(outstanding="0.00")], "already_paid"),
        (payment(), [invoice(state="annulled")], "not_open"),
        (payment(), [invoice(state="draft")], "not_open"),
    ],
)
def test_whatever_does_not_agree_is_left_to_a_human(paid, named, reason):
    assert decide(paid, named) == Unmatched(reason)
    assert reason in rules.UNMATCHED_REASONS


def test_several_invoices_are_left_even_when_one_of_them_is_paid():
    named = [invoice(), invoice("0000000124", id=SECOND, outstanding="0")]
    assert decide(payment("123 и 124"), named) == Unmatched("several_invoices")


def test_an_invoice_that_the_reference_does_not_name_is_passed_over():
    assert decide(payment(), [invoice(), invoice("0000012345", id=SECOND)]).invoice_id == FIRST


def test_one_invoice_given_twice_is_one():
    assert isinstance(decide(payment(), [invoice(), invoice()]), Link)


def test_every_reason_and_signal_has_its_words():
    from tenant_apps.reconciliation.reasons import REASON_TEXTS, SIGNAL_TEXTS

    assert set(REASON_TEXTS) == set(rules.UNMATCHED_REASONS)
    signals = {item["signal"] for item in decide(payment(), [invoice()]).evidence}
    assert signals | {"by_hand"} == set(SIGNAL_TEXTS)
