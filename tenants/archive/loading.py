"""Rows of an archive enter an empty schema: by COPY, in the order of its foreign keys, which stay checked.
The schema's own triggers rest meanwhile; they tell of business that was done long ago.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import Any
from uuid import UUID

import psycopg
from django.core.files.base import File as OpenFile
from django.core.files.storage import default_storage
from django.db import connection
from psycopg import sql

from tenants.archive.manifest import ArchiveDamaged, Table
from tenants.archive.reading import ArchiveReader
from tenants.archive.references import to_id
from tenants.archive.rows import Change, as_cell, as_text, ids_replaced, row_change
from tenants.archive.tables import columns_in


def load_rows(
    archive: ArchiveReader, schema_name: str, *, organization_id: UUID, people: Mapping[UUID, UUID]
) -> None:
    """Fill the tables of `schema_name`. `people`: user id in the archive → user id here."""
    tables = {table.name: table for table in archive.manifest.tables}
    _check_fit(tables, columns_in(schema_name))
    ids = {str(old).encode(): str(new).encode() for old, new in people.items() if old != new}
    with connection.cursor() as cursor, _triggers_resting(cursor, schema_name, tables):
        for name in _load_order(cursor, schema_name, set(tables)):
            added = _fresh_secrets(cursor, schema_name, tables[name])
            change = _change(tables[name], organization_id, ids, list(added.values()))
            _copy(cursor, archive, schema_name, tables[name], list(added), change)


def load_files(archive: ArchiveReader, organization_id: UUID) -> None:
    """Put the stored files into the organization's folder."""
    for file in archive.manifest.files:
        wanted = f"{organization_id}/{file.path}"
        with archive.opened(file) as stream:
            if default_storage.save(wanted, OpenFile(stream)) != wanted:
                raise ArchiveDamaged(f"{file.member} cannot be stored under its name")


def _check_fit(tables: Mapping[str, Table], found: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse what this schema has no place for."""
    for table in tables.values():
        odd = {*table.columns, *table.secret} - set(found.get(table.name, ()))
        if odd:
            raise ArchiveDamaged(f"{table.name} has no {', '.join(sorted(odd))} in that version")


@contextmanager
def _triggers_resting(cursor: Any, schema_name: str, tables: Mapping[str, Table]) -> Iterator[None]:
    for name in tables:
        cursor.execute(_alter(schema_name, name, "DISABLE"))
    yield
    for name in tables:
        cursor.execute(_alter(schema_name, name, "ENABLE"))


def _alter(schema_name: str, name: str, verb: str) -> sql.Composed:
    table = sql.Identifier(schema_name, name)
    return sql.SQL("ALTER TABLE {table} {verb} TRIGGER USER").format(table=table, verb=sql.SQL(verb))


def _load_order(cursor: Any, schema_name: str, names: set[str]) -> list[str]:
    """The tables, each after those that its foreign keys point to."""
    cursor.execute(
        "SELECT a.relname::text, b.relname::text FROM pg_constraint "
        "JOIN pg_class a ON a.oid = conrelid JOIN pg_class b ON b.oid = confrelid "
        "WHERE contype = 'f' AND conrelid <> confrelid AND connamespace = %s::regnamespace",
        [connection.ops.quote_name(schema_name)],
    )
    before: dict[str, set[str]] = {name: set() for name in sorted(names)}
    for table, target in cursor.fetchall():
        if table in names and target in names:
            before[table].add(target)
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise NotImplementedError(f"foreign keys in a circle: {error.args[1]}") from error


def _fresh_secrets(cursor: Any, schema_name: str, table: Table) -> dict[str, Callable[[], bytes]]:
    """Secret column that may not be empty → what makes a value for it that nobody can guess."""
    cursor.execute(
        "SELECT column_name::text, coalesce(character_maximum_length, 64) FROM information_schema.columns "
        "WHERE table_schema = %s AND table_name = %s AND is_nullable = 'NO'",
        [schema_name, table.name],
    )
    return {name: partial(_unguessable, length) for name, length in cursor.fetchall() if name in table.secret}


def _unguessable(length: int) -> bytes:
    return secrets.token_hex(32)[:length].encode()


def _change(
    table: Table, organization_id: UUID, ids: Mapping[bytes, bytes], added: list[Callable[[], bytes]]
) -> Change | None:
    """What becomes of a row on its way in."""
    changes: dict[str, Change] = {column: to_id(kind) for column, kind in table.references.items()}
    changes |= {column: lambda cell: as_cell(f"{organization_id}/{as_text(cell)}") for column in table.files}
    if ids:
        changes |= dict.fromkeys((*table.people, *table.documents), ids_replaced(ids))
    return row_change(table.columns, changes, added)


def _copy(
    cursor: Any,
    archive: ArchiveReader,
    schema_name: str,
    table: Table,
    added: list[str],
    change: Change | None,
) -> None:
    statement = sql.SQL("COPY {table} ({columns}) FROM STDIN").format(
        table=sql.Identifier(schema_name, table.name),
        columns=sql.SQL(", ").join(map(sql.Identifier, (*table.columns, *added))),
    )
    pieces = map(change, archive.rows(table)) if change else archive.pieces(table)
    try:
        with cursor.copy(statement) as copy:
            for piece in pieces:
                copy.write(piece)
    except psycopg.Error as error:
        raise ArchiveDamaged(f"{table.member} does not fit its table (SQLSTATE {error.sqlstate})") from error
    if cursor.rowcount != table.rows:
        raise ArchiveDamaged(f"{table.member}: {cursor.rowcount} rows arrived instead of {table.rows}")
