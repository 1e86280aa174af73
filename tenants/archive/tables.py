"""What of a schema travels. The models say it, each in its `Data`: `secret` columns stay behind, `people`
are columns with user ids, `files` columns with paths of stored files, and `travels = False` keeps a
table at home.

A table that no model knows is refused, so nothing is left out in silence.
"""

from dataclasses import replace
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from tenants.archive.manifest import Table
from tenants.archive.references import KINDS
from tenants.versions import tenant_labels

# The migrations that a schema has had stand in the manifest instead.
AT_HOME = frozenset({"django_migrations"})


class UnknownTable(RuntimeError):
    """A table of an organization that no model knows: whether it may travel, nobody has said."""


def tables_in(schema_name: str) -> list[Table]:
    """The tables of a schema that travel, by name, with the columns that they have there."""
    known, at_home = travelling_tables(), tables_at_home()
    found = columns_in(schema_name)
    unknown = set(found) - set(known) - at_home
    if unknown:
        raise UnknownTable(", ".join(sorted(unknown)))
    return [_without_secrets(known[name], found[name]) for name in sorted(set(found) & set(known))]


def travelling_tables() -> dict[str, Table]:
    """Every table of the organizations' models that travels, by name; `columns` are the model's."""
    return {model._meta.db_table: _table_of(model) for model in _models() if _travels(model)}


def tables_at_home() -> frozenset[str]:
    """The tables of an organization that stay behind."""
    return AT_HOME | {model._meta.db_table for model in _models() if not _travels(model)}


def columns_in(schema_name: str) -> dict[str, tuple[str, ...]]:
    """Table → the columns that are written to, in the table's order, read from the catalog."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname::text, array_agg(attname::text ORDER BY attnum) FROM pg_class "
            "JOIN pg_attribute ON attrelid = pg_class.oid "
            "WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p') "
            "AND attnum > 0 AND NOT attisdropped AND attgenerated = '' GROUP BY relname",
            [connection.ops.quote_name(schema_name)],
        )
        return {name: tuple(columns) for name, columns in cursor.fetchall()}


def _models() -> list[type[models.Model]]:
    labels = tenant_labels()
    return [m for m in apps.get_models(include_auto_created=True) if m._meta.app_label in labels]


def _travels(model: type[models.Model]) -> bool:
    return getattr(_data(model), "travels", True)


def _data(model: type[models.Model]) -> Any:
    return getattr(model, "Data", None)


def _table_of(model: type[models.Model]) -> Table:
    data = _data(model)
    fields = {field.name: field for field in model._meta.concrete_fields}

    def columns(kind: str) -> tuple[str, ...]:
        return tuple(str(fields[name].column) for name in getattr(data, kind, ()))

    own = [(str(field.column), _target(field), field) for field in fields.values()]
    return Table(
        name=model._meta.db_table,
        columns=tuple(column for column, _, _ in own),
        key=str(model._meta.pk.column),
        secret=columns("secret"),
        people=columns("people")
        + tuple(c for c, target, _ in own if target == settings.AUTH_USER_MODEL.lower()),
        documents=tuple(column for column, _, field in own if isinstance(field, models.JSONField)),
        files=columns("files"),
        references={column: target for column, target, _ in own if target in KINDS},
    )


def _target(field: Any) -> str:
    """The model that a foreign key points to (`auth.permission`); empty for other fields."""
    return field.related_model._meta.label_lower if field.related_model else ""


def _without_secrets(table: Table, columns: tuple[str, ...]) -> Table:
    return replace(table, columns=tuple(name for name in columns if name not in table.secret))
