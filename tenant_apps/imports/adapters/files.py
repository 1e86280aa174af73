"""What a file is: a table, as `core` reads it, or a vCard."""

from collections.abc import Iterator

from shared_apps.core import tables
from shared_apps.core.tables import Reading, SourceRow, delimited
from tenant_apps.imports.adapters import cards


def recognise(content: bytes) -> Reading:
    """What the file is and how to read it. Raises `Unusable`."""
    tables.refuse_others(content)
    if content.startswith(b"PK"):
        return tables.recognise_table(content)
    encoding = delimited.encoding_of(content)
    start = content[:4096].decode(encoding, errors="replace").lstrip("\ufeff \r\n\t")
    if start[:11].upper() == "BEGIN:VCARD":
        return Reading("vcard", encoding=encoding)
    return tables.recognise_table(content)


def rows_in(content: bytes, reading: Reading) -> Iterator[SourceRow]:
    """Every row that is not empty, headers included (of a vCard: the fields' names first)."""
    return cards.rows_in(content, reading) if reading.format == "vcard" else tables.rows_in(content, reading)
