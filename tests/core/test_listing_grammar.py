"""A filter is text and a tree, and each gives the other; any text is read, and never fails."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.actors import system_actor
from shared_apps.core.listing import (
    Condition,
    Filter,
    Kind,
    Reading,
    parse_filter,
    read_address,
    write_filter,
)
from shared_apps.core.listing.conditions import MOST_CONDITIONS, normal
from shared_apps.core.listing.kinds import OPERATORS, Unreadable, day_of, number_of, period_of, read_test

WORDS = st.from_regex(r"[a-z][a-z0-9_]{0,8}(\.[a-z][a-z0-9_]{0,5})?", fullmatch=True)
VALUES = st.lists(st.text(max_size=20), max_size=4).map(tuple)
CONDITIONS = st.builds(Condition, WORDS, st.from_regex(r"[a-z_]{1,9}", fullmatch=True), VALUES)
GROUPS = st.builds(Filter, st.lists(CONDITIONS, max_size=4).map(tuple), st.booleans())
FILTERS = st.builds(Filter, st.lists(CONDITIONS | GROUPS, max_size=5).map(tuple), st.booleans())
READING = Reading(system_actor(), datetime(2026, 11, 22, 12, tzinfo=UTC))


@given(FILTERS)
def test_what_is_written_is_read(tree: Filter) -> None:
    assert parse_filter(write_filter(tree)) == (normal(tree), [])


@given(st.text(alphabet=st.sampled_from('ab:,()|" anyll') | st.characters()))
def test_any_text_is_read(text: str) -> None:
    tree, _problems = parse_filter(text)

    assert parse_filter(write_filter(tree)) == (tree, [])


@given(
    st.dictionaries(st.sampled_from(["filter", "view", "columns", "ordering", "group", "search"]), st.text())
)
def test_any_address_is_read_and_has_one_spelling(address: dict[str, str]) -> None:
    arrangement, _problems = read_address(address)

    assert read_address(dict(arrangement.words()))[0] == arrangement


@given(FILTERS, CONDITIONS)
def test_a_narrowed_filter_can_be_written(tree: Filter, condition: Condition) -> None:
    narrowed = normal(tree).joined_by(condition)

    assert parse_filter(write_filter(narrowed))[0] == normal(narrowed)


@given(
    st.sampled_from(list(OPERATORS)),
    st.sampled_from(["is", "between", "last", "any", "this", "empty"]),
    VALUES,
)
def test_values_are_read_or_refused(kind: Kind, operator: str, values: tuple[str, ...]) -> None:
    try:
        assert read_test(kind, operator, values, READING).kind is kind
    except Unreadable as error:
        assert error.args[0]


@pytest.mark.parametrize(
    "text", ["a:is:", "any(", "a", 'a:is:"x', "A:is:1", "any(a:is:1,all(b:is:1,c:is:2))"]
)
def test_a_broken_part_is_told_and_the_rest_stays(text: str) -> None:
    tree, problems = parse_filter(f"city:is:Русе,{text}")

    assert Condition("city", "is", ("Русе",)) in tuple(tree.conditions())
    assert problems


def test_a_filter_has_an_end() -> None:
    tree, problems = parse_filter(",".join(["a:is:1"] * 100))

    assert len(tree.parts) == MOST_CONDITIONS
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [("1 234,56", "1234.56"), ("1,234.56", "1234.56"), ("1.234,56", "1234.56"), ("-7", "-7")],
)
def test_numbers_as_people_write_them(text: str, number: str) -> None:
    assert str(number_of(text)) == number


@pytest.mark.parametrize("text", ["NaN", "inf", "1e999", "", "seven"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        number_of(text)


def test_days_as_people_write_them() -> None:
    assert day_of("22.11.2026") == day_of("2026-11-22") == date(2026, 11, 22)


@given(
    st.dates(date(1900, 1, 1), date(2200, 12, 31)),
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
)
def test_a_period_holds_its_day_and_touches_the_one_before(day: date, name: str) -> None:
    start, end = period_of(name, day)

    assert start <= day < end
    assert period_of(name, day, 1)[1] == start
    assert period_of(name, end - timedelta(days=1)) == (start, end)
