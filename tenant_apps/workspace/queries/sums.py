"""The sums under a list and beside its groups."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.db.models import Sum as Total

from shared_apps.core.listing import Sum


def totals_of(rows: QuerySet[Any], sums: Sequence[Sum]) -> list[tuple[str, list[tuple[Decimal, str]]]]:
    """Every sum by currency; sums in the same currencies take one statement."""
    found: list[tuple[str, list[tuple[Decimal, str]]]] = []
    for path, alike in groupby(sums, key=lambda one: one.currency):
        labels = [str(one.label) for one in alike]
        added = {f"sum{place}": Total(one.path) for place, one in enumerate(sums) if one.currency == path}
        summed = list(rows.order_by().values_list(path).annotate(**added).order_by(path))
        found += [
            (label, [(row[place], row[0]) for row in summed if row[place]])
            for place, label in enumerate(labels, 1)
        ]
    return found


def totals_of_groups(
    rows: QuerySet[Any], path: str, sums: Sequence[Sum]
) -> dict[Any, list[tuple[Decimal, str]]]:
    """What each group comes to in the first of the sums, by currency."""
    found: dict[Any, list[tuple[Decimal, str]]] = {}
    for one in sums[:1]:
        summed = rows.values_list(path, one.currency).annotate(total=Total(one.path))
        for value, currency, total in summed:
            if total:
                found.setdefault(value, []).append((total, currency))
    return found
