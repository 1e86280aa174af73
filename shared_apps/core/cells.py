"""What a cell of a table says: dates and amounts. Pure."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
_EXCEL_BEGINS = date(1899, 12, 30)
_EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119: a number outside is no date
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?:\s*г\.?)?(?:[ ,].*)?")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})(?:[ ,].*)?")
_WORDED = re.compile(r"(\d{1,2})\.?[ -]([^\W\d]+)\.?,?[ -](\d{4})(?:\s*г\.?)?")
_WORDED_US = re.compile(r"([^\W\d]+)\.? (\d{1,2}),? (\d{4})")
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_MONTHS = (
    "jan яну",
    "feb фев",
    "mar мар",
    "apr апр",
    "may май",
    "jun юни",
    "jul юли",
    "aug авг",
    "sep сеп",
    "oct окт",
    "nov ное",
    "dec дек",
)
CURRENCY_WORDS = {
    "€": "EUR",
    "евро": "EUR",
    "лв": "BGN",
    "лв.": "BGN",
    "lv": "BGN",
    "lv.": "BGN",
    "$": "USD",
    "us$": "USD",
    "£": "GBP",
    "₺": "TRY",
    "¥": "JPY",
    "₽": "RUB",
    "zł": "PLN",
    "kč": "CZK",
}
_BLANKS = str.maketrans("", "", " \u00a0\u202f\u2009'’`")
_AMOUNT = re.compile(r"([^\d\-+(.,]*)\s*([-+(]?[\d.,]+\)?-?)\s*([^\d\-+(.,][^\d]*)?")


class NotReadable(ValueError):
    """The cell says something else. `code` names what was expected."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_date(text: str, order: str = DAY_FIRST) -> date:
    """`31.01.2026`, `2026-01-31`, `31/01/2026` or `1/31/2026` by `order`, `31 януари 2026`, Excel's 46053."""
    text = text.strip()
    try:
        return _date(text, order)
    except ValueError:
        raise NotReadable("date") from None


def slash_evidence(texts: Iterable[str]) -> str:
    """How dates with slashes are meant: `dmy`, `mdy`, `mixed`, `unclear` (nothing tells), "" (there are
    none).
    """
    found = [match for text in texts if (match := _SLASHED.fullmatch(text.strip()))]
    day_first = any(int(match[1]) > 12 for match in found)
    month_first = any(int(match[2]) > 12 for match in found)
    if day_first and month_first:
        return "mixed"
    if day_first or month_first:
        return DAY_FIRST if day_first else MONTH_FIRST
    return "unclear" if found else ""


def read_amount(text: str) -> tuple[Decimal, str]:
    """`1 234,56 лв.` → 1234.56 and BGN; the currency is "" where none is written."""
    match = _AMOUNT.fullmatch(text.translate(_BLANKS).casefold())
    if match is None:
        raise NotReadable("number")
    return _number(match[2]), _currency(match[1] or match[3] or "")


def _date(text: str, order: str) -> date:
    if match := _ISO.fullmatch(text) or (_COMPACT.fullmatch(text) if len(text) == 8 else None):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _DOTTED.fullmatch(text):
        return date(_year(match[3]), int(match[2]), int(match[1]))
    if match := _SLASHED.fullmatch(text):
        day, month = (match[2], match[1]) if order == MONTH_FIRST else (match[1], match[2])
        return date(_year(match[3]), int(month), int(day))
    if match := _WORDED.fullmatch(text):
        return date(int(match[3]), _month(match[2]), int(match[1]))
    if match := _WORDED_US.fullmatch(text):
        return date(int(match[3]), _month(match[1]), int(match[2]))
    if (match := _SERIAL.fullmatch(text)) and int(match[1]) in _EXCEL_DAYS:
        return _EXCEL_BEGINS + timedelta(days=int(match[1]))
    raise ValueError(text)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 70 else 1900 + int(text)


def _month(word: str) -> int:
    begins = word.casefold()[:3]
    for number, names in enumerate(_MONTHS, start=1):
        if begins in names.split():
            return number
    raise ValueError(word)


def _number(text: str) -> Decimal:
    is_negative = text.startswith(("-", "(")) or text.endswith("-")
    digits = text.strip("()+-")
    try:
        value = Decimal(_with_point(digits))
    except InvalidOperation:
        raise NotReadable("number") from None
    return -value if is_negative else value


def _with_point(digits: str) -> str:
    """The digits with a point before the decimals and no separator of thousands."""
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0:
        return digits
    sign, other = digits[last], "." if digits[last] == "," else ","
    whole, decimals = digits[:last].replace(other, ""), digits[last + 1 :]
    if sign in whole or (len(decimals) == 3 and other not in digits and 0 < len(whole.lstrip("0")) <= 3):
        return digits.replace(sign, "").replace(other, "") if len(decimals) == 3 else "?"
    return f"{whole or 0}.{decimals or 0}"


def _currency(text: str) -> str:
    word = text.strip()
    if not word:
        return ""
    if word in CURRENCY_WORDS:
        return CURRENCY_WORDS[word]
    if re.fullmatch(r"[a-z]{3}", word):
        return word.upper()
    raise NotReadable("number")
