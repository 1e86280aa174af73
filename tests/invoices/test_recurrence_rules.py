"""When an invoice recurs: months that are short, years that leap, clocks that change."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.invoices import rules
from tenant_apps.invoices.recurring_texts import period_words, with_period
from tenant_apps.invoices.rules import Rhythm


def first(rhythm, count, since=None):
    return [day.isoformat() for day in islice(rhythm.days_from(since or rhythm.starts_on), count)]


@pytest.mark.parametrize(
    ("rhythm", "days"),
    [
        (
            Rhythm("month", 1, date(2027, 1, 31), 31),
            ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"],
        ),
        (Rhythm("month", 1, date(2028, 1, 30), 30), ["2028-01-30", "2028-02-29", "2028-03-30"]),
        (Rhythm("month", 2, date(2026, 12, 15), 15), ["2026-12-15", "2027-02-15", "2027-04-15"]),
        (Rhythm("month", 1, date(2026, 12, 10), 5), ["2027-01-05", "2027-02-05"]),
        (Rhythm("month", 3, date(2026, 12, 10), 5), ["2027-01-05", "2027-04-05"]),
        (Rhythm("quarter", 1, date(2026, 11, 30), 31), ["2026-11-30", "2027-02-28", "2027-05-31"]),
        (Rhythm("year", 1, date(2028, 2, 29), 29), ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28"]),
        (Rhythm("year", 4, date(2028, 2, 29), 29), ["2028-02-29", "2032-02-29"]),
        (Rhythm("week", 2, date(2026, 12, 25)), ["2026-12-25", "2027-01-08", "2027-01-22"]),
    ],
)
def test_the_days_of_a_rhythm(rhythm, days):
    assert first(rhythm, len(days)) == days


rhythms = st.builds(
    lambda unit, every, starts_on, day: Rhythm(unit, every, starts_on, None if unit == "week" else day),
    st.sampled_from(rules.UNITS),
    st.integers(1, 14),
    st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    st.integers(1, 31),
)


@given(rhythms, st.integers(0, 6_000))
def test_the_next_day_is_found_without_counting_up_to_it(rhythm, ahead):
    day = rhythm.starts_on + timedelta(days=ahead)
    walked = rhythm.first
    while walked < day:
        walked = rhythm.after(walked)
    assert rhythm.on_or_after(day) == walked
    assert rhythm.on_or_after(walked) == walked and rhythm.after(walked) > walked


@given(rhythms)
def test_no_month_is_left_out_and_none_comes_twice(rhythm):
    days = list(islice(rhythm.days_from(rhythm.starts_on), 30))
    assert days[0] >= rhythm.starts_on and days == sorted(set(days))
    if rhythm.unit == "week":
        assert {(b - a).days for a, b in pairwise(days)} == {7 * rhythm.every}
        return
    months = [day.year * 12 + day.month for day in days]
    step = rules.MONTHS_IN[rhythm.unit] * rhythm.every
    assert {b - a for a, b in pairwise(months)} == {step}
    assert all(day.day == rhythm.on_day or (day + timedelta(days=1)).day == 1 for day in days)


@given(rhythms, st.integers(-1, 1))
def test_periods_follow_each_other_without_a_gap(rhythm, shift):
    days = list(islice(rhythm.days_from(rhythm.starts_on), 10))
    periods = [rhythm.period_of(day, shift) for day in days]
    for (_first, last), (following, _last) in pairwise(periods):
        assert following == last + timedelta(days=1)
    if shift == 0 and rhythm.unit != "week":
        assert all(a <= day <= b for day, (a, b) in zip(days, periods, strict=True))


@pytest.mark.parametrize("zone", ["Europe/Sofia", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu"])
def test_it_is_six_in_the_morning_on_every_day_of_the_year(zone):
    for number in range(366):
        day = date(2026, 1, 1) + timedelta(days=number)
        local = rules.made_at(day, zone).astimezone(ZoneInfo(zone))
        assert (local.date(), local.hour, local.minute) == (day, 6, 0)


def test_clocks_that_change_move_the_instant_and_not_the_day():
    assert rules.made_at(date(2026, 3, 28), "Europe/Sofia") == datetime(2026, 3, 28, 4, tzinfo=UTC)
    assert rules.made_at(date(2026, 3, 29), "Europe/Sofia") == datetime(2026, 3, 29, 3, tzinfo=UTC)
    assert rules.made_at(date(2026, 10, 25), "Europe/Sofia") == datetime(2026, 10, 25, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("price", "percent", "raised"),
    [("100", "5", "105.00"), ("9.99", "3.5", "10.34"), ("0.1234", "10", "0.1357"), ("80", "-25", "60.00")],
)
def test_a_price_is_raised_as_finely_as_it_was_written(price, percent, raised):
    assert str(rules.raised(Decimal(price), Decimal(percent))) == raised


@pytest.mark.parametrize(
    ("unit", "every", "year"),
    [("week", 1, "5200.00"), ("month", 1, "1200.00"), ("month", 7, "171.43"), ("quarter", 2, "200.00")],
)
def test_what_it_comes_to_in_a_year(unit, every, year):
    assert str(rules.value_of_year(Decimal(100), unit, every)) == year


DECEMBER = (date(2026, 12, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("Наем за {month} {year}", "bg", "Наем за декември 2026"),
        ("Rent, {period}", "en", "Rent, December 2026"),
        ("{month}", "bg-en", "декември / December"),
        ("{year}", "bg-en", "2026"),
        ("Без период {друго}", "bg", "Без период {друго}"),
    ],
)
def test_words_for_a_period_are_those_of_the_document(text, language, said):
    assert with_period(text, DECEMBER, language) == said


@pytest.mark.parametrize(
    ("period", "bg", "en"),
    [
        (DECEMBER, "декември 2026", "December 2026"),
        ((date(2027, 1, 1), date(2027, 3, 31)), "първо тримесечие 2027", "Q1 2027"),
        ((date(2027, 1, 1), date(2027, 12, 31)), "2027", "2027"),
        (
            (date(2026, 11, 1), date(2027, 1, 31)),
            "ноември 2026 – януари 2027",
            "November 2026 – January 2027",
        ),
        ((date(2026, 12, 25), date(2027, 1, 7)), "25.12.2026 – 07.01.2027", "25 Dec 2026 – 7 Jan 2027"),
    ],
)
def test_a_period_is_called_what_people_call_it(period, bg, en):
    assert (period_words(period, "bg"), period_words(period, "en")) == (bg, en)
