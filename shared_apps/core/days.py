"""Days and times as people write them, in both languages: `5.3`, `утре`, `friday`, `+7`; `14:30`, `9`.

`static/js/dates.js` reads the same words while one types; here they are read for good.
"""

import re
from datetime import date, time, timedelta

_FROM_TODAY = {
    "днес": 0, "today": 0, "утре": 1, "tomorrow": 1, "вдругиден": 2, "вчера": -1, "yesterday": -1,
    "след седмица": 7, "in a week": 7,
}  # fmt: skip
_WEEKDAYS = (
    ("понеделник", "пон", "пн", "monday", "mon"),
    ("вторник", "вто", "вт", "tuesday", "tue"),
    ("сряда", "сря", "ср", "wednesday", "wed"),
    ("четвъртък", "чет", "чт", "thursday", "thu"),
    ("петък", "пет", "пт", "friday", "fri"),
    ("събота", "съб", "сб", "saturday", "sat"),
    ("неделя", "нед", "нд", "sunday", "sun"),
)
_WEEKDAY_OF = {word: number for number, words in enumerate(_WEEKDAYS) for word in words}
_NEXT = re.compile(r"(?:следващ(?:ия|ата|ото|а|и|о)?|другия?|next)\s+(.+)")
_SHIFT = re.compile(r"([+-]\d{1,3})\s*(?:д|дни|ден|d|days?)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})[./\s-](\d{1,2})(?:[./\s-](\d{2}|\d{4}))?\.?(?:\s*г\.?)?")
_TIME = re.compile(r"(\d{1,2})(?:[:.,](\d{2}))?\s*(?:ч\.?|h|часа?)?")


def read_day(text: str, today: date) -> date | None:
    """The day that `text` names, seen from `today`; None for what names none. A weekday is the next one to
    come, never today; `next friday` is the one of the week after.
    """
    words = " ".join(text.casefold().split())
    if words in _FROM_TODAY:
        return today + timedelta(days=_FROM_TODAY[words])
    if later := _NEXT.fullmatch(words):
        return _weekday_of_next_week(later[1], today)
    if words in _WEEKDAY_OF:
        return _weekday_after(words, today)
    if shift := _SHIFT.fullmatch(words):
        return today + timedelta(days=int(shift[1]))
    return _written_day(words, today)


def read_time(text: str) -> time | None:
    """The time of day that `text` names: `14:30`, `14.30`, `9`, `9 ч.`; None for what names none."""
    found = _TIME.fullmatch(" ".join(text.casefold().split()))
    if not found:
        return None
    try:
        return time(int(found[1]), int(found[2] or 0))
    except ValueError:
        return None


def _weekday_after(word: str, today: date) -> date:
    ahead = (_WEEKDAY_OF[word] - today.weekday()) % 7
    return today + timedelta(days=ahead or 7)


def _weekday_of_next_week(word: str, today: date) -> date | None:
    if word in {"седмица", "week"}:
        return today + timedelta(days=7 - today.weekday())
    if word not in _WEEKDAY_OF:
        return None
    return today + timedelta(days=7 - today.weekday() + _WEEKDAY_OF[word])


def _written_day(words: str, today: date) -> date | None:
    iso, dotted = _ISO.fullmatch(words), _DOTTED.fullmatch(words)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if dotted:
            year = int(dotted[3] or today.year)
            return date(year + 2000 if year < 100 else year, int(dotted[2]), int(dotted[1]))
    except ValueError:
        return None
    return None
