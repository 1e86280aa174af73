import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.bulgaria.eik import is_valid_eik, normalize_eik
from shared_apps.core.bulgaria.iban import format_iban, is_valid_iban, normalize_iban
from shared_apps.core.bulgaria.vat import is_valid_vat_number, normalize_vat_number


@pytest.mark.parametrize(
    "number", ["175074752", "831646048", "121644736", "175 074 752", "7523169263", "1111111110"]
)
def test_valid_eik(number):
    assert is_valid_eik(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "175074753",
        "17507475",
        "1750747521",
        "000000000",
        "BG175074752",
        "17507475a",
        "٩٧٥٠٧٤٧٥٢",
        "175074752000",
    ],
)
def test_invalid_eik(number):
    assert not is_valid_eik(number)


def test_a_firm_has_one_right_check_digit():
    assert [digit for digit in "0123456789" if is_valid_eik("17507475" + digit)] == ["2"]


def test_a_branch_continues_the_number_of_its_firm():
    branches = [f"175074752{branch:04}" for branch in range(10000)]
    valid = [number for number in branches if is_valid_eik(number)]
    assert len(valid) == 1000
    assert "1750747520019" in valid
    assert not is_valid_eik("1750747530019")


def test_second_weights_when_the_first_give_ten():
    assert is_valid_eik("000000047")
    assert is_valid_eik("1750747520207")


@given(st.from_regex(r"[0-9]{8}", fullmatch=True).filter(lambda digits: digits.strip("0")))
def test_every_eight_digits_have_exactly_one_check_digit(digits):
    assert sum(is_valid_eik(digits + check) for check in "0123456789") == 1


def test_eik_is_kept_without_spaces():
    assert normalize_eik(" 175 074 752\n") == "175074752"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("bg 175074752", "BG175074752"),
        ("BG-175.074.752", "BG175074752"),
        (" de 136 695 976 ", "DE136695976"),
        ("BG 175074752 - ex", "BG175074752-EX"),
        ("175074752", "175074752"),
        ("", ""),
    ],
)
def test_vat_number_is_kept_as_registers_write_it(typed, kept):
    assert normalize_vat_number(typed) == kept


@pytest.mark.parametrize(
    "number", ["BG175074752", "bg 175074752", "DE136695976", "EL094014201", "BG175074752-EX", "BG7523169263"]
)
def test_valid_vat_number(number):
    assert is_valid_vat_number(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "BG",
        "175074752",
        "BG175074753",
        "BG000000000",
        "ВG175074752",
        "GB980780684",
        "US123456789",
        "EU372000041",
    ],
)
def test_invalid_vat_number(number):
    assert not is_valid_vat_number(number)


@pytest.mark.parametrize(
    "number", ["BG80BNBG96611020345678", "BG10STSA93000027446545", "bg80 bnbg 9661 1020 3456 78"]
)
def test_valid_iban(number):
    assert is_valid_iban(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "BG81BNBG96611020345678",
        "BG80BNBG9661102034567",
        "ВG80BNBG96611020345678",
        "XX80BNBG96611020345678",
        "BG80",
    ],
)
def test_invalid_iban(number):
    assert not is_valid_iban(number)


@given(st.text(max_size=40))
def test_no_text_breaks_a_check(text):
    assert not (is_valid_eik(text) and is_valid_iban(text))
    is_valid_vat_number(text)


def test_iban_for_machines_and_for_eyes():
    assert normalize_iban(" bg80 bnbg 9661 1020 3456 78") == "BG80BNBG96611020345678"
    assert format_iban("BG80BNBG96611020345678") == "BG80 BNBG 9661 1020 3456 78"
