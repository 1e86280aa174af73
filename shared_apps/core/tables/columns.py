"""The headers of a table: found, named, and known again."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from django.utils.translation import gettext as _

from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.tables.shapes import MAX_COLUMNS, Reading, SourceRow, Unusable

_LOOKED_AT = 200


def folded_header(header: str) -> str:
    """`Person - E-mail (Work)` → `person email work`."""
    words = fold(header).replace("e mail", "email") if "1 value" not in fold(header) else fold(header)
    return re.sub(r"\s+", " ", words).strip()


def headers_key(headers: Sequence[str]) -> str:
    """The same for two files with the same headers in the same order, however they are written."""
    return hashlib.sha256("\n".join(map(folded_header, headers)).encode()).hexdigest()


def headers_and_rows(rows: Iterator[SourceRow], reading: Reading) -> tuple[list[str], Iterator[SourceRow]]:
    """The headers, each named once, and the rows below them. Raises `Unusable`."""
    head = None
    if reading.header_row:
        head = next((row for row in rows if row.number >= reading.header_row), None)
        if head is None or head.problem:
            raise Unusable(message=(head and head.problem) or _("There is no such row in the file."))
    seen = list(islice(rows, _LOOKED_AT))
    if head is None:
        first = next((row for row in seen if not row.problem), SourceRow(1))
        return _named([""] * len(first.cells)), chain(seen, rows)
    width = max([len(head.cells), *(len(row.cells) for row in seen)])
    if width > MAX_COLUMNS:
        told = {"count": width, "most": MAX_COLUMNS}
        raise Unusable(message=_("This table has %(count)d columns; at most %(most)d can be read.") % told)
    return _named(head.cells + [""] * (width - len(head.cells))), chain(seen, rows)


def _named(headers: Sequence[str]) -> list[str]:
    """Headers without blanks, each once: an empty one is its place, a second `E-mail` is `E-mail (2)`."""
    named: list[str] = []
    for place, header in enumerate(headers, start=1):
        plain = " ".join(header.replace("\x00", "").split())[:150] or _("Column %(place)d") % {"place": place}
        same = sum(one == plain or one.startswith(f"{plain} (") for one in named)
        named.append(f"{plain} ({same + 1})" if same else plain)
    return named
