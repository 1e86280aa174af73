"""How many rows a list has, and the sums under it and beside its groups."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Count, F, QuerySet
from django.db.models import Sum as Total

from shared_apps.core.listing import Sum

Totals = list[tuple[str, list[tuple[Decimal, str]]]]


@dataclass(frozen=True)
class Tally:
    """How many rows a list has, and what they come to where all of them were counted."""

    count: int
    has_more: bool
    totals: Totals


@dataclass(frozen=True)
class GroupTally:
    """The value that rows share, how many there are, and what they come to in each currency."""

    value: Any
    count: int
    totals: list[tuple[Decimal, str]]


def counted(rows: QuerySet[Any], most: int) -> int:
    """How many rows there are, counted no further than one more than `most`."""
    return rows.order_by().values("pk")[: most + 1].count()


def tally_of(rows: QuerySet[Any], sums: Sequence[Sum], most: int) -> Tally:
    """Count and add up no more than one row above `most`, by one statement."""
    if not sums:
        found = counted(rows, most)
        return Tally(min(found, most), found > most, [])
    groups = _counted_by_currency(rows.order_by(), sums, most + 1)
    found = sum(row[-1] for row in groups)
    return Tally(min(found, most), found > most, [] if found > most else _by_label(groups, sums))


def totals_of(rows: QuerySet[Any], sums: Sequence[Sum]) -> Totals:
    """Every sum by currency, of all rows; sums in the same currencies take one statement."""
    found: Totals = []
    for path, alike in groupby(sums, key=lambda one: one.currency):
        labels = [str(one.label) for one in alike]
        added = {f"sum{place}": Total(one.path) for place, one in enumerate(sums) if one.currency == path}
        summed = list(rows.order_by().values_list(path).annotate(**added).order_by(path))
        found += [
            (label, [(row[place], row[0]) for row in summed if row[place]])
            for place, label in enumerate(labels, 1)
        ]
    return found


def tallies_of_groups(rows: QuerySet[Any], path: str, sums: Sequence[Sum], most: int) -> list[GroupTally]:
    """The `most` groups with most rows: how many each has, and what it comes to in the first of the sums."""
    if not sums:
        counts = rows.values_list(path).annotate(count=Count("pk")).order_by("-count", path)[:most]
        return [GroupTally(value, count, []) for value, count in counts]
    named = {"gathered_by": F(path), "currency0": F(sums[0].currency), "added0": _added(sums[0])}
    sql, params = rows.annotate(**named).values_list(*named).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS.format(rows=sql), [*params, most])
        found = cursor.fetchall()
    return [
        GroupTally(value, count, [(total, currency) for _value, _count, currency, total in parts if total])
        for (value, count), parts in groupby(found, key=lambda row: row[:2])
    ]


_GROUPS = """
    WITH parts AS (
        SELECT value, currency, count(*) AS count, sum(added) AS total
        FROM ({rows}) AS rows (value, currency, added) GROUP BY 1, 2
    ),
    groups AS (SELECT *, sum(count) OVER (PARTITION BY value) AS whole FROM parts),
    placed AS (SELECT *, dense_rank() OVER (ORDER BY whole DESC, value) AS place FROM groups)
    SELECT value, whole::bigint, currency, total FROM placed WHERE place <= %s ORDER BY place, currency
"""


def _counted_by_currency(rows: QuerySet[Any], sums: Sequence[Sum], most: int) -> list[tuple[Any, ...]]:
    """Of the first `most` rows alone, for each currency or set of currencies: it, the sums, the count."""
    named = {f"currency{place}": F(one.currency) for place, one in enumerate(sums)}
    named |= {f"added{place}": _added(one) for place, one in enumerate(sums)}
    first = rows.annotate(**named).values_list(*named)[:most]
    sql, params = first.query.sql_with_params()
    currencies = ", ".join(f"currency{place}" for place in range(len(sums)))
    added = ", ".join(f"sum(added{place})" for place in range(len(sums)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {currencies}, {added}, count(*) FROM ({sql}) AS rows ({', '.join(named)})"  # noqa: S608
            f" GROUP BY {currencies} ORDER BY {currencies}",
            params,
        )
        return cursor.fetchall()


def _added(one: Sum) -> Any:
    return F(one.path) if isinstance(one.path, str) else one.path


def _by_label(groups: list[tuple[Any, ...]], sums: Sequence[Sum]) -> Totals:
    found: Totals = []
    for place, one in enumerate(sums):
        by_currency: dict[str, Decimal] = defaultdict(Decimal)
        for row in groups:
            by_currency[row[place]] += row[len(sums) + place] or 0
        found.append(
            (str(one.label), [(total, currency) for currency, total in by_currency.items() if total])
        )
    return found
