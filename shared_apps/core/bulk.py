"""Many rows in one statement, without an object of the model for each."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection
from django.db.models import Model


def insert_rows(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, each a dictionary of the same columns; the others take what the table gives.

    Values are plain: texts, numbers, ids, days, instants, and of such what goes into JSON. The rows travel as
    one JSON document, which costs a fraction of an object and a parameter for each value. For whole sets; a
    few rows are better written by `bulk_create`, which knows defaults.
    """
    if rows:
        _send(_insert_statement(model, tuple(rows[0])), rows)


def update_rows(model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """Change rows, each a dictionary of its `id` and the same other columns; values as in `insert_rows`."""
    if rows:
        _send(_update_statement(model, tuple(rows[0])), rows)


def _send(statement: str, rows: Sequence[dict[str, Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [orjson.dumps(rows, default=_plain).decode()])


@lru_cache(maxsize=64)
def _insert_statement(model: type[Model], names: tuple[str, ...]) -> str:
    columns = ", ".join(map(_quoted, names))
    return f"INSERT INTO {_table(model)} ({columns}) SELECT {columns} FROM {_sent(model, names)}"  # noqa: S608


@lru_cache(maxsize=64)
def _update_statement(model: type[Model], names: tuple[str, ...]) -> str:
    changes = ", ".join(f"{_quoted(name)} = row.{_quoted(name)}" for name in names if name != "id")
    table = _table(model)
    return f"UPDATE {table} SET {changes} FROM {_sent(model, names)} WHERE {table}.id = row.id"  # noqa: S608


def _sent(model: type[Model], names: Sequence[str]) -> str:
    """The rows that travel as JSON, with the types of the table's columns."""
    types = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    shape = ", ".join(f"{_quoted(name)} {types[name]}" for name in names)
    return f"json_to_recordset(%s::json) AS row ({shape})"


def _table(model: type[Model]) -> str:
    return _quoted(model._meta.db_table)


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not written as JSON")
