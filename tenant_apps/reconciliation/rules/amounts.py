"""Amounts as statements write them. Nothing is guessed: what may be read in two ways is not read. Pure."""

import re
from collections.abc import Iterable
from decimal import Decimal

from shared_apps.core.cells import CURRENCY_WORDS, NotReadable

LARGEST = Decimal("999999999999.99")
# Minus signs that word processors and spreadsheets put in place of the plain one.
_MINUSES = str.maketrans("−–—‐‑", "-----")
_BLANKS = re.compile(r"[ \u00a0\u202f\u2009\u2007'’`\t]")
_BETWEEN_THOUSANDS = re.compile(r"(?<=[0-9])_(?=[0-9]{3}(?![0-9]))")
_AMOUNT = re.compile(r"([^0-9\-+(.,]*)([-+(]?)([^0-9\-+(.,]*)([0-9.,]+)(\)?)([-+]?)([^0-9\-+(.,)][^0-9]*)?")
_GROUPED = {
    ",": re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+"),
    ".": re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+"),
}
_TELLING = re.compile(r"[0-9][.,][0-9]{1,2}(?![0-9]|[.,])")


def decimal_mark_of(texts: Iterable[str]) -> str:
    """`,` or `.` by those amounts of a column that leave no doubt; "" where none does, or they disagree."""
    found = {mark for text in texts if (mark := _mark_told_by(text))}
    return found.pop() if len(found) == 1 else ""


def read_amount(text: str, mark: str = "") -> tuple[Decimal, str]:
    """`-1 234,56 лв.` → -1234.56 and BGN; the currency is "" where none is written.

    `mark` is the decimal sign of the column, where it is known. Raises `NotReadable`: `missing` for nothing,
    `number` for what is none, `ambiguous` for `1.234` without a mark, `cents` for more than two decimals,
    `too_large`.
    """
    plain = _without_blanks(text.translate(_MINUSES).casefold())
    if not plain:
        raise NotReadable("missing")
    match = _AMOUNT.fullmatch(plain)
    if match is None or bool(match[5]) is not (match[2] == "("):
        raise NotReadable("number")
    value = _value(match[4], mark)
    if (match[2] in {"-", "("}) is not (match[6] == "-"):
        value = -value
    elif match[2] in {"-", "("}:
        raise NotReadable("number")
    return value, _currency(match[1] or match[3], match[7] or "")


def _without_blanks(text: str) -> str:
    """`1 234,56 лв.` → `1234,56лв.`; a blank between figures that parts no thousands stays, as `_`."""
    marked = _BLANKS.sub("_", text.strip())
    joined = _BETWEEN_THOUSANDS.sub("", marked)
    return re.sub(r"(?<![0-9])_|_(?![0-9])", "", joined)


def _mark_told_by(text: str) -> str:
    plain = _without_blanks(text)
    if "," in plain and "." in plain:
        return "," if plain.rfind(",") > plain.rfind(".") else "."
    told = _TELLING.search(plain)
    return told.group()[1] if told else ""


def _value(digits: str, mark: str) -> Decimal:
    if not mark:
        mark = _mark_told_by(digits) or _mark_by_groups(digits)
    if not digits.strip(".,"):
        raise NotReadable("number")
    whole, _mark, decimals = digits.partition(mark)
    other = "." if mark == "," else ","
    if (mark in decimals) or (other in decimals) or not _GROUPED[mark].fullmatch(whole or "0"):
        raise NotReadable("number")
    decimals = decimals.rstrip("0")
    if len(decimals) > 2:
        raise NotReadable("cents")
    value = Decimal(f"{whole.replace(other, '') or 0}.{decimals or 0}").quantize(Decimal("0.01"))
    if value > LARGEST:
        raise NotReadable("too_large")
    return value


def _mark_by_groups(digits: str) -> str:
    """`1.234.567` has its thousands told, `1234` needs no mark; `1.234` may be either."""
    signs = {sign for sign in ",." if sign in digits}
    if not signs:
        return "."
    sign = signs.pop()
    if digits.count(sign) > 1:
        return "," if sign == "." else "."
    if len(digits.partition(sign)[2]) == 3:
        raise NotReadable("ambiguous")
    return sign


def _currency(before: str, after: str) -> str:
    words = [word for word in (before.strip(), after.strip()) if word]
    if len(words) > 1:
        raise NotReadable("number")
    if not words:
        return ""
    if words[0] in CURRENCY_WORDS:
        return CURRENCY_WORDS[words[0]]
    if re.fullmatch(r"[a-z]{3}", words[0]):
        return words[0].upper()
    raise NotReadable("number")
