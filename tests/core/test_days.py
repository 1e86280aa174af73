"""Days and times as people write them. 18 November 2026 is a Wednesday."""

from datetime import date, time

import pytest

from shared_apps.core.days import read_day, read_time

WEDNESDAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("днес", date(2026, 11, 18)),
        ("Утре", date(2026, 11, 19)),
        ("tomorrow", date(2026, 11, 19)),
        ("вдругиден", date(2026, 11, 20)),
        ("yesterday", date(2026, 11, 17)),
        ("петък", date(2026, 11, 20)),
        ("Friday", date(2026, 11, 20)),
        ("сряда", date(2026, 11, 25)),
        ("пн", date(2026, 11, 23)),
        ("следващия петък", date(2026, 11, 27)),
        ("next monday", date(2026, 11, 23)),
        ("следващата седмица", date(2026, 11, 23)),
        ("in a week", date(2026, 11, 25)),
        ("+3", date(2026, 11, 21)),
        ("-1 ден", date(2026, 11, 17)),
        ("05.03.2027", date(2027, 3, 5)),
        ("5.3", date(2026, 3, 5)),
        ("5/3/27", date(2027, 3, 5)),
        ("5.3.2027 г.", date(2027, 3, 5)),
        ("2027-03-05", date(2027, 3, 5)),
    ],
)
def test_a_day_is_read_as_it_is_written(text: str, wanted: date) -> None:
    assert read_day(text, WEDNESDAY) == wanted


@pytest.mark.parametrize("text", ["", "31.02.2026", "some day", "2026-13-01", "next some", "99.1"])
def test_what_names_no_day_is_none(text: str) -> None:
    assert read_day(text, WEDNESDAY) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("14:30", time(14, 30)), ("9", time(9)), ("9.15", time(9, 15)), ("9 ч.", time(9)), ("25:00", None)],
)
def test_a_time_is_read_as_it_is_written(text: str, wanted: time | None) -> None:
    assert read_time(text) == wanted
