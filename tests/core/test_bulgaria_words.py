import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.bulgaria.words import amount_in_words, bulgarian_number, english_number


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "нула евро и нула цента"),
        ("1.00", "едно евро и нула цента"),
        ("2.00", "две евро и нула цента"),
        ("0.01", "нула евро и един цент"),
        ("11.11", "единадесет евро и единадесет цента"),
        ("21.21", "двадесет и едно евро и двадесет и един цент"),
        ("101", "сто и едно евро и нула цента"),
        ("1000", "хиляда евро и нула цента"),
        ("1001", "хиляда и едно евро и нула цента"),
        ("1021", "хиляда двадесет и едно евро и нула цента"),
        ("1100", "хиляда и сто евро и нула цента"),
        ("1120", "хиляда сто и двадесет евро и нула цента"),
        ("2000", "две хиляди евро и нула цента"),
        ("8500", "осем хиляди и петстотин евро и нула цента"),
        ("21000", "двадесет и една хиляди евро и нула цента"),
        ("1000000", "един милион евро и нула цента"),
        ("1001000", "един милион и хиляда евро и нула цента"),
        ("2120000", "два милиона сто и двадесет хиляди евро и нула цента"),
        ("1234.56", "хиляда двеста тридесет и четири евро и петдесет и шест цента"),
        (
            "999999999.99",
            "деветстотин деветдесет и девет милиона деветстотин деветдесет и девет хиляди деветстотин"
            " деветдесет и девет евро и деветдесет и девет цента",
        ),
        ("-2.02", "минус две евро и два цента"),
    ],
)
def test_bulgarian_words(amount, words):
    assert amount_in_words(Decimal(amount), "EUR", "bg") == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.00", "zero euros and zero cents"),
        ("0.01", "zero euros and one cent"),
        ("1", "one euro and zero cents"),
        ("101.10", "one hundred one euros and ten cents"),
        ("1234.56", "one thousand two hundred thirty-four euros and fifty-six cents"),
        ("1000000", "one million euros and zero cents"),
        (
            "999999999.99",
            "nine hundred ninety-nine million nine hundred ninety-nine thousand nine hundred ninety-nine"
            " euros and ninety-nine cents",
        ),
        ("-1.99", "minus one euro and ninety-nine cents"),
    ],
)
def test_english_words(amount, words):
    assert amount_in_words(Decimal(amount), "EUR", "en") == words


def test_other_currencies():
    assert amount_in_words(Decimal("2.02"), "BGN", "bg") == "два лева и две стотинки"
    assert amount_in_words(Decimal("1.01"), "BGN", "bg") == "един лев и една стотинка"
    assert amount_in_words(Decimal("34.05"), "USD", "bg") == "тридесет и четири USD и 05/100"
    assert amount_in_words(Decimal("34.05"), "USD", "en") == "thirty-four USD and 05/100"


@pytest.mark.parametrize("amount", ["1000000000000", "0.001", "NaN", "Infinity"])
def test_what_cannot_be_spelled_out_is_refused(amount):
    with pytest.raises(ValueError):
        amount_in_words(Decimal(amount), "EUR", "bg")


_BG_VALUES = {bulgarian_number(n): n for n in range(1, 1000)}
_BG_FEMININE = {bulgarian_number(n, "feminine"): n for n in range(1, 1000)}
_EN_VALUES = {english_number(n): n for n in range(1, 1000)}


def read_bulgarian(words: str) -> int:
    """Read a spelled-out number back, group by group."""
    total = 0
    for size, noun, values in (
        (10**9, "милиарда?", _BG_VALUES),
        (10**6, "милиона?", _BG_VALUES),
        (1000, "хиляд[аи]", _BG_FEMININE),
    ):
        if found := re.search(noun, words):
            count = words[: found.start()].strip().removeprefix("и").strip()
            total += size * (values[count] if count else 1)
            words = words[found.end() :]
    rest = words.strip().removeprefix("и ")
    return total + (_BG_VALUES[rest] if rest else 0)


def read_english(words: str) -> int:
    total = 0
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        before, found, after = words.partition(name)
        if found:
            total += size * _EN_VALUES[before.strip()]
            words = after
    return total + (_EN_VALUES[words.strip()] if words.strip() else 0)


@given(st.integers(min_value=1, max_value=10**12 - 1))
def test_every_number_reads_back(number):
    assert read_bulgarian(bulgarian_number(number)) == number
    assert read_english(english_number(number)) == number


@given(st.decimals(min_value=0, max_value=Decimal("999999999.99"), places=2))
def test_every_amount_reads_back_in_both_languages(amount):
    whole, cents = divmod(int(amount * 100), 100)
    bulgarian, coins = re.fullmatch(r"(.+) евро и (.+) цента?", amount_in_words(amount, "EUR", "bg")).groups()
    neuter = re.sub(r"\bедно$", "един", re.sub(r"\bдве$", "два", bulgarian))
    assert (0 if neuter == "нула" else read_bulgarian(neuter)) == whole
    assert (0 if coins == "нула" else _BG_VALUES[coins]) == cents
    english, coins = re.fullmatch(
        r"(.+) euros? and (.+) cents?", amount_in_words(amount, "EUR", "en")
    ).groups()
    assert (0 if english == "zero" else read_english(english)) == whole
    assert (0 if coins == "zero" else _EN_VALUES[coins]) == cents


def test_a_thousand_numbers_have_a_thousand_names():
    assert len(_BG_VALUES) == len(_EN_VALUES) == 999
