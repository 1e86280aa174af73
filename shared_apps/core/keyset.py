"""Keyset pagination: a page knows where it ended, so page 2,000 costs what page 1 costs, and nothing is
counted.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Refused

M = TypeVar("M", bound=Model)


class InvalidCursor(Refused):
    code = "invalid_cursor"
    message = _("This page address is no longer valid. Start again from the first page.")
    field = "cursor"


@dataclass(frozen=True)
class KeysetPage(Generic[M]):
    """One page of a list. The cursors are opaque, URL-safe texts; None where the list ends."""

    items: list[M]
    next_cursor: str | None
    previous_cursor: str | None


def keyset_page(
    queryset: QuerySet[M], *, ordering: str = "-id", cursor: str | None = None, limit: int = 50
) -> KeysetPage[M]:
    """One page of `queryset` by one field (`-` for descending); the id breaks ties.

    The field must not be null. A cursor made for another ordering, or tampered with, raises `InvalidCursor`.
    """
    place = _read_cursor(queryset, ordering, cursor) if cursor else None
    backwards = bool(place and place.backwards)
    rows = list(_slice(queryset, ordering, place, limit + 1))
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    has_next = bool(rows) and (more or backwards)
    has_previous = bool(rows) and (place is not None) and (more or not backwards)
    return KeysetPage(
        rows,
        _write_cursor(ordering, rows[-1], False) if has_next else None,
        _write_cursor(ordering, rows[0], True) if has_previous else None,
    )


def neighbours(queryset: QuerySet[M], *, ordering: str, row_id: UUID) -> tuple[M | None, M | None]:
    """The rows before and after one of a list, without counting; none for a row that is not in it."""
    field = ordering.lstrip("-")
    kept = queryset.filter(pk=row_id).values_list(field, flat=True).first()
    if kept is None:
        return None, None
    before, after = (
        next(iter(_slice(queryset, ordering, _Place(kept, row_id, backwards), 1)), None)
        for backwards in (True, False)
    )
    return before, after


@dataclass(frozen=True)
class _Place:
    value: Any
    id: Any
    backwards: bool


def _slice(queryset: QuerySet[M], ordering: str, place: _Place | None, size: int) -> QuerySet[M]:
    field, descending = ordering.lstrip("-"), ordering.startswith("-")
    if place and place.backwards:
        descending = not descending
    sign = "-" if descending else ""
    order = [f"{sign}id"] if field == "id" else [f"{sign}{field}", f"{sign}id"]
    if place:
        queryset = queryset.filter(_beyond(field, place, "lt" if descending else "gt"))
    return queryset.order_by(*order)[:size]


def _beyond(field: str, place: _Place, side: str) -> Q:
    if field == "id":
        return Q(**{f"id__{side}": place.id})
    tied = Q(**{field: place.value, f"id__{side}": place.id})
    return Q(**{f"{field}__{side}e": place.value}) & (Q(**{f"{field}__{side}": place.value}) | tied)


def _write_cursor(ordering: str, row: Any, backwards: bool) -> str:
    field = ordering.lstrip("-")
    value = row[field] if isinstance(row, dict) else getattr(row, field)
    row_id = row["id"] if isinstance(row, dict) else row.pk
    packed = json.dumps([ordering, _plain(value), str(row_id), int(backwards)], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _read_cursor(queryset: QuerySet[M], ordering: str, cursor: str) -> _Place:
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        made_for, value, row_id, backwards = json.loads(packed)
        if made_for != ordering:
            raise InvalidCursor()
        return _Place(_typed(queryset, ordering.lstrip("-"), value), UUID(row_id), bool(backwards))
    except (ValueError, TypeError, ArithmeticError, AttributeError, binascii.Error, ValidationError) as error:
        raise InvalidCursor() from error


def _typed(queryset: QuerySet[M], field: str, value: str) -> Any:
    if field in queryset.query.annotations:
        return queryset.query.annotations[field].output_field.to_python(value)
    column: Any = queryset.model._meta.get_field(field)
    if column.get_internal_type() == "DecimalField":
        return Decimal(value)
    return column.to_python(value)
