"""Pictures and sheets. The only module here that knows Pillow and openpyxl, which are slow to import and so
imported on first use.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol, TextIO

PICTURE_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
MOST_PIXELS = 10_000_000
LONGEST_CELL = 32_000
_BEGINS_A_FORMULA = tuple("=+-@\t\r\n|%")
_PHONE = re.compile(r"\+\d[\d ]*", re.ASCII)


def picture_type(content: bytes) -> str | None:
    """Return `image/png` or `image/jpeg`; None for what is neither, cannot be drawn to its end, or would fill
    the memory.
    """
    from PIL import Image

    broken = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        with Image.open(BytesIO(content), formats=[*PICTURE_TYPES]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.load()
            return PICTURE_TYPES[picture.format or ""]
    except broken:
        return None


class Sheet(Protocol):
    """Rows going into a file, the first row being the headings."""

    def write(self, values: Sequence[Any]) -> None: ...


@contextmanager
def open_sheet(path: Path, file_format: str, language: str) -> Iterator[Sheet]:
    """A file of rows: `xlsx`, or `csv` as the reader's spreadsheet opens it: in UTF-8 with its mark, and in
    Bulgarian with semicolons and decimal commas. What a spreadsheet would compute stands there as text.
    """
    if file_format == "csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            yield _Csv(file, language == "bg")
        return
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    yield _Workbook(book.create_sheet())
    book.save(path)


class _Csv:
    def __init__(self, file: TextIO, is_bulgarian: bool) -> None:
        self._rows = csv.writer(file, delimiter=";" if is_bulgarian else ",")
        self._is_bulgarian = is_bulgarian

    def write(self, values: Sequence[Any]) -> None:
        self._rows.writerow([self._text(value) for value in values])

    def _text(self, value: Any) -> str:
        if isinstance(value, (int, Decimal)):
            return str(value).replace(".", ",") if self._is_bulgarian else str(value)
        if isinstance(value, datetime):
            return value.strftime("%d.%m.%Y %H:%M" if self._is_bulgarian else "%Y-%m-%d %H:%M")
        if isinstance(value, date):
            return value.strftime("%d.%m.%Y" if self._is_bulgarian else "%Y-%m-%d")
        return harmless(str(value))


class _Workbook:
    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet

    def write(self, values: Sequence[Any]) -> None:
        self._sheet.append([self._cell(value) for value in values])

    def _cell(self, value: Any) -> Any:
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

        return (
            ILLEGAL_CHARACTERS_RE.sub("", harmless(value))[:LONGEST_CELL] if isinstance(value, str) else value
        )


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a phone number stays as it is."""
    return f"'{text}" if text[:1] in _BEGINS_A_FORMULA and not _PHONE.fullmatch(text) else text
