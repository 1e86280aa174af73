"""XLSX through openpyxl, read-only: looked at as a zip first, so that a bomb is never unpacked."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import openpyxl
from django.utils.translation import gettext_lazy as _

from shared_apps.core.tables.shapes import MAX_COLUMNS, Reading, SourceRow, Unusable

MAX_UNPACKED = 300_000_000
MAX_STRINGS = 100_000_000
MAX_TIMES = 200
MAX_MEMBERS = 2_000
_DAMAGED = _("This Excel file is damaged. Open it, save it again as .xlsx and upload that.")
_TOO_BIG = _("Unpacked, this Excel file is too large. Keep only the sheet that you import.")
_NO_RESULT = _(
    "Some cells hold formulas without their results. Open the file in Excel or LibreOffice, save it and "
    "upload it again."
)
_FORMULA = re.compile(rb"<f[ >/](?:(?!</c>).){0,2000}?</c>", re.DOTALL)
_RESULT = re.compile(rb"<v>[^<]|<is>")


def first_sheet(content: bytes) -> str:
    """The name of the first sheet that holds something. Raises `Unusable`."""
    _look_inside(content)
    with _workbook(content) as book:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            if any(
                any(cell is not None for cell in row) for row in sheet.iter_rows(max_row=50, values_only=True)
            ):
                return str(sheet.title)
    raise Unusable(message=_("The file is empty."))


def sheets_in(content: bytes) -> list[str]:
    """The names of the sheets, in their order."""
    with _workbook(content) as book:
        return [str(sheet.title) for sheet in book.worksheets]


def rows_in(content: bytes, reading: Reading) -> Iterator[SourceRow]:
    """The rows of the sheet that are not empty, every cell as text: dates as ISO, numbers with a point."""
    with _workbook(content) as book:
        sheet = book[reading.sheet] if reading.sheet in book.sheetnames else book.worksheets[0]
        sheet.reset_dimensions()
        try:
            for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                cells = [_text(value) for value in values[: MAX_COLUMNS + 1]]
                while cells and not cells[-1]:
                    cells.pop()
                if cells:
                    yield SourceRow(number, cells)
        except Exception as error:  # whatever a damaged sheet makes the parser raise
            raise Unusable(message=_DAMAGED) from error


class _workbook:
    """The open workbook; whatever openpyxl says about a damaged file becomes `Unusable`."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __enter__(self) -> Any:
        try:
            self.book = openpyxl.load_workbook(io.BytesIO(self.content), read_only=True, data_only=True)
        except Exception as error:  # a parser of foreign files raises whatever it likes
            raise Unusable(message=_DAMAGED) from error
        return self.book

    def __exit__(self, *_error: Any) -> None:
        self.book.close()


def _look_inside(content: bytes) -> None:
    """Refuse what is no workbook, what unpacks to too much, declares entities, or waits for its formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if "xl/workbook.xml" not in names:
                raise Unusable(message=_("This is an archive. Unpack it and upload the table inside."))
            _refuse_bomb(members, len(content))
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _look_at(archive, member)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        RuntimeError,
        NotImplementedError,
        OSError,
        EOFError,
    ) as error:
        raise Unusable(message=_DAMAGED) from error


def _refuse_bomb(members: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(member.file_size for member in members)
    strings = sum(member.file_size for member in members if member.filename.endswith("sharedStrings.xml"))
    is_bomb = unpacked > MAX_UNPACKED or (unpacked > 20_000_000 and unpacked > packed * MAX_TIMES)
    if is_bomb or strings > MAX_STRINGS or len(members) > MAX_MEMBERS:
        raise Unusable(message=_TOO_BIG)


def _look_at(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    is_sheet = member.filename.startswith("xl/worksheets/sheet")
    with archive.open(member) as stream:
        tail = b""
        while chunk := stream.read(1_000_000):
            piece = tail + chunk
            if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                raise Unusable(message=_DAMAGED)
            if is_sheet and any(not _RESULT.search(found) for found in _FORMULA.findall(piece)):
                raise Unusable(message=_NO_RESULT)
            if not is_sheet:
                break
            tail = piece[-3_000:]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float):
        return _number(value)
    return str(value).strip()


def _number(value: float) -> str:
    """Without an exponent, to the 15 digits that a spreadsheet shows. A fourth decimal follows three, lest
    the point pass for one of thousands.
    """
    if value == int(value):
        return str(int(value))
    text = format(Decimal(f"{value:.15g}").normalize(), "f")
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text
