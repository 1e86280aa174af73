"""Keyset pagination: a page knows where it ended, so page 2,000 costs what page 1 costs, and nothing is
counted.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shared_apps.core.asking import Asking
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


@dataclass(frozen=True)
class Held:
    """An order by what not every row has; rows without it come last, whichever way, and are ordered by id.

    `having` narrows rows to those that have it and annotates it as `in_order`; `lacking` to the others. Each
    half is read along its own index.
    """

    having: Callable[[QuerySet[Any]], QuerySet[Any]]
    lacking: Callable[[QuerySet[Any]], QuerySet[Any]]


def held_in(path: str) -> Held:
    """The order by a column beyond a key that may be null: `company__name_folded`."""
    key = path.partition("__")[0]
    return Held(
        lambda rows: rows.filter(**{f"{path}__isnull": False}).annotate(in_order=F(path)),
        lambda rows: rows.filter(**{f"{key}__isnull": True}),
    )


def keyset_page(
    queryset: QuerySet[M],
    *,
    ordering: str = "-id",
    cursor: str | None = None,
    limit: int = 50,
    held: Held | None = None,
) -> KeysetPage[M]:
    """One page of `queryset` by one field (`-` for descending); the id breaks ties.

    The field must not be null; for one that some rows lack, give `held` and `in_order`. A cursor made for
    another ordering, or tampered with, raises `InvalidCursor`.
    """
    place = _read_cursor(queryset, ordering, cursor, held) if cursor else None
    return _page_of(_beginning(queryset, ordering, place, limit + 1, held), ordering, place, limit, held)


def merged_page(
    querysets: Sequence[QuerySet[Any]], *, ordering: str, cursor: str | None = None, limit: int = 50
) -> Asking[KeysetPage[Any]]:
    """One page of rows of several kinds in one order, as a part that asks together with others (`asking`).

    Each queryset annotates the ordered field, never null, and its rows have an id. Raises as `keyset_page`.
    """
    place = _read_cursor(querysets[0], ordering, cursor, None) if cursor else None
    found = yield _first_of_each(querysets, ordering, place, limit + 1)
    rows = _in_one_order(found, ordering, place)[: limit + 1]
    return _page_of(rows, ordering, place, limit, None)


def next_of(querysets: Sequence[QuerySet[Any]], row: Any, *, ordering: str) -> Asking[Any]:
    """The row that follows `row` where `merged_page` lists both, or else the first; None where there is no
    other.
    """
    place = _Place(getattr(row, ordering.lstrip("-")), row.pk, False)
    others = [rows.exclude(pk=row.pk) for rows in querysets]
    after = _first_of_each(others, ordering, place, 1)
    found = yield [*after, *_first_of_each(others, ordering, None, 1)]
    for half in (found[: len(after)], found[len(after) :]):
        if rows := _in_one_order(half, ordering, None):
            return rows[0]
    return None


def neighbours(
    queryset: QuerySet[M], *, ordering: str, row_id: UUID, held: Held | None = None
) -> tuple[M | None, M | None]:
    """The rows before and after one of a list, without counting; none for a row that is not in it."""
    field = ordering.lstrip("-")
    known = held.having(queryset) if held else queryset
    kept = known.filter(pk=row_id).values_list(field, flat=True).first()
    if kept is None and not (held and held.lacking(queryset).filter(pk=row_id).exists()):
        return None, None
    before, after = (
        next(iter(_beginning(queryset, ordering, _Place(kept, row_id, backwards), 1, held)), None)
        for backwards in (True, False)
    )
    return before, after


def whole(queryset: QuerySet[M], *, ordering: str, held: Held | None = None) -> list[QuerySet[M]]:
    """All rows in their order: one queryset after the other."""
    return [part.order_by(*_order(by, False)) for part, by in _parts(queryset, ordering, held)]


def _first_of_each(
    querysets: Sequence[QuerySet[Any]], ordering: str, place: "_Place | None", size: int
) -> list[QuerySet[Any]]:
    backwards = bool(place and place.backwards)
    return [_slice(rows, ordering, place, backwards, size) for rows in querysets]


def _in_one_order(found: Iterable[Iterable[Any]], ordering: str, place: "_Place | None") -> list[Any]:
    field, backwards = ordering.lstrip("-"), bool(place and place.backwards)
    descending = ordering.startswith("-") is not backwards
    return sorted(chain(*found), key=lambda row: (getattr(row, field), row.pk), reverse=descending)


def _page_of(
    rows: list[Any], ordering: str, place: "_Place | None", limit: int, held: Held | None
) -> KeysetPage[Any]:
    """The page of the rows beyond a place, of which one more than fits was asked for."""
    backwards = bool(place and place.backwards)
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    has_next = bool(rows) and (more or backwards)
    has_previous = bool(rows) and (place is not None) and (more or not backwards)
    return KeysetPage(
        rows,
        _write_cursor(ordering, rows[-1], False, held) if has_next else None,
        _write_cursor(ordering, rows[0], True, held) if has_previous else None,
    )


@dataclass(frozen=True)
class _Place:
    """Beyond which row a page begins; `value` None for a row that lacks what is ordered by."""

    value: Any
    id: Any
    backwards: bool


def _beginning(
    queryset: QuerySet[M], ordering: str, place: _Place | None, size: int, held: Held | None
) -> list[M]:
    """The first rows beyond a place, in the direction that it looks."""
    backwards = bool(place and place.backwards)
    parts = _parts(queryset, ordering, held)
    if backwards:
        parts.reverse()
    is_lacking = held is not None and place is not None and place.value is None
    if place and held and is_lacking is not backwards:
        parts = parts[1:]
    rows: list[M] = []
    for part, by in parts:
        if len(rows) < size:
            rows += _slice(part, by, place, backwards, size - len(rows))
        place = None
    return rows


def _parts(queryset: QuerySet[M], ordering: str, held: Held | None) -> list[tuple[QuerySet[M], str]]:
    if held is None:
        return [(queryset, ordering)]
    sign = "-" if ordering.startswith("-") else ""
    return [(held.having(queryset), ordering), (held.lacking(queryset), f"{sign}id")]


def _slice(
    queryset: QuerySet[M], ordering: str, place: _Place | None, backwards: bool, size: int
) -> QuerySet[M]:
    if place:
        side = "lt" if ordering.startswith("-") is not backwards else "gt"
        queryset = queryset.filter(_beyond(ordering.lstrip("-"), place, side))
    return queryset.order_by(*_order(ordering, backwards))[:size]


def _order(ordering: str, backwards: bool) -> list[str]:
    field, descending = ordering.lstrip("-"), ordering.startswith("-") is not backwards
    sign = "-" if descending else ""
    return [f"{sign}id"] if field == "id" else [f"{sign}{field}", f"{sign}id"]


def _beyond(field: str, place: _Place, side: str) -> Q:
    if field == "id":
        return Q(**{f"id__{side}": place.id})
    tied = Q(**{field: place.value, f"id__{side}": place.id})
    return Q(**{f"{field}__{side}e": place.value}) & (Q(**{f"{field}__{side}": place.value}) | tied)


def _write_cursor(ordering: str, row: Any, backwards: bool, held: Held | None) -> str:
    field = ordering.lstrip("-")
    value = row[field] if isinstance(row, dict) else _value_of(row, field, held)
    row_id = row["id"] if isinstance(row, dict) else row.pk
    packed = json.dumps([ordering, _plain(value), str(row_id), int(backwards)], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _value_of(row: Any, field: str, held: Held | None) -> Any:
    """What a row is ordered by; None for one that lacks it."""
    return getattr(row, field, None) if held else getattr(row, field)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (date, datetime)):
        return value and value.isoformat()
    return str(value)


def _read_cursor(queryset: QuerySet[M], ordering: str, cursor: str, held: Held | None) -> _Place:
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        made_for, value, row_id, backwards = json.loads(packed)
        if made_for != ordering or (value is None and held is None):
            raise InvalidCursor()
        ordered = held.having(queryset) if held else queryset
        typed = None if value is None else _typed(ordered, ordering.lstrip("-"), value)
        return _Place(typed, UUID(row_id), bool(backwards))
    except (ValueError, TypeError, ArithmeticError, AttributeError, binascii.Error, ValidationError) as error:
        raise InvalidCursor() from error


def _typed(queryset: QuerySet[M], field: str, value: str) -> Any:
    if field in queryset.query.annotations:
        return queryset.query.annotations[field].output_field.to_python(value)
    column: Any = queryset.model._meta.get_field(field)
    if column.get_internal_type() == "DecimalField":
        return Decimal(value)
    return column.to_python(value)
