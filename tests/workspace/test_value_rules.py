"""Reading and telling of values, as properties: what was told is read as the same."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.formats import format_money, format_number
from shared_apps.core.money import Money
from tenant_apps.workspace.rules import (
    NotReadable,
    Words,
    as_columns,
    as_json,
    code_from,
    from_columns,
    read_value,
)

PERSON = UUID("01a2055a-6b62-765d-bd7f-4eec08cca83e")
WORDS = Words(
    date(2026, 11, 22),
    options={"red": "red", "blue": "blue", "cherven": "red", "sin": "blue"},
    people={str(PERSON): PERSON, "ana": PERSON},
)
NUMBERS = st.decimals(-(10**14), 10**14, places=4, allow_nan=False, allow_infinity=False)
AMOUNTS = st.decimals(-(10**12), 10**12, places=2, allow_nan=False, allow_infinity=False)
VALUES = st.one_of(
    st.tuples(
        st.just("text"), st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=500)
    ),
    st.tuples(st.just("number"), NUMBERS),
    st.tuples(st.just("money"), st.builds(Money, AMOUNTS, st.sampled_from(["EUR", "USD", "BGN"]))),
    st.tuples(st.just("date"), st.dates(date(1900, 1, 1), date(2200, 12, 31))),
    st.tuples(st.just("choice"), st.sampled_from(["red", "blue"])),
    st.tuples(st.just("choices"), st.sampled_from([("red",), ("red", "blue")])),
    st.tuples(st.just("yes_no"), st.booleans()),
    st.tuples(st.just("person"), st.just(PERSON)),
    st.tuples(st.just("link"), st.just("https://example.com/a?b=1")),
)


@given(VALUES)
def test_what_the_api_tells_is_read_as_the_same(kept: tuple[str, Any]) -> None:
    kind, value = kept
    assert read_value(kind, as_json(value), WORDS) == value
    assert read_value(kind, value, WORDS) == value


@given(VALUES)
def test_what_the_columns_keep_comes_back(kept: tuple[str, Any]) -> None:
    kind, value = kept
    names = ("text", "folded", "number", "currency", "day", "flag", "user_id")
    rows = [dict.fromkeys(names) | row for row in as_columns(kind, value)]
    assert from_columns(kind, rows) == value


@given(NUMBERS, st.sampled_from(["bg", "en"]))
def test_a_number_is_read_as_people_see_it(number: Decimal, language: str) -> None:
    assert read_value("number", format_number(number, 4, language), WORDS) == number


@given(AMOUNTS, st.sampled_from(["EUR", "USD", "GBP"]), st.sampled_from(["bg", "en"]))
def test_money_is_read_as_people_see_it(amount: Decimal, currency: str, language: str) -> None:
    written = format_money(abs(amount), currency, language)
    if "щ" not in written and "US$" not in written:
        assert read_value("money", written, WORDS) == Money(abs(amount), currency)


@given(
    st.sampled_from(["text", "number", "money", "date", "choice", "choices", "yes_no", "link", "person"]),
    st.text(),
)
def test_no_text_breaks_the_reader(kind: str, text: str) -> None:
    try:
        value = read_value(kind, text, WORDS)
    except NotReadable:
        return
    assert value is None or read_value(kind, as_json(value), WORDS) == value


@given(st.text(max_size=80), st.lists(st.text(), max_size=3))
def test_a_code_is_short_plain_and_new(label: str, taken: list[str]) -> None:
    code = code_from(label, taken)
    again = code_from(label, [*taken, code])
    assert code not in taken
    assert again not in [*taken, code]
    for one in (code, again):
        assert 0 < len(one) <= 40
        assert one.isascii()
        assert one[0].isalpha()
        assert one.replace("_", "a").isalnum()


@pytest.mark.parametrize("nothing", [None, "", "  ", [], ()])
def test_nothing_is_no_value(nothing: Any) -> None:
    assert read_value("number", nothing, WORDS) is None
