"""Rows as plain values, exact to the microsecond, and back again."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model


def columns_of(row: Model) -> dict[str, Any]:
    """Column → value, as JSON can keep it without loss."""
    return {field.attname: _plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}


def put_columns(row: Model, columns: dict[str, Any]) -> None:
    """Set columns to what `columns_of` wrote down; the row is not saved."""
    fields = {field.attname: field for field in row._meta.concrete_fields}
    for name, value in columns.items():
        setattr(row, name, fields[name].to_python(value))


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, (UUID, Decimal)) else value
