"""A list page: what its address asks for, as one keyset page."""

from collections.abc import Mapping
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from shared_apps.core.keyset import InvalidCursor, KeysetPage, keyset_page
from shared_apps.core.search import matching

M = TypeVar("M", bound=Model)


def list_page(
    request: HttpRequest, rows: QuerySet[M], *, orderings: Mapping[str, str], default: str
) -> KeysetPage[M]:
    """`?search=`, `?ordering=` (a name of `orderings`, which gives its column) and `?cursor=` of the address.

    An address that is no longer good (an old bookmark) shows the first page, in the default order.
    """
    found = matching(rows, request.GET.get("search", ""))
    ordering = _column(request.GET.get("ordering", ""), orderings) or _column(default, orderings)
    try:
        return keyset_page(found, ordering=ordering, cursor=request.GET.get("cursor"))
    except InvalidCursor:
        return keyset_page(found, ordering=ordering)


def _column(ordering: str, orderings: Mapping[str, str]) -> str:
    column = orderings.get(ordering.removeprefix("-"), "")
    return f"-{column}" if column and ordering.startswith("-") else column
