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
        with connection.cursor() as cursor:
            document = orjson.dumps(rows, default=_plain).decode()
            cursor.execute(_statement(model, tuple(rows[0])), [document])


@lru_cache(maxsize=64)
def _statement(model: type[Model], names: tuple[str, ...]) -> str:
    types = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
    quoted = {name: connection.ops.quote_name(name) for name in names}
    columns = ", ".join(quoted.values())
    shape = ", ".join(f"{quoted[name]} {types[name]}" for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    return (
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_to_recordset(%s::json) AS row ({shape})"  # noqa: S608
    )


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not written as JSON")
