"""Columns whose SQL never changes: made once, where the ORM would make them anew for every request."""

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.expressions import Combinable, RawSQL


def prepared(model: type[models.Model], column: Combinable) -> RawSQL:
    """`column`, as querysets of `model` may be annotated with it, told in SQL.

    A subquery of it finds the row by `OuterRef`. It names the table of `model`, and so belongs to querysets
    that begin there; it is read as `column` is. Keep it (`functools.cache`): making it costs what it spares.
    The first call needs the database, whose version decides how some expressions are told.
    """
    query = model._default_manager.annotate(prepared_column=column).query
    made = query.annotations["prepared_column"]
    sql, parameters = query.get_compiler(DEFAULT_DB_ALIAS).compile(made)
    return RawSQL(sql, parameters, output_field=made.output_field)  # noqa: S611 — the ORM has written it
