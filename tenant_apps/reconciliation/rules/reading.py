"""The invoice numbers that a text names, and how it writes them.

A number counts only as a whole token. IBANs, dates, times and amounts are blanked out first; what is left is
read as runs of digits, and one that touches a letter or another digit of any script is no number. Then come
the ways in which people and banks spoil a number: zeros in front that a spreadsheet dropped, spaces or the
end of a line inside, letters that look like digits.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

NUMBER_LENGTH = 10
FARTHEST_WORD = 40
FEWEST_DIGITS = 3  # of a number whose other places are letters that look like digits

# How a number is written, the surest first; these are signals of evidence, too.
WHOLE = "invoice_number"
SPACED = "number_with_spaces"
LOOK_ALIKE = "number_with_look_alikes"
WORDED = "number_without_zeros"
ALONE = "number_alone"
WAYS = (WHOLE, SPACED, LOOK_ALIKE, WORDED, ALONE)
_RANK = {way: rank for rank, way in enumerate(WAYS)}

# Stands where another number stood, so that its neighbours do not come to touch.
_BLANK = "|"
_WHOLE_RUN = re.compile(r"[0-9]+")
_YEAR = r"(?:19|20)[0-9]{2}"
_MONTH = (
    r"(?:януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември"
    r"|ян|яну|фев|мар|апр|авг|сеп|септ|окт|ное|дек"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)"
)
_ORDINAL = r"(?:\s?-?\s?(?:ти|ри|ви|st|nd|rd|th))"
_CURRENCY = r"(?:лв|лева|лев|евро|euros?|eur|bgn|usd|gbp|€|\$|£)"
_CURRENCY_BEFORE = rf"(?<![^\W_]){_CURRENCY}\s?"
_CURRENCY_AFTER = rf"\s?{_CURRENCY}(?![^\W_])"
_GROUPED = r"[1-9][0-9]{0,2}(?:[\s.,'’][0-9]{3})+"
_WITH_CENTS = rf"(?:{_GROUPED}|0|[1-9][0-9]*)[.,][0-9]{{1,2}}(?![0-9]|[.,][0-9])"
_WHOLE_AMOUNT = rf"(?:{_GROUPED}|[1-9][0-9]{{0,8}})(?![0-9])"

# Written together, the digits of an IBAN touch its letters; these are its spaced and wrapped forms.
_BULGARIAN_IBAN = (
    r"\bBG[\s.-]?(?:[0-9][\s.-]?){2}(?:[A-Z][\s.-]?){4}(?:[0-9][\s.-]?){6}(?:[A-Z0-9][\s.-]?){7}[A-Z0-9]"
    r"(?![^\W_])"
)
_IBAN_IN_FOURS = r"\b[^\W\d_]{2}[0-9]{2}(?:[\s.-][^\W_]{4}(?![^\W_])){2,7}(?:[\s.-][^\W_]{1,3}(?![^\W_]))?"

_OTHER_NUMBERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _BULGARIAN_IBAN,
        _IBAN_IN_FOURS,
        # 2026-03-15; 15.03.2026, 15/3/26, 15. 03. 2026; 12:30, 12:30:59
        rf"(?<![0-9]){_YEAR}([-./])[0-9]{{1,2}}\1[0-9]{{1,2}}(?![0-9])",
        rf"(?<![0-9])[0-9]{{1,2}}([-./])\s?[0-9]{{1,2}}\1\s?(?:{_YEAR}|[0-9]{{2}})(?![0-9])",
        r"(?<![0-9])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9])",
        # March 15, 2026; 15 март 2026, 15-ти март, мар. 2026
        rf"\b{_MONTH}\b\.?\s[0-9]{{1,2}}{_ORDINAL}?,\s?{_YEAR}(?![0-9])",
        rf"(?<![0-9])(?:[0-9]{{1,2}}{_ORDINAL}?\.?\s)?\b{_MONTH}\b\.?(?:\s?,?\s?{_YEAR}(?![0-9]))?",
        # a month of a year: 03/2026, 2026-03; a day of a month: 15/03
        rf"(?<![0-9])(?:0?[1-9]|1[0-2])[-./]{_YEAR}(?![0-9])",
        rf"(?<![0-9]){_YEAR}[-./](?:0[1-9]|1[0-2])(?![0-9])",
        r"(?<![0-9])(?:0[1-9]|[12][0-9]|3[01])/(?:0[1-9]|1[0-2])(?![0-9/])",
        # the year of a number: 123/2026; a year that says so: 2026 г.
        rf"(?<=[0-9])(?<!19[0-9]{{2}})(?<!20[0-9]{{2}})/{_YEAR}(?![0-9])",
        rf"(?<![0-9]){_YEAR}\s?(?:г\b|год|year)",
        # 120.00, 1 234,56 лв.; 120 EUR, 1 234 лв.; € 120; 20 %
        rf"(?:{_CURRENCY_BEFORE})?(?<![0-9])(?<![0-9][.,]){_WITH_CENTS}(?:{_CURRENCY_AFTER})?",
        rf"(?<![0-9]){_WHOLE_AMOUNT}{_CURRENCY_AFTER}",
        rf"{_CURRENCY_BEFORE}{_WHOLE_AMOUNT}",
        r"(?<![0-9])[0-9]{1,3}\s?%",
    )
)
# Sections, versions, amounts without cents: 1.2, 10.0.0.1, 1.234. Only full numbers survive in such a row.
_JOINED = re.compile(r"(?<![0-9])[0-9]+(?:[.,'’][0-9]+)+")
_ONLY_FULL = re.compile(r"(?<![0-9])(?![0-9]{10}(?![0-9]))[0-9]+")

_NUMBER_SIGN = r"(?:№|#|номер|\bno\b\.?|\bnr\b\.?|\bnum\b\.?|\bn\b\.?)"
_GAP = r"[\s.:,;(\-–]*"
# Says that an invoice's number follows; or that another document's does.
_INVOICE_WORD = re.compile(
    r"(?:фактур\w*|ф-\s?р[аи]|\bфра|\bфак|\bф|\binvoices?|\binv|\bfakt?ur\w*|\bfactur\w*|\bf-\s?ra|\bfra"
    r"|\bfa[ck]t?|\bf)"
    rf"{_GAP}{_NUMBER_SIGN}?{_GAP}$",
    re.IGNORECASE,
)
_SIGN_ALONE = re.compile(rf"{_NUMBER_SIGN}{_GAP}$", re.IGNORECASE)
_OTHER_WORD = re.compile(
    r"(?:договор|\bдог|анекс|поръчк|заявк|оферт|проформ|протокол|клиент|абонат|партид|полиц|преписк|\bегн\b|\bеик\b"
    r"|булстат|\bтел|\bgsm\b|dogovor|contract|\border|offer|quote|proforma|client|customer|account|policy|\bpo\b)\w*"
    rf"{_GAP}{_NUMBER_SIGN}?{_GAP}$",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?:фактура|ф-?ра|invoice|inv|faktura|f-?ra)$|(?<![^\W_])ф$", re.IGNORECASE)
_GLUED_SIGN = re.compile(r"(?<![^\W_])(?:n|no|nr)$", re.IGNORECASE)
_DATED = re.compile(r"(?:от|ot)(?![^\W\d_])", re.IGNORECASE)
# What stands between the numbers of a list: 123, 124 и 125.
_LISTED = re.compile(rf"\s*(?:,|;|\+|&|/|и|and)?\s*(?:и|and)?\s*{_NUMBER_SIGN}?\s*", re.IGNORECASE)
_GROUPS = re.compile(r"(?<![0-9])[0-9]{1,9}(?:(?:\s{1,2}|-)[0-9]{1,9})+(?![0-9])")
_LOOKS = str.maketrans("OОoоQIlІіЗзSЅBВ", "000001111335588")
_LOOKING_PIECE = re.compile(r"(?<![^\W_])[0-9OОoоQIlІіЗзSЅBВ]{1,9}(?![^\W_])")
_LOOKING = re.compile(r"(?<![^\W_])[0-9OОoоQIlІіЗзSЅBВ]{10}(?![^\W_])")
# One whole number among plain letters: most references, and nothing else is to be looked for in them.
_PLAIN = re.compile(
    r"[\n\x20-\x2f\x3a-\x7e\u0400-\u04ff№„“”«»–—€]*(?<![^\W_])([0-9]{10})(?![^\W_])[\n\x20-\x2f\x3a-\x7e\u0400-\u04ff№„“”«»–—€]*"
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Invoice numbers read in a reference: written in full, or without leading zeros (here padded again)."""

    full: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()

    @property
    def numbers(self) -> frozenset[str]:
        """Return the ten-digit numbers to look for. A full number silences the short ones."""
        return self.full or self.short


def invoice_number_tokens(reference: str) -> Tokens:
    """Read the invoice numbers that a reference names as whole tokens."""
    text = _without_other_numbers(_visible(reference))
    runs = {run.group() for run in _WHOLE_RUN.finditer(text) if _stands_alone(text, run)}
    numbers = {run for run in runs if _may_be_a_number(run)}
    full = frozenset(run for run in numbers if len(run) == NUMBER_LENGTH)
    short = frozenset(run.zfill(NUMBER_LENGTH) for run in numbers) if not full else frozenset()
    return Tokens(full, short)


def read_numbers(text: str) -> dict[str, str]:
    """Return the numbers of ten digits that a text names, each with the surest of WAYS in which it does.

    One that stands after the word of another document (contract, order), or with neither zeros nor a word
    before it, is ALONE: it may be anything.
    """
    if (plain := _PLAIN.fullmatch(text)) and plain[1].strip("0"):
        return {plain[1]: ALONE if _stands_after(_OTHER_WORD, text, plain.start(1)) else WHOLE}
    text = _without_other_numbers(_visible(text))
    found: dict[str, str] = {}
    for number, way in _read(text):
        if number.strip("0") and _RANK[way] < _RANK.get(found.get(number, ""), len(WAYS)):
            found[number] = way
    return found


def _read(text: str) -> Iterator[tuple[str, str]]:
    for token in _LOOKING.finditer(text):
        if not token.group().isdecimal() and _has_digits(token.group()):
            yield token.group().translate(_LOOKS), LOOK_ALIKE
    spaced = {}
    digits = _LOOKING_PIECE.sub(lambda piece: piece.group().translate(_LOOKS), text)
    for groups in _GROUPS.finditer(digits):
        for number, start, end in _joined(groups):
            if _has_digits(text[start:end]):
                spaced[start, end] = number
                yield number, SPACED if text[start:end] == digits[start:end] else LOOK_ALIKE
    yield from _read_runs(text, [span for span, number in spaced.items() if number[0] == "0"])


def _has_digits(text: str) -> bool:
    return len(re.findall("[0-9]", text)) >= FEWEST_DIGITS


def _joined(groups: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    """Neighbouring groups that make ten digits: from one with a zero in front, or all of them together."""
    runs = list(_WHOLE_RUN.finditer(groups.group()))
    for first, run in enumerate(runs):
        for last in range(first + 1, len(runs)):
            number = "".join(one.group() for one in runs[first : last + 1])
            is_all = first == 0 and last == len(runs) - 1
            if len(number) == NUMBER_LENGTH and (number[0] == "0" or is_all):
                yield number, groups.start() + run.start(), groups.start() + runs[last].end()


def _read_runs(text: str, taken: list[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """Runs of digits, but for the pieces of numbers that were `taken`."""
    listed_after, is_worded = 0, False
    for run in _WHOLE_RUN.finditer(text):
        digits = run.group()
        is_piece = any(start <= run.start() < end for start, end in taken)
        if is_piece or len(digits) > NUMBER_LENGTH or not (_stands_alone(text, run) or _is_glued(text, run)):
            continue
        is_list = bool(listed_after and _LISTED.fullmatch(text, listed_after, run.start()))
        is_worded = (is_list and is_worded) or _is_worded(text, run)
        listed_after = run.end()
        if len(digits) == NUMBER_LENGTH:
            yield digits, ALONE if not is_worded and _stands_after(_OTHER_WORD, text, run.start()) else WHOLE
        elif is_worded or digits[0] != "0":
            yield digits.zfill(NUMBER_LENGTH), WORDED if is_worded else ALONE


def _is_worded(text: str, run: re.Match[str]) -> bool:
    """Whether a word or sign before it says that the run is an invoice's number."""
    if _stands_after(_INVOICE_WORD, text, run.start()) or _stands_after(_GLUED, text, run.start()):
        return True
    is_signed = any(_stands_after(sign, text, run.start()) for sign in (_SIGN_ALONE, _GLUED_SIGN))
    return is_signed and not _stands_after(_OTHER_WORD, text, run.start())


def _is_glued(text: str, run: re.Match[str]) -> bool:
    """Whether it touches an invoice's word or sign, and nothing after it but the word for a date:
    `ф-ра0000000123`.
    """
    after = text[run.end() :][:1]
    if (after.isalnum() or after == "_") and not _DATED.match(text, run.end()):
        return False
    return _stands_after(_GLUED, text, run.start()) or _stands_after(_GLUED_SIGN, text, run.start())


def _stands_after(words: re.Pattern[str], text: str, end: int) -> bool:
    """Whether one of the words ends where the number begins."""
    return words.search(text, max(0, end - FARTHEST_WORD), end) is not None


def _may_be_a_number(run: str) -> bool:
    """All ten digits, or none of the leading zeros: `000 021` is more often a piece of a telephone number."""
    return bool(run.strip("0")) and (
        len(run) == NUMBER_LENGTH or (len(run) < NUMBER_LENGTH and run[0] != "0")
    )


def _visible(text: str) -> str:
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def _without_other_numbers(text: str) -> str:
    for pattern in _OTHER_NUMBERS:
        text = pattern.sub(_BLANK, text)
    return _JOINED.sub(lambda joined: _ONLY_FULL.sub(_BLANK, joined.group()), text)


def _stands_alone(text: str, run: re.Match[str]) -> bool:
    before, after = text[: run.start()][-1:], text[run.end() :][:1]
    return not any(side.isalnum() or unicodedata.category(side)[0] == "M" for side in (before, after) if side)
