"""Which documents the text beside a payment names so plainly that others may be told of it."""

import re

NUMBER_LENGTH = 10
FARTHEST_WORD = 40
_RUN = re.compile(r"[0-9]+")
_SIGN = r"(?:№|#|номер|\b(?:no|nr|num|n)\b\.?)"
_GAP = r"[\s.:,;(\-–]*"


def _before(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{words}){_GAP}{_SIGN}?{_GAP}$", re.IGNORECASE)


# The words of other documents. A proforma has a number of its own kind.
_OTHER = _before(
    r"проформ\w*[\s\-]*(?:фактур\w*)?|pro\s?-?forma[\s\-]*(?:invoice)?|(?:договор|\bдог|анекс|поръчк|заявк|оферт|протокол|клиент|абонат|партид|полиц|преписк|\bегн|\bеик|булстат|\bтел"
    r"|\bgsm|dogovor|contract|\border|offer|quote|client|customer|account|policy|\bpo\b)\w*"
)
_INVOICE = _before(
    r"фактур\w*|ф-?\s?р[аи]|\bфак|\bф|известие|\b[дк]и|\binvoices?|\binv|\bfa[ck]tur\w*|\bf-\s?ra|\bnote"
)
_SIGNED = re.compile(rf"{_SIGN}{_GAP}$", re.IGNORECASE)
_LISTED = re.compile(rf"\s*(?:,|;|\+|&|и|and)\s*{_SIGN}?\s*", re.IGNORECASE)
# A number goes on, or is a part of an amount or a day: 12.50, 1:2; 120 лв., 20 %, 2026 г., 1 март.
_JOINED_BEFORE = re.compile(r"[0-9][.,:/'’\-–]$")
_GOES_ON = re.compile(r"[.,:'’][0-9]")
_GOES_ON_AS_DAY = re.compile(r"[/\-–][0-9]")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_COUNTED = re.compile(
    r"\s?(?:лв|bgn|eur|usd|евро|€|\$|%|бр|г\b|год|year|яну|фев|март|мар\b|апр|май|юни|юли|авг|сеп|окт|ное|дек"
    r"|jan|feb|mar|apr|may\b|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
_DATED = re.compile(r"(?:от|ot)(?![^\W\d_])", re.IGNORECASE)


def names_document(text: str, number: str) -> bool:
    """Say whether a text names the document of this number. A proforma's (`PF-000001`) is written in full."""
    if number.isdecimal() and _is_full(number):
        return number in numbers_named(text)
    return re.search(rf"(?<![^\W_]){re.escape(number)}(?![^\W_])", text, re.IGNORECASE) is not None


def numbers_named(text: str) -> frozenset[str]:
    """Return the ten-digit numbers of the invoices and notes that a text names: written with all their zeros,
    or after a word or sign for them (`ф-ра 12`). A number that stands for itself may be a day, an amount or a
    contract, and is none.
    """
    found, listed_after = set(), 0
    for run in _RUN.finditer(text):
        digits = run.group()
        is_listed = bool(listed_after and _LISTED.fullmatch(text, listed_after, run.start()))
        is_worded = is_listed or _is_worded(text, run.start())
        listed_after = 0
        if not digits.strip("0") or len(digits) > NUMBER_LENGTH or not _stands_alone(text, run, is_worded):
            continue
        if is_worded or (_is_full(digits) and not _stands_after(_OTHER, text, run.start())):
            found.add(digits.zfill(NUMBER_LENGTH))
            listed_after = run.end() if is_worded else 0
    return frozenset(found)


def _is_full(digits: str) -> bool:
    return len(digits) == NUMBER_LENGTH


def _stands_after(words: re.Pattern[str], text: str, end: int) -> bool:
    return words.search(text, max(0, end - FARTHEST_WORD), end) is not None


def _is_worded(text: str, start: int) -> bool:
    is_said = _stands_after(_INVOICE, text, start) or _stands_after(_SIGNED, text, start)
    return is_said and not _stands_after(_OTHER, text, start)


def _stands_alone(text: str, run: re.Match[str], is_worded: bool) -> bool:
    """Whether it is a number of its own and not a piece of another, of a day, or an amount."""
    digits, before, after = run.group(), text[: run.start()][-1:], text[run.end() :][:1]
    if before.isalnum() and not is_worded:
        return False
    if after.isalnum() and not _DATED.match(text, run.end()):
        return False
    if _is_full(digits):
        return True
    if _JOINED_BEFORE.search(text, max(0, run.start() - 2), run.start()):
        return False
    if _GOES_ON.match(text, run.end()) or _COUNTED.match(text, run.end()):
        return False
    may_be_day = len(digits) <= 2 or _YEAR.fullmatch(digits) is not None
    return not (may_be_day and _GOES_ON_AS_DAY.match(text, run.end()))
