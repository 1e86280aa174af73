"""A list's rows in the order that one of its columns gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from shared_apps.core.keyset import Held, KeysetPage, keyset_page, neighbours, whole
from shared_apps.core.listing import Offer

PAGE = 50


@dataclass(frozen=True)
class Ordered:
    """All rows of a list and what they are ordered by."""

    rows: QuerySet[Any]
    ordering: str
    held: Held | None = None

    def page(self, cursor: str | None = None) -> KeysetPage[Any]:
        """The page that a cursor leads to; raises `InvalidCursor`."""
        return keyset_page(self.rows, ordering=self.ordering, cursor=cursor, limit=PAGE, held=self.held)

    def neighbours(self, row_id: UUID) -> tuple[Any, Any]:
        """The rows before and after one, None at either end."""
        return neighbours(self.rows, ordering=self.ordering, row_id=row_id, held=self.held)

    def records(self, chunk: int) -> Iterator[Any]:
        """Every row, fetched a chunk at a time."""
        for part in whole(self.rows, ordering=self.ordering, held=self.held):
            yield from part.iterator(chunk_size=chunk)


def ordered(rows: QuerySet[Any], offer: Offer, wanted: str) -> Ordered:
    """Rows by the column that is wanted (`-name` descending); by the list's own order where that is none."""
    column = offer.columns.get(wanted.removeprefix("-"))
    if column is None or not column.order:
        wanted = offer.listing.order
        column = offer.columns[wanted.removeprefix("-")]
    sign = "-" if wanted.startswith("-") else ""
    if isinstance(column.order, str):
        return Ordered(rows, f"{sign}{column.order}")
    if isinstance(column.order, Held):
        return Ordered(rows, f"{sign}in_order", column.order)
    return Ordered(rows.annotate(in_order=column.order), f"{sign}in_order")
