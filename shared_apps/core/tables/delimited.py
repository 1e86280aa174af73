"""CSV as people really have it: five encodings, four delimiters, quotes over lines, quotes left open."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.core.tables.shapes import MAX_BYTES, MAX_CELL, MAX_COLUMNS, Reading, SourceRow, Unusable

DELIMITERS = (";", ",", "\t", "|")
_OPEN_FOR_LINES, _SAMPLE = 1_000, 60
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LOOKS_LIKE_VALUE = re.compile(r"[-+(]?[\d\s.,/:%€$£лв-]+\)?|.+@.+\..+|https?://.+", re.IGNORECASE)
csv.field_size_limit(MAX_BYTES)


def encoding_of(content: bytes) -> str:
    """By its mark, else UTF-8 where every byte obeys it, else UTF-16 by its zeros, else windows-1251."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    head = content[:2000]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if zeros and zeros.count(0) > len(zeros) * 0.4 and content.count(0) > len(content) * 0.2:
            return encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1251"
    return "utf-8"


def delimiter_of(content: bytes, encoding: str) -> str:
    """The one that cuts most of the first rows into the same number of columns, more than one."""
    lines = list(islice(_lines(content, encoding), _SAMPLE * 3))
    if _is_binary(lines):
        raise Unusable(message=gettext_lazy("This is not a table of text. Export it as CSV or XLSX."))
    told = re.fullmatch(r"sep=(.)\s*", lines[0]) if lines else None
    if told and told[1] in DELIMITERS:
        return told[1]
    scores = {delimiter: _evenness(lines, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > 0 else ","


def rows_in(content: bytes, reading: Reading) -> Iterator[SourceRow]:
    """The rows that are not empty. A quote that is never closed costs its own row and no other."""
    for number, text in _records(_lines(content, reading.encoding), reading.delimiter):
        if number == 1 and re.fullmatch(r"sep=.\s*", text):
            continue
        row = _row(number, text, reading.delimiter)
        if row.problem or any(row.cells):
            yield row


def header_row_of(rows: Iterable[SourceRow]) -> int:
    """The number of the row that names the columns: the first that is about as wide as the table and holds
    words; 0 when the first such row holds values.
    """
    rows = list(rows)
    if not rows:
        return 1
    width = Counter(_filled(row) for row in rows).most_common(1)[0][0]
    for row in rows:
        if _filled(row) >= max(1, round(width * 0.6)) and (_filled(row) > 1 or width <= 1):
            values = sum(
                bool(_LOOKS_LIKE_VALUE.fullmatch(cell.strip())) for cell in row.cells if cell.strip()
            )
            return 0 if values * 2 > _filled(row) or _has_address(row) else row.number
    return rows[0].number


def _has_address(row: SourceRow) -> bool:
    return any(re.fullmatch(r"[^@\s]+@[^@\s]+\.\w+", cell.strip()) for cell in row.cells)


def _filled(row: SourceRow) -> int:
    return sum(bool(cell.strip()) for cell in row.cells)


def _lines(content: bytes, encoding: str) -> Iterator[str]:
    return iter(io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace"))


def _is_binary(lines: list[str]) -> bool:
    text = "".join(lines)[:20_000]
    return len(_BINARY.findall(text)) > max(len(text) * 0.02, 8)


def _evenness(lines: list[str], delimiter: str) -> float:
    """Columns × the share of rows that have as many, 0 when there is only one column."""
    widths = Counter(
        len(_cells(text, delimiter)) for _n, text in islice(_records(iter(lines), delimiter), _SAMPLE)
    )
    widths.pop(0, None)
    if not widths:
        return 0
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    return 0 if width < 2 else count / widths.total() + min(width, 50) / 1000


def _records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, str]]:
    """(number of the first line, text) of each record; one whose quote stays open comes alone, as it is."""
    number, waiting = 0, list[str]()
    while True:
        line = waiting.pop(0) if waiting else next(lines, None)
        if line is None:
            return
        number += 1
        held = [line]
        is_open = _is_open(line, delimiter, False)
        size = len(line)
        while is_open and len(held) < _OPEN_FOR_LINES and size <= MAX_CELL * 5:
            more = waiting.pop(0) if waiting else next(lines, None)
            if more is None:
                break
            held.append(more)
            size += len(more)
            is_open = _is_open(more, delimiter, True)
        if is_open:
            waiting = held[1:] + waiting
            held = held[:1]
        yield number, "".join(held)
        number += len(held) - 1


def _is_open(line: str, delimiter: str, is_open: bool) -> bool:
    """Whether a quoted cell is still open at the end of `line`."""
    if '"' not in line:
        return is_open
    place = 0
    while True:
        if is_open:
            place = line.find('"', place)
            if place < 0:
                return True
            if line[place + 1 : place + 2] == '"':
                place += 2
                continue
            is_open = False
        else:
            start = place
            while line[start : start + 1] == " ":
                start += 1
            if line[start : start + 1] == '"':
                is_open, place = True, start + 1
                continue
        place = line.find(delimiter, place)
        if place < 0:
            return False
        place += 1


def _cells(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []


def _row(number: int, text: str, delimiter: str) -> SourceRow:
    if _ends_open(text, delimiter):
        return SourceRow(number, problem=_("A quotation mark is opened in this row and never closed."))
    cells = [cell.strip() for cell in _cells(text.rstrip("\n"), delimiter)]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MAX_COLUMNS and number > 1:
        return SourceRow(number, problem=_("This row has %(count)d columns.") % {"count": len(cells)})
    return SourceRow(number, cells)


def _ends_open(text: str, delimiter: str) -> bool:
    is_open = False
    for line in text.splitlines(keepends=True) if '"' in text else ():
        is_open = _is_open(line, delimiter, is_open)
    return is_open
