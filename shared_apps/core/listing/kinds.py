"""What can be asked of each kind of value, how the words of an address become values, and those a Q."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Text


class Kind(StrEnum):
    """What a value is. `title` and `status` are kinds of columns; the others can be asked too."""

    TITLE = "title"
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    INSTANT = "instant"
    CHOICE = "choice"
    PERSON = "person"
    YES_NO = "yes_no"
    TAGS = "tags"
    LINK = "link"
    RECORD = "record"
    STATUS = "status"


class Takes(StrEnum):
    """What an operator wants beside it."""

    NOTHING = "nothing"
    ONE = "one"
    TWO = "two"
    SOME = "some"
    DAYS = "days"
    PERIOD = "period"
    TRUTH = "truth"


@dataclass(frozen=True)
class Operator:
    label: Text
    takes: Takes = Takes.ONE


class Unreadable(ValueError):
    """A condition that says nothing; the message is for the reader."""


EMPTY = {
    "empty": Operator(_("is empty"), Takes.NOTHING),
    "filled": Operator(_("is not empty"), Takes.NOTHING),
}
_TEXT = {
    "contains": Operator(_("contains")),
    "lacks": Operator(_("does not contain")),
    "is": Operator(pgettext_lazy("operator", "is")),
    "not": Operator(_("is not")),
    "starts": Operator(_("starts with")),
    **EMPTY,
}
_NUMBER = {
    "is": Operator(_("equals")),
    "not": Operator(_("does not equal")),
    "above": Operator(_("is more than")),
    "below": Operator(_("is less than")),
    "from": Operator(_("is at least")),
    "to": Operator(_("is at most")),
    "between": Operator(_("is between"), Takes.TWO),
    **EMPTY,
}
_DATE = {
    "is": Operator(_("is on")),
    "before": Operator(_("is before")),
    "after": Operator(_("is after")),
    "between": Operator(_("is between"), Takes.TWO),
    "last": Operator(_("in the last days"), Takes.DAYS),
    "next": Operator(_("in the next days"), Takes.DAYS),
    "this": Operator(_("in this"), Takes.PERIOD),
    "previous": Operator(_("in the previous"), Takes.PERIOD),
    **EMPTY,
}
_CHOICE = {
    "is": Operator(_("is any of"), Takes.SOME),
    "not": Operator(_("is none of"), Takes.SOME),
    **EMPTY,
}
_TAGS = {
    "any": Operator(_("has any of"), Takes.SOME),
    "all": Operator(_("has all of"), Takes.SOME),
    "none": Operator(_("has none of"), Takes.SOME),
    "empty": Operator(_("has none"), Takes.NOTHING),
    "filled": Operator(_("has some"), Takes.NOTHING),
}
OPERATORS: Mapping[Kind, Mapping[str, Operator]] = {
    Kind.TEXT: _TEXT,
    Kind.LINK: _TEXT,
    Kind.NUMBER: _NUMBER,
    Kind.MONEY: _NUMBER,
    Kind.DATE: _DATE,
    Kind.INSTANT: _DATE,
    Kind.CHOICE: _CHOICE,
    Kind.PERSON: _CHOICE,
    Kind.RECORD: _CHOICE,
    Kind.YES_NO: {"is": Operator(pgettext_lazy("operator", "is"), Takes.TRUTH)},
    Kind.TAGS: _TAGS,
}
PERIODS: Mapping[str, Text] = {
    "day": pgettext_lazy("period", "day"),
    "week": pgettext_lazy("period", "week"),
    "month": pgettext_lazy("period", "month"),
    "quarter": pgettext_lazy("period", "quarter"),
    "year": pgettext_lazy("period", "year"),
}
TRUTHS: Mapping[str, Text] = {"yes": _("Yes"), "no": _("No")}
ME, LONGEST_VALUE, MOST_DAYS = "me", 200, 3_660
FIRST_YEAR, LAST_YEAR = 1900, 2200
_WRITTEN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_BIGGEST = Decimal(10) ** 15


@dataclass(frozen=True)
class Reading:
    """Who reads, and when. `memory` lives as long as one request: what was asked once is not asked again."""

    actor: Actor
    now: datetime
    zone: str = "Europe/Sofia"
    memory: dict[Any, Any] = field(default_factory=dict, compare=False, hash=False)

    @property
    def today(self) -> date:
        """The day in the organization's zone."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def begins(self, day: date) -> datetime:
        """The instant at which a day begins there."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))


@dataclass(frozen=True)
class Test:
    """A condition with its values read: texts, decimals, dates, ids, or truth."""

    kind: Kind
    operator: str
    values: tuple[Any, ...]
    reading: Reading

    def on(self, path: str, kind: Kind | None = None) -> Q:
        """The condition asked of a column."""
        return lookup(self if kind is None else Test(kind, self.operator, self.values, self.reading), path)

    def truth(self, condition: Q | Exists) -> Q:
        """For yes or no: rows of which `condition` holds, or does not."""
        wanted = Q(condition)
        return wanted if self.values[0] else ~wanted


def read_test(
    kind: Kind,
    operator: str,
    values: Sequence[str],
    reading: Reading,
    known: frozenset[str] | None = None,
) -> Test:
    """Read the values of a condition. `known`: the choices there are, None for any. Raises `Unreadable`."""
    found = OPERATORS[kind].get(operator)
    if found is None:
        raise Unreadable(_("This cannot be asked of this field."))
    if any(len(value) > LONGEST_VALUE for value in values):
        raise Unreadable(_("A value is too long."))
    return Test(kind, operator, _values(kind, found.takes, values, reading, known), reading)


def lookup(test: Test, path: str) -> Q:
    """The Q of a test of a column (or a way through to-one keys)."""
    if test.operator in EMPTY:
        return _emptiness(test, path)
    ask = {Kind.TEXT: _text, Kind.LINK: _text, Kind.NUMBER: _number, Kind.MONEY: _number}
    ask |= {Kind.DATE: _date, Kind.INSTANT: _date, Kind.YES_NO: _truth}
    return ask.get(test.kind, _choice)(test, path)


def period_of(name: str, day: date, back: int = 0) -> tuple[date, date]:
    """The half-open period of a kind that holds `day`, or the one `back` before it."""
    start = {
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": day.replace(month=1, day=1),
    }[name]
    if back:
        return period_of(name, start - timedelta(days=1), back - 1)
    lengths = {"day": 1, "week": 7, "month": 32, "quarter": 93, "year": 367}
    end = start + timedelta(days=lengths[name])
    return start, end if name in ("day", "week") else end.replace(day=1)


def number_of(text: str) -> Decimal:
    """A number as people write it: `1 234,56`, `1,234.56`, `1234.5`. Raises `Unreadable`."""
    plain = "".join(text.split()).replace("\u00a0", "").replace("'", "")
    if "," in plain and "." in plain:
        thousands = "," if plain.rfind(".") > plain.rfind(",") else "."
        plain = plain.replace(thousands, "")
    try:
        number = Decimal(plain.replace(",", "."))
    except InvalidOperation as error:
        raise Unreadable(_("Write a number.")) from error
    if not number.is_finite() or abs(number) >= _BIGGEST or number.as_tuple().exponent < -6:  # type: ignore[operator]
        raise Unreadable(_("Write a number."))
    return number


def day_of(text: str) -> date:
    """A day as `2026-11-22` or `22.11.2026`. Raises `Unreadable`."""
    text = text.strip()
    if written := _WRITTEN_DAY.fullmatch(text):
        text = f"{written[3]}-{written[2]:0>2}-{written[1]:0>2}"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise Unreadable(_("Write a date such as 22.11.2026."))


def _values(
    kind: Kind, takes: Takes, values: Sequence[str], reading: Reading, known: frozenset[str] | None
) -> tuple[Any, ...]:
    if takes is Takes.NOTHING:
        return ()
    wanted = {Takes.TWO: 2, Takes.SOME: len(values) or 1}.get(takes, 1)
    if len(values) != wanted or not all(value.strip() for value in values):
        raise Unreadable(_("A value is missing."))
    if takes is Takes.DAYS:
        return (_days(values[0]),)
    if takes in (Takes.PERIOD, Takes.TRUTH):
        return (_word(values[0], PERIODS if takes is Takes.PERIOD else TRUTHS, takes),)
    return tuple(_value(kind, value, reading, known) for value in values)


def _value(kind: Kind, text: str, reading: Reading, known: frozenset[str] | None) -> Any:
    if kind in (Kind.NUMBER, Kind.MONEY):
        return number_of(text)
    if kind in (Kind.DATE, Kind.INSTANT):
        return day_of(text)
    if kind is Kind.PERSON:
        return reading.actor.id if text == ME else _id(text)
    if known is not None and text not in known:
        raise Unreadable(_("“%(value)s” is no longer a choice.") % {"value": text})
    return _id(text) if kind in (Kind.TAGS, Kind.RECORD) else text


def _word(text: str, words: Mapping[str, Text], takes: Takes) -> Any:
    if text not in words:
        raise Unreadable(_("This cannot be asked of this field."))
    return text == "yes" if takes is Takes.TRUTH else text


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST_DAYS):
        raise Unreadable(_("Write a number of days, at most 3660."))
    return int(text)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Unreadable(_("This is nobody and nothing that is known here.")) from error


def _emptiness(test: Test, path: str) -> Q:
    nothing = Q(**{f"{path}__isnull": True})
    if test.kind in (Kind.TEXT, Kind.LINK, Kind.CHOICE) and not path.endswith("_id"):
        nothing |= Q(**{path: ""})
    return nothing if test.operator == "empty" else ~nothing


def _text(test: Test, path: str) -> Q:
    ways = {"contains": "icontains", "lacks": "icontains", "is": "iexact", "not": "iexact"}
    found = Q(**{f"{path}__{ways.get(test.operator, 'istartswith')}": test.values[0]})
    return ~found if test.operator in ("lacks", "not") else found


def _number(test: Test, path: str) -> Q:
    if test.operator == "between":
        low, high = sorted(test.values)
        return Q(**{f"{path}__gte": low, f"{path}__lte": high})
    ways = {"above": "gt", "below": "lt", "from": "gte", "to": "lte"}
    found = Q(**{f"{path}__{ways.get(test.operator, 'exact')}": test.values[0]})
    return ~found if test.operator == "not" else found


def _date(test: Test, path: str) -> Q:
    start, end = _bounds(test)
    edge = test.reading.begins if test.kind is Kind.INSTANT else _same
    found = Q()
    if start is not None:
        found &= Q(**{f"{path}__gte": edge(start)})
    if end is not None:
        found &= Q(**{f"{path}__lt": edge(end)})
    return found


def _same(day: date) -> date:
    return day


def _bounds(test: Test) -> tuple[date | None, date | None]:
    """The half-open days that a test of dates allows."""
    value, today, day = test.values[0], test.reading.today, timedelta(days=1)
    match test.operator:
        case "before":
            return None, value
        case "after":
            return value + day, None
        case "between":
            low, high = sorted(test.values)
            return low, high + day
        case "last":
            return today - value * day, today + day
        case "next":
            return today, today + (value + 1) * day
        case "this" | "previous":
            return period_of(value, today, int(test.operator == "previous"))
    return value, value + day


def _truth(test: Test, path: str) -> Q:
    return Q(**{path: test.values[0]})


def _choice(test: Test, path: str) -> Q:
    found = Q(**{f"{path}__in": test.values})
    return ~found if test.operator in ("not", "none") else found
