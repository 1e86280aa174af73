"""What a file is, by its bytes and not by its name; its rows as texts."""

from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext_lazy as _

from shared_apps.core.tables import delimited, workbooks
from shared_apps.core.tables.shapes import MAX_BYTES, Reading, SourceRow, Unusable

_LOOKED_AT = 25
_OTHERS = {
    b"%PDF": _("This is a PDF, not a table. Export the table as CSV or XLSX and upload that."),
    b"\xd0\xcf\x11\xe0": _("This is an old Excel file (.xls). Save it as .xlsx and upload that."),
    b"\x89PNG": _("This is a picture, not a table."),
    b"\xff\xd8\xff": _("This is a picture, not a table."),
    b"GIF8": _("This is a picture, not a table."),
    b"Rar!": _("This is an archive. Unpack it and upload the table inside."),
    b"7z\xbc\xaf": _("This is an archive. Unpack it and upload the table inside."),
    b"\x1f\x8b": _("This is an archive. Unpack it and upload the table inside."),
    b"{\\rtf": _("This is a text document, not a table."),
}


def refuse_others(content: bytes) -> None:
    """Raise `Unusable` for what is empty, too large, or no table by its first bytes."""
    if not content.strip():
        raise Unusable(message=_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise Unusable(message=_("The file is larger than 30 MB. Split it and upload the parts."))
    for signature, message in _OTHERS.items():
        if content.startswith(signature):
            raise Unusable(message=message)


def recognise_table(content: bytes) -> Reading:
    """How to read a table: a workbook by its bytes, else delimited text. Raises `Unusable`."""
    refuse_others(content)
    if content.startswith(b"PK"):
        return _with_header_row(content, Reading("xlsx", sheet=workbooks.first_sheet(content)))
    encoding = delimited.encoding_of(content)
    delimiter = delimited.delimiter_of(content, encoding)
    return _with_header_row(content, Reading("csv", encoding=encoding, delimiter=delimiter))


def rows_in(content: bytes, reading: Reading) -> Iterator[SourceRow]:
    """Every row that is not empty, headers included."""
    if reading.format == "xlsx":
        return workbooks.rows_in(content, reading)
    return delimited.rows_in(content, reading)


def sheets_in(content: bytes, reading: Reading) -> list[str]:
    """The names of a workbook's sheets; none for other files."""
    return workbooks.sheets_in(content) if reading.format == "xlsx" else []


def _with_header_row(content: bytes, reading: Reading) -> Reading:
    first = [row for row in islice(rows_in(content, reading), _LOOKED_AT) if not row.problem]
    number = delimited.header_row_of(first)
    return Reading(reading.format, reading.encoding, reading.delimiter, reading.sheet, number)
