"""Conditions on a key among many: those that a subquery names, or whole sets of values."""

from collections.abc import Collection
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, UUIDField, Value


class _Among(Func):
    template, arg_joiner = "%(expressions)s)", " = ANY ("
    output_field = BooleanField()


def is_among(path: str, rows: QuerySet[Any]) -> Q:
    """Rows whose `path` is one of `rows`, which give one column and do not look at the row: `path = ANY
    (ARRAY (…))`. The array is made once and each of its members looked up by the index of `path`, also beside
    an OR, where an `IN` would read every row.
    """
    return Q(_Among(F(path), ArraySubquery(rows)))


def is_one_of(path: str, ids: Collection[Any]) -> Q:
    """Rows whose id at `path` is one of `ids`: one array, where an `IN` is a parameter for each."""
    return Q(_Among(F(path), Value(list(ids), ArrayField(UUIDField()))))


def is_text_of(path: str, texts: Collection[str]) -> Q:
    """Rows whose text at `path` is one of `texts`."""
    return Q(_Among(F(path), Value(list(texts), ArrayField(TextField()))))
