"""The numbers that a reference names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.reconciliation.rules import Tokens, invoice_number_tokens, read_numbers
from tenant_apps.reconciliation.rules.reading import WAYS


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


N = "0000000123"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("0000000123", {N: "invoice_number"}),
        ("ф-ра 0000000123 / 15.03.2026", {N: "invoice_number"}),
        ("фактура0000000123", {N: "invoice_number"}),
        ("INV0000000123", {N: "invoice_number"}),
        ("ф0000000123 наем", {N: "invoice_number"}),
        ("00000 00123", {N: "number_with_spaces"}),
        ("0000 000 123", {N: "number_with_spaces"}),
        ("0 0 0 0 0 0 0 1 2 3", {N: "number_with_spaces"}),
        ("фактура 00000\n00123", {N: "number_with_spaces"}),
        ("000-000-0123", {N: "number_with_spaces"}),
        ("ООООООО123", {N: "number_with_look_alikes"}),
        ("OOOOOOO123", {N: "number_with_look_alikes"}),
        ("0О00000I2З", {N: "number_with_look_alikes"}),
        ("ф-ра 123", {N: "number_without_zeros"}),
        ("ф.123", {N: "number_without_zeros"}),
        ("F-RA 123/15.03.26", {N: "number_without_zeros"}),
        ("FAKTURA N 123", {N: "number_without_zeros"}),
        ("f.N123", {N: "number_without_zeros"}),
        ("договор N123", {N: "number_alone"}),
        ("ПО ФАКТУРА0000000123ОТ15.03.2026", {N: "invoice_number"}),
        ("ф-ра ООООО 00123", {N: "number_with_look_alikes"}),
        ("№ 123", {N: "number_without_zeros"}),
        ("ф-ра 000123", {N: "number_without_zeros"}),
        ("123", {N: "number_alone"}),
        ("договор № 123", {N: "number_alone"}),
        ("договор 0000000123", {N: "number_alone"}),
        ("order no. 123", {N: "number_alone"}),
        ("000123", {}),
        ("10000000123", {}),
        ("0000000123а", {}),
        ("а0000000123", {}),
        ("x0000000123", {}),
        ("ООООООООООО", {}),
        ("благодаря", {}),
        ("тел. 000 0123", {}),
        ("BG80 BNBG 9661 1020 3456 78", {}),
        ("15.03.2026", {}),
        ("1 234 567 890 лв.", {}),
    ],
)
def test_how_a_number_is_written(text, named):
    assert read_numbers(text) == named


@pytest.mark.parametrize(
    ("text", "worded"),
    [
        ("фактури 123, 124 и 125", {"123", "124", "125"}),
        ("invoices 123 and 124", {"123", "124"}),
        ("ф-ри 123;124", {"123", "124"}),
        ("ф-ра 123 договор 124", {"123"}),
        ("наем 124, ф-ра 123", {"123"}),
    ],
)
def test_a_word_is_said_for_the_whole_list(text, worded):
    found = {number for number, way in read_numbers(text).items() if way == "number_without_zeros"}
    assert found == {number.zfill(10) for number in worded}


def test_a_phone_and_a_number_are_told_apart():
    found = read_numbers("тел. 0888 123 456, ф-ра 12")
    assert found["0000000012"] == "number_without_zeros"
    assert "0000000123" not in found and "0000123456" not in found


@given(numbers, st.data())
def test_a_number_is_read_however_it_is_spoiled(number, data):
    text = f"{number:010}"
    way = data.draw(st.sampled_from(WAYS[:4]))
    if way == "number_with_spaces":
        cuts = sorted(data.draw(st.sets(st.integers(1, 9), min_size=1, max_size=3)))
        pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, 10], strict=True)]
        written = " ".join(pieces)
        way = "number_with_spaces" if text[0] == "0" else None
    elif way == "number_with_look_alikes":
        written = text.replace("0", data.draw(st.sampled_from("OОoо")))
        digits = sum(c.isdecimal() for c in written)
        way = "invoice_number" if written == text else way if digits >= 3 else None
    elif way == "number_without_zeros":
        written = str(number)
        way = "invoice_number" if len(written) == 10 else way
    else:
        written = text
    if way:
        assert read_numbers(f"ф-ра {written}, благодаря").get(text) == way


@given(st.text(max_size=80))
def test_whatever_is_written_numbers_have_ten_digits(text):
    for number, way in read_numbers(text).items():
        assert len(number) == 10 and number.isascii() and number.isdecimal() and int(number)
        assert way in WAYS


@given(st.text(alphabet="0123456789 -ОOфра№.,/\n", max_size=40))
def test_a_plain_reference_is_read_as_any_other(text):
    assert read_numbers(text) == read_numbers(text + "\u200b")


def test_a_hostile_reference_is_read_quickly():
    for text in ("1 " * 250, "0 " * 250, "ф-ра " * 100, "О1" * 250, "№" * 500, "- " * 250):
        read_numbers(text)
