"""What an entry says, and what makes it this one: examples and properties, without a database."""

import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.cells import NotReadable
from tenant_apps.reconciliation.rules.accounts import account_of, ibans_in
from tenant_apps.reconciliation.rules.amounts import decimal_mark_of, read_amount
from tenant_apps.reconciliation.rules.entries import (
    Entry,
    EntryProblem,
    balance_difference,
    fingerprint_of,
    occurrences_of,
    read_entry,
)
from tenant_apps.reconciliation.rules.headers import guess_mapping, is_enough, is_summary

CENTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999999.99"), places=2)
AMOUNTS = st.builds(lambda value, sign: value * sign, CENTS, st.sampled_from([1, -1]))
WORDS = st.sampled_from(["", "Алфа ООД", "Бета", "такса", "ф-ра 12", "x"])
ENTRIES = st.builds(
    Entry,
    booked_on=st.dates(date(2026, 1, 1), date(2026, 1, 4)),
    value_on=st.none(),
    amount=st.sampled_from([Decimal("1.00"), Decimal("-1.00"), Decimal("2.50")]),
    currency=st.just("EUR"),
    payer_name=WORDS,
    text=WORDS,
)


@pytest.mark.parametrize(
    ("text", "mark", "amount", "currency"),
    [
        ("1 234,56", "", "1234.56", ""),
        ("1,234.56", "", "1234.56", ""),
        ("1.234,56 лв.", "", "1234.56", "BGN"),
        ("-1234.5", "", "-1234.50", ""),
        ("(12,00)", "", "-12.00", ""),
        ("12,00-", "", "-12.00", ""),
        ("− 12,00", "", "-12.00", ""),
        ("€ 5", "", "5.00", "EUR"),
        ("1.234", ",", "1234.00", ""),
        ("1.234.567", "", "1234567.00", ""),
        ("100.00000", "", "100.00", ""),
        (".5", "", "0.50", ""),
        ("1'234.50", "", "1234.50", ""),
    ],
)
def test_an_amount_is_read_as_it_is_meant(text: str, mark: str, amount: str, currency: str) -> None:
    assert read_amount(text, mark) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "mark", "code"),
    [
        ("", "", "missing"),
        ("abc", "", "number"),
        ("1.234", "", "ambiguous"),
        ("1,234", "", "ambiguous"),
        ("1.234", ".", "cents"),
        ("0.125", ".", "cents"),
        ("1,2,3", "", "number"),
        ("12.34.56", "", "number"),
        ("1 2 3,45", "", "number"),
        ("1e5", "", "number"),
        ("NaN", "", "number"),
        ("Infinity", "", "number"),
        ("٣", "", "number"),
        ("-12,00-", "", "number"),
        ("9999999999999,00", "", "too_large"),
        (",", "", "number"),
    ],
)
def test_what_may_be_something_else_is_not_read(text: str, mark: str, code: str) -> None:
    with pytest.raises(NotReadable) as problem:
        read_amount(text, mark)
    assert problem.value.code == code


@given(AMOUNTS, st.sampled_from([",", "."]), st.sampled_from(["", " ", "\u00a0", "'"]), st.booleans())
def test_however_an_amount_is_written_it_is_the_same(
    amount: Decimal, mark: str, group: str, tells_mark: bool
) -> None:
    written = f"{amount:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", group)

    assert read_amount(written, mark if tells_mark else "")[0] == amount


@given(st.text(max_size=12), st.sampled_from(["", ",", "."]))
def test_no_text_is_read_as_nought_by_mistake(text: str, mark: str) -> None:
    try:
        value, _currency = read_amount(text, mark)
    except NotReadable:
        return
    assert value != 0 or (set(text) & set("0") and not set(text) & set("123456789"))


def test_the_decimal_sign_of_a_column_is_told_by_those_that_leave_no_doubt() -> None:
    assert decimal_mark_of(["1.234", "5,00"]) == ","
    assert decimal_mark_of(["1,234", "5.00", ""]) == "."
    assert decimal_mark_of(["1.234", "2.345"]) == ""
    assert decimal_mark_of(["5,00", "5.00"]) == ""


@given(st.lists(ENTRIES, max_size=12), st.randoms())
def test_the_same_lines_come_out_in_any_order(entries: list[Entry], luck: object) -> None:
    shuffled = list(entries)
    luck.shuffle(shuffled)  # type: ignore[attr-defined]

    assert lines_of(shuffled) == lines_of(entries)


@given(st.lists(ENTRIES, max_size=12))
def test_the_same_file_again_adds_nothing(entries: list[Entry]) -> None:
    assert lines_of(entries) | lines_of(entries) == lines_of(entries)
    assert len(lines_of(entries)) == len(entries)


@given(st.lists(ENTRIES, max_size=15), st.data())
def test_files_that_overlap_by_whole_days_add_up_to_the_whole(
    entries: list[Entry], data: st.DataObject
) -> None:
    """Banks export days: whatever days two files cover, together they are the file of all their days."""
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(4)]
    first = data.draw(st.sets(st.sampled_from(days)))
    second = data.draw(st.sets(st.sampled_from(days)))
    one = lines_of([entry for entry in entries if entry.booked_on in first])
    other = lines_of([entry for entry in entries if entry.booked_on in second])

    assert one | other == lines_of([entry for entry in entries if entry.booked_on in first | second])


@given(ENTRIES, ENTRIES)
def test_entries_are_alike_only_when_what_the_bank_says_is(one: Entry, other: Entry) -> None:
    assert (fingerprint_of(one) == fingerprint_of(other)) is (one == other)


def test_spaces_case_and_letters_of_a_text_make_no_other_entry() -> None:
    one = read({"amount": "5.00", "booked_on": "2026-11-03", "text": "ф-ра  0000000012 "})
    other = read(
        {"amount": "5,00", "booked_on": "03.11.2026", "text": "Ф-РА 0000000012", "value_on": "04.11.2026"}
    )

    assert fingerprint_of(one) == fingerprint_of(other)


def lines_of(entries: list[Entry]) -> Counter[tuple[str, int]]:
    """What is unique among lines, for the entries of one file."""
    prints = [fingerprint_of(entry) for entry in entries]
    return Counter(zip(prints, occurrences_of((1, one) for one in prints), strict=True))


def read(texts: dict[str, str]) -> Entry:
    return read_entry(texts, currency="EUR")


@pytest.mark.parametrize(
    ("texts", "amount"),
    [
        ({"debit": "5,00"}, "-5.00"),
        ({"credit": "5,00"}, "5.00"),
        ({"debit": "0,00", "credit": "5,00"}, "5.00"),
        ({"debit": "-5,00"}, "-5.00"),
        ({"amount": "5,00", "direction": "Дт"}, "-5.00"),
        ({"amount": "-5,00", "direction": "D"}, "-5.00"),
        ({"amount": "5,00", "direction": "Кредит"}, "5.00"),
    ],
)
def test_in_and_out_are_told_in_many_ways(texts: dict[str, str], amount: str) -> None:
    assert read(texts | {"booked_on": "03.11.2026"}).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("texts", "field", "code"),
    [
        ({"amount": "5,00"}, "booked_on", "missing"),
        ({"amount": "5,00", "booked_on": "31.02.2026"}, "booked_on", "date"),
        ({"amount": "5,00", "booked_on": "03.11.2026", "value_on": "утре"}, "value_on", "date"),
        ({"amount": "0,00", "booked_on": "03.11.2026"}, "amount", "zero"),
        ({"debit": "5,00", "credit": "5,00", "booked_on": "03.11.2026"}, "amount", "both_columns"),
        ({"amount": "5,00", "direction": "?", "booked_on": "03.11.2026"}, "amount", "direction"),
        ({"amount": "5,00 лв.", "booked_on": "03.11.2026"}, "currency", "other_currency"),
        ({"amount": "5,00", "currency": "XXX", "booked_on": "03.11.2026"}, "currency", "currency"),
    ],
)
def test_an_entry_says_what_is_wrong_with_it(texts: dict[str, str], field: str, code: str) -> None:
    with pytest.raises(EntryProblem) as problem:
        read(texts)
    assert (problem.value.field, problem.value.code) == (field, code)


@given(st.dictionaries(st.sampled_from(["booked_on", "amount", "text", "payer_iban", "debit"]), st.text()))
def test_whatever_a_file_says_is_read_or_refused(texts: dict[str, str]) -> None:
    try:
        entry = read(texts)
    except EntryProblem:
        return
    assert entry.amount != 0
    json.dumps([entry.text, entry.payer_iban])
    assert "\x00" not in entry.text


@given(CENTS, st.lists(AMOUNTS, max_size=20))
def test_a_balance_is_right_only_when_nothing_is_missing(opening: Decimal, amounts: list[Decimal]) -> None:
    closing = opening + sum(amounts, Decimal(0))

    assert balance_difference(opening, closing, amounts) == 0
    if amounts:
        assert balance_difference(opening, closing, amounts[1:]) == amounts[0]
    assert balance_difference(None, closing, amounts) is None


def test_no_end_to_end_id_is_told_by_several_words() -> None:
    base = {"amount": "5.00", "booked_on": "2026-11-03"}

    assert read(base | {"end_to_end_id": "NOTPROVIDED"}).end_to_end_id == ""
    assert read(base | {"bank_reference": "NONREF"}).bank_reference == ""
    assert read(base | {"end_to_end_id": "E-1"}).end_to_end_id == "E-1"


@pytest.mark.parametrize(
    ("headers", "mapping"),
    [
        ("Дата,Основание,Дебит EUR,Кредит EUR", ["booked_on", "text", "debit", "credit"]),
        ("Дата,Вальор,Сума,Дт/Кт", ["booked_on", "value_on", "amount", "direction"]),
        ("Вальор,Сума", ["booked_on", "amount"]),
        ("Date,Value date,Debit,Credit,Amount", ["booked_on", "value_on", "debit", "credit", ""]),
        ("Date,Date,Amount", ["booked_on", "", "amount"]),
    ],
)
def test_columns_are_known_by_their_headers(headers: str, mapping: list[str]) -> None:
    assert guess_mapping(headers.split(",")) == mapping
    assert is_enough(mapping)


def test_sums_and_balances_are_no_entries() -> None:
    assert all(is_summary(text) for text in ("Общо:", "Крайно салдо", "Total", "Обороти", "Opening balance"))
    assert not any(is_summary(text) for text in ("03.11.2026", "Обществена поръчка 12", ""))


class Part:
    def __init__(self, account: str = "", may_be: tuple[str, ...] = (), currency: str = "") -> None:
        self.account, self.may_be, self.currency = account, may_be, currency


class Ours:
    def __init__(self, iban: str, currency: str) -> None:
        self.iban, self.currency = iban, currency


EUR, USD = Ours("BG80BNBG96611020345678", "EUR"), Ours("BG80BNBG96611020345678", "USD")
OTHER = Ours("BG18RZBB91550123456789", "EUR")


@pytest.mark.parametrize(
    ("part", "chosen", "found"),
    [
        (Part("BG80 BNBG 9661 1020 3456 78", currency="EUR"), None, EUR),
        (Part("BG80BNBG96611020345678/USD", currency="USD"), None, USD),
        (Part("BG80BNBG96611020345678"), None, None),
        (Part("BG80BNBG96611020345678"), USD, USD),
        (Part("BG21STSA93000012345678"), EUR, None),
        (Part(may_be=("BG21STSA93000012345678", OTHER.iban)), None, OTHER),
        (Part(), OTHER, OTHER),
        (Part(currency="USD"), EUR, USD),
        (Part(), None, None),
    ],
)
def test_a_file_is_of_the_account_that_it_names(part: Part, chosen: Ours | None, found: Ours | None) -> None:
    assert account_of(part, [EUR, USD, OTHER], chosen) is found


def test_the_only_account_is_meant_by_a_file_that_names_none() -> None:
    assert account_of(Part(), [OTHER], None) is OTHER
    assert account_of(Part(currency="USD"), [OTHER], None) is None


def test_an_iban_is_found_whole_or_beside_other_words() -> None:
    assert ibans_in("bg80 bnbg 9661 1020 3456 78") == [EUR.iban]
    assert ibans_in("BNBGBGSD/BG80BNBG96611020345678") == [EUR.iban]
    assert ibans_in("BG81BNBG96611020345678") == []
