"""What a file is, by its bytes and not by its name."""

from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext_lazy as _

from tenant_apps.imports.adapters import cards, tables, workbooks
from tenant_apps.imports.adapters.shapes import MAX_BYTES as MAX_BYTES
from tenant_apps.imports.adapters.shapes import MAX_COLUMNS as MAX_COLUMNS
from tenant_apps.imports.adapters.shapes import MAX_ROWS as MAX_ROWS
from tenant_apps.imports.adapters.shapes import Reading as Reading
from tenant_apps.imports.adapters.shapes import SourceRow as SourceRow
from tenant_apps.imports.adapters.shapes import Unusable as Unusable

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


def recognise(content: bytes) -> Reading:
    """What the file is and how to read it. Raises `Unusable`."""
    if not content.strip():
        raise Unusable(message=_("The file is empty."))
    if len(content) > MAX_BYTES:
        raise Unusable(message=_("The file is larger than 30 MB. Split it and upload the parts."))
    for signature, message in _OTHERS.items():
        if content.startswith(signature):
            raise Unusable(message=message)
    if content.startswith(b"PK"):
        sheet = workbooks.first_sheet(content)
        return _with_header_row(content, Reading("xlsx", sheet=sheet))
    encoding = tables.encoding_of(content)
    start = content[:4096].decode(encoding, errors="replace").lstrip("\ufeff \r\n\t")
    if start[:11].upper() == "BEGIN:VCARD":
        return Reading("vcard", encoding=encoding)
    delimiter = tables.delimiter_of(content, encoding)
    return _with_header_row(content, Reading("csv", encoding=encoding, delimiter=delimiter))


def rows_in(content: bytes, reading: Reading) -> Iterator[SourceRow]:
    """Every row that is not empty, headers included (of a vCard: the fields' names first)."""
    if reading.format == "xlsx":
        return workbooks.rows_in(content, reading)
    if reading.format == "vcard":
        return cards.rows_in(content, reading)
    return tables.rows_in(content, reading)


def sheets_in(content: bytes, reading: Reading) -> list[str]:
    """The names of a workbook's sheets; none for other files."""
    return workbooks.sheets_in(content) if reading.format == "xlsx" else []


def _with_header_row(content: bytes, reading: Reading) -> Reading:
    first = [row for row in islice(rows_in(content, reading), _LOOKED_AT) if not row.problem]
    number = tables.header_row_of(first)
    return Reading(reading.format, reading.encoding, reading.delimiter, reading.sheet, number)
