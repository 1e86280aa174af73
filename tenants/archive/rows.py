"""Rows of COPY's text format: one line each, cells between tabs, backslashes before what would disturb."""

import re
from collections.abc import Callable, Mapping, Sequence

NULL = b"\\N"
Change = Callable[[bytes], bytes]
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_PLAIN = {escaped: plain for plain, escaped in _ESCAPES.items()}
_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def as_cell(text: str) -> bytes:
    return "".join(_ESCAPES.get(letter, letter) for letter in text).encode()


def as_text(cell: bytes) -> str:
    return re.sub(r"\\.", lambda found: _PLAIN.get(found[0], found[0]), cell.decode(), flags=re.DOTALL)


def row_change(
    columns: Sequence[str], changes: Mapping[str, Change], added: Sequence[Callable[[], bytes]] = ()
) -> Change | None:
    """A function that changes the named cells of a row and appends `added` ones; None when there is nothing
    to do. A NULL stays one.
    """
    places = [(columns.index(name), change) for name, change in changes.items()]
    if not places and not added:
        return None

    def change_row(row: bytes) -> bytes:
        cells = row[:-1].split(b"\t")
        for place, change in places:
            if cells[place] != NULL:
                cells[place] = change(cells[place])
        cells.extend(fresh() for fresh in added)
        return b"\t".join(cells) + b"\n"

    return change_row


def ids_replaced(ids: Mapping[bytes, bytes]) -> Change:
    """Puts other ids in the place of known ones, wherever they stand in a cell."""

    def replaced(cell: bytes) -> bytes:
        return _UUID.sub(lambda found: ids.get(found[0], found[0]), cell)

    return replaced
