"""Values of custom fields: read as people and programs write them, told as JSON, laid out in columns.

A value is a text, a Decimal, `Money`, a day, a bool, a user's id or a tuple of option codes; None is no
value.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.currencies import is_currency
from shared_apps.core.days import read_day
from shared_apps.core.money import Money
from shared_apps.core.numbers import plain_number

Value: TypeAlias = str | Decimal | Money | date | bool | UUID | tuple[str, ...]

LONGEST_TEXT, LONGEST_CODE, LONGEST_FOLDED = 500, 40, 200
LARGEST_NUMBER = Decimal(10) ** 15
FIRST_YEAR, LAST_YEAR = 1900, 2200
YES = frozenset({"yes", "y", "true", "1", "on", "da", "x"})
NO = frozenset({"no", "n", "false", "0", "off", "ne"})
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "лв.": "BGN", "лв": "BGN"}
_MONEY = re.compile(r"(?P<before>[^\d\s.,+-]+)?\s*(?P<amount>[+-]?[\d\s.,'’]+)\s*(?P<after>[^\d\s]+)?")
_SEPARATORS = re.compile(r"[;,|\n]")


class NotReadable(ValueError):
    """What was written is no value of the field; `args[0]` is the code of the reason."""


@dataclass(frozen=True)
class Words:
    """What a reader needs to know: today, the usual currency, and options and people by every word for
    them.
    """

    today: date
    currency: str = "EUR"
    options: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, UUID] = field(default_factory=dict)


def read_value(kind: str, raw: Any, words: Words) -> Value | None:
    """The value that was written, in the field's kind; None for nothing. Raises `NotReadable`."""
    raw = raw.strip() if isinstance(raw, str) else raw
    if raw is None or raw == "" or (isinstance(raw, (list, tuple, set)) and not raw):
        return None
    return _READERS[kind](raw, words)


def as_json(value: Any) -> Any:
    """A value as the API and events tell it: decimals and ids as texts, money as amount and currency."""
    if isinstance(value, Money):
        return {"amount": f"{value.amount:.2f}", "currency": value.currency}
    if isinstance(value, Decimal):
        return shortest(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, UUID) else value


def as_columns(kind: str, value: Value | None) -> list[dict[str, Any]]:
    """The rows of typed columns that keep a value; none for no value."""
    if value is None:
        return []
    if isinstance(value, tuple):
        return [{"text": code, "folded": code} for code in value]
    if isinstance(value, Money):
        return [{"number": value.amount, "currency": value.currency}]
    if isinstance(value, str):
        return [{"text": value, "folded": value if kind == "choice" else folded(value)}]
    names = {"number": "number", "date": "day", "yes_no": "flag", "person": "user_id"}
    return [{names[kind]: value}]


def from_columns(kind: str, rows: Sequence[Mapping[str, Any]]) -> Value | None:
    """The value that typed columns keep."""
    if not rows:
        return None
    if kind == "choices":
        return tuple(row["text"] for row in rows)
    row = rows[0]
    if kind == "money":
        return Money(row["number"].quantize(Decimal("0.01")), row["currency"])
    names = {"number": "number", "date": "day", "yes_no": "flag", "person": "user_id"}
    found: Value | None = row[names.get(kind, "text")]
    return found


def folded(text: str) -> str:
    """How a text is looked for: the first 200 letters of its folded form."""
    return fold(text)[:LONGEST_FOLDED]


def shortest(number: Decimal) -> str:
    """The number without needless zeros: `12.5000` → `12.5`."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def code_from(label: str, taken: Iterable[str]) -> str:
    """A code made from a label, unlike those taken: „Дата на преглед“ → `data_na_pregled`."""
    plain = "_".join(fold(label).split())[:LONGEST_CODE].strip("_")
    base = plain if plain[:1].isalpha() else f"field_{plain}"[:LONGEST_CODE].strip("_")
    known, code, number = set(taken), base, 1
    while code in known:
        number += 1
        code = f"{base[: LONGEST_CODE - len(str(number)) - 1]}_{number}"
    return code


def _text(raw: Any, words: Words) -> str:
    if not isinstance(raw, str):
        raise NotReadable("not_text")
    if len(raw) > LONGEST_TEXT:
        raise NotReadable("too_long")
    if "\x00" in raw or any("\ud800" <= letter <= "\udfff" for letter in raw):
        raise NotReadable("invalid_characters")
    return raw


def _link(raw: Any, words: Words) -> str:
    text = _text(raw, words)
    text = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError as error:
        raise NotReadable("not_link") from error
    is_whole = parts.scheme in {"http", "https"} and "." in host.strip(".") and not re.search(r"\s", text)
    if not is_whole:
        raise NotReadable("not_link")
    return _text(text, words)


def _decimal(raw: Any, places: int) -> Decimal:
    text = plain_number(raw) if isinstance(raw, str) else str(raw)
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float, Decimal)) or text is None:
        raise NotReadable("not_number")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise NotReadable("not_number") from error
    if not number.is_finite() or abs(number) >= LARGEST_NUMBER:
        raise NotReadable("not_number")
    rounded = number.quantize(Decimal(1).scaleb(-places))
    if rounded != number:
        raise NotReadable(f"places_{places}")
    return rounded


def _number(raw: Any, words: Words) -> Decimal:
    return _decimal(raw, 4)


def _money(raw: Any, words: Words) -> Money:
    amount, currency = raw, words.currency
    if isinstance(raw, Money):
        amount, currency = raw.amount, raw.currency
    elif isinstance(raw, Mapping):
        if set(raw) - {"amount", "currency"} or raw.get("amount") is None:
            raise NotReadable("not_money")
        amount, currency = raw["amount"], raw.get("currency") or currency
    elif isinstance(raw, str):
        amount, currency = _amount_and_currency(raw, currency)
    currency = currency.upper() if isinstance(currency, str) else ""
    if not is_currency(currency):
        raise NotReadable("currency_unknown")
    return Money(_decimal(amount, 2), currency)


def _amount_and_currency(text: str, usual: str) -> tuple[str, str]:
    found = _MONEY.fullmatch(text)
    if found is None or (found["before"] and found["after"]):
        raise NotReadable("not_money")
    sign = found["before"] or found["after"]
    return found["amount"], _SIGNS.get(sign.casefold(), sign) if sign else usual


def _day(raw: Any, words: Words) -> date:
    if isinstance(raw, datetime):
        raw = raw.date()
    day = read_day(raw, words.today) if isinstance(raw, str) else raw
    if not isinstance(day, date) or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotReadable("not_date")
    return day


def _choice(raw: Any, words: Words) -> str:
    code = (words.options.get(raw) or words.options.get(fold(raw))) if isinstance(raw, str) else None
    if code is None:
        raise NotReadable("not_option")
    return code


def _choices(raw: Any, words: Words) -> tuple[str, ...]:
    """One option whole, several in a list or separated by commas; each once, in the order of the list."""
    if isinstance(raw, str):
        is_one = raw in words.options or fold(raw) in words.options
        raw = [raw] if is_one else [part.strip() for part in _SEPARATORS.split(raw) if part.strip()]
    if not isinstance(raw, (list, tuple, set)):
        raise NotReadable("not_option")
    chosen = {_choice(one, words) for one in raw}
    order = list(dict.fromkeys(words.options.values()))
    return tuple(sorted(chosen, key=order.index))


def _yes_no(raw: Any, words: Words) -> bool:
    if isinstance(raw, bool):
        return raw
    word = fold(str(raw)) if isinstance(raw, (str, int)) else ""
    if word not in YES | NO:
        raise NotReadable("not_yes_no")
    return word in YES


def _person(raw: Any, words: Words) -> UUID:
    key = str(raw).casefold() if isinstance(raw, (str, UUID)) else ""
    found = words.people.get(key) or words.people.get(fold(key))
    if found is None:
        raise NotReadable("not_person")
    return found


_READERS: Mapping[str, Callable[[Any, Words], Value]] = {
    "text": _text,
    "link": _link,
    "number": _number,
    "money": _money,
    "date": _day,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "person": _person,
}
