import copy
from typing import Any

from django.db.backends.postgresql import schema as stock
from django.db.models import Field, Model
from django.db.models.fields import NOT_PROVIDED


class DatabaseSchemaEditor(stock.DatabaseSchemaEditor):
    """Django's editor with four differences, each because a thousand schemas pay for every statement.

    1. A column that must be filled is added empty, filled, and then made NOT NULL; `ADD COLUMN … DEFAULT` was
    measured to cost more the more schemas there are (ADR 0015 says with which tables, and with which not).
    2. One statement per call, so that statements can travel in a pipeline. 3. No second index with text
    patterns beside an index on text: no query of ours uses one. 4. What is executed can be written down
    (`DatabaseWrapper.recording`).

    Foreign keys are not deferrable, inside a schema and in public alike.
    """

    sql_create_column_inline_fk = stock.DatabaseSchemaEditor.sql_create_column_inline_fk.replace(
        "; SET CONSTRAINTS %(namespace)s%(name)s IMMEDIATE", ""
    )
    sql_delete_fk = "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s"
    sql_update_with_default = "UPDATE %(table)s SET %(column)s = %(default)s WHERE %(column)s IS NULL"
    sql_triggers = "ALTER TABLE %(table)s %(state)s TRIGGER USER"

    def execute(self, sql: Any, params: Any = ()) -> None:
        super().execute(sql, params)
        recorded = self.connection.recorded  # type: ignore[attr-defined]
        if recorded is not None and not self.collect_sql:
            compose = self.connection.ops.compose_sql
            recorded.append(str(sql) if params is None else compose(str(sql), params))

    def add_field(self, model: type[Model], field: Field) -> None:
        """Add the column; a value that rows already there must get is written by an UPDATE."""
        if not self._must_be_filled(field):
            super().add_field(model, field)
            return
        super().add_field(model, _empty(field))
        self._fill(model, field)
        if field.has_db_default():
            default = self._alter_column_database_default_sql(model, None, field)  # type: ignore[attr-defined]
            self._alter(model, *default)
        if not field.null:
            not_null = self._alter_column_null_sql(model, _empty(field), field)  # type: ignore[attr-defined]
            self._alter(model, *not_null)

    def _must_be_filled(self, field: Field) -> bool:
        has_column = field.column is not None and not field.many_to_many and not field.generated
        return has_column and (field.has_db_default() or self.effective_default(field) is not None)

    def _fill(self, model: type[Model], field: Field) -> None:
        """Triggers that guard rows against people are off meanwhile: nobody else can reach the table."""
        table, column = self.quote_name(model._meta.db_table), self.quote_name(str(field.column))
        params: Any
        if field.has_db_default():
            value, params = self.db_default_sql(field)
        else:
            value, params = "%s", [self.effective_default(field)]
        self.execute(self.sql_triggers % {"table": table, "state": "DISABLE"})
        self.execute(
            self.sql_update_with_default % {"table": table, "column": column, "default": value}, params
        )
        self.execute(self.sql_triggers % {"table": table, "state": "ENABLE"})

    def _alter(self, model: type[Model], changes: str, params: Any) -> None:
        table = self.quote_name(model._meta.db_table)
        self.execute(self.sql_alter_column % {"table": table, "changes": changes}, params)

    def _create_like_index_sql(self, model: type[Model], field: Field) -> None:
        return None


def _empty(field: Field) -> Field:
    """The same field, nullable and without a default."""
    draft = copy.copy(field)
    draft.null, draft.default, draft.db_default = True, NOT_PROVIDED, NOT_PROVIDED
    draft.auto_now = draft.auto_now_add = False  # type: ignore[attr-defined]
    draft.__dict__.pop("_get_default", None)
    return draft
