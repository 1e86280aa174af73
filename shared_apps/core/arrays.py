"""Conditions on a key among many that a subquery names."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, QuerySet


class _Among(Func):
    template, arg_joiner = "%(expressions)s)", " = ANY ("
    output_field = BooleanField()


def is_among(path: str, rows: QuerySet[Any]) -> Q:
    """Rows whose `path` is one of `rows`, which give one column and do not look at the row: `path = ANY
    (ARRAY (…))`. The array is made once and each of its members looked up by the index of `path`, also beside
    an OR, where an `IN` would read every row.
    """
    return Q(_Among(F(path), ArraySubquery(rows)))
