"""An archive is written: every table by COPY in the caller's snapshot, then the stored files, then what was
written. No table is held in memory.
"""

import hashlib
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.files.storage import default_storage
from django.db import connection
from psycopg import sql

from tenants.archive.manifest import NAME, Facts, File, Manifest, Person, Table
from tenants.archive.references import to_codename
from tenants.archive.rows import Change, as_cell, as_text, row_change
from tenants.archive.tables import tables_in
from tenants.models import Organization
from tenants.versions import MigrationName

PIECE = 256 * 1024
FAST = 3


class FileAstray(RuntimeError):
    """A record names a file outside of the organization's own folder."""


def write_archive(
    target: Path,
    *,
    organization: Organization,
    migrations: Iterable[MigrationName],
    people: Iterable[Person],
    at: datetime,
) -> Manifest:
    """Write the organization to `target`. It appears there whole or not at all."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as stream:
            with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=FAST) as archive:
                manifest = _write(archive, organization, tuple(sorted(migrations)), tuple(people), at)
            stream.flush()
            os.fsync(stream.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _write(
    archive: ZipFile,
    organization: Organization,
    migrations: tuple[MigrationName, ...],
    people: tuple[Person, ...],
    at: datetime,
) -> Manifest:
    folder, paths = f"{organization.pk}/", []

    def inside(cell: bytes) -> bytes:
        path = as_text(cell)
        if not path.startswith(folder):
            raise FileAstray(path)
        paths.append(path.removeprefix(folder))
        return as_cell(paths[-1])

    tables = [
        _write_table(archive, organization.schema_name, table, inside, at)
        for table in tables_in(organization.schema_name)
    ]
    files = [_write_file(archive, folder, path, at) for path in sorted(set(paths))]
    manifest = Manifest(
        made_at=at.isoformat(),
        organization=_facts(organization),
        migrations=migrations,
        tables=tuple(tables),
        files=tuple(files),
        people=people,
    )
    archive.writestr(_member(NAME, at), manifest.as_bytes())
    return manifest


def _facts(organization: Organization) -> Facts:
    return Facts(
        id=str(organization.pk),
        name=organization.name,
        subdomain=organization.subdomain,
        language=organization.language,
        time_zone=organization.time_zone,
        created_at=organization.created_at.isoformat(),
    )


def _write_table(archive: ZipFile, schema_name: str, table: Table, inside: Change, at: datetime) -> Table:
    changes = {column: to_codename(kind) for column, kind in table.references.items()}
    changes |= dict.fromkeys(table.files, inside)
    count, size, digest = 0, 0, hashlib.sha256()
    with (
        archive.open(_member(table.member, at), "w", force_zip64=True) as member,
        closing(_rows(schema_name, table)) as written,  # or a COPY that is left alone holds up the rollback
    ):
        for rows, piece in _pieces(written, row_change(table.columns, changes)):
            member.write(piece)
            digest.update(piece)
            count, size = count + rows, size + len(piece)
    return replace(table, rows=count, size=size, sha256=digest.hexdigest())


def _rows(schema_name: str, table: Table) -> Generator[bytes, None, None]:
    """The rows as COPY writes them; the server sends each by itself. Their order is that of the key, so that
    equal tables have equal checksums.
    """
    statement = sql.SQL("COPY (SELECT {columns} FROM {table} ORDER BY {key}) TO STDOUT").format(
        table=sql.Identifier(schema_name, table.name),
        columns=sql.SQL(", ").join(map(sql.Identifier, table.columns)),
        key=sql.Identifier(table.key),
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield from map(bytes, copy)


def _pieces(rows: Iterator[bytes], change: Change | None) -> Iterator[tuple[int, bytes]]:
    """Rows put together to pieces worth compressing, with how many there are in each."""
    gathered: list[bytes] = []
    size = 0
    for row in map(change, rows) if change else rows:
        gathered.append(row)
        size += len(row)
        if size >= PIECE:
            yield len(gathered), b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield len(gathered), b"".join(gathered)


def _write_file(archive: ZipFile, folder: str, path: str, at: datetime) -> File:
    """Stored files are mostly compressed already, so they are put in as they are."""
    size, digest = 0, hashlib.sha256()
    file = File(path, 0, "")
    with (
        default_storage.open(folder + path) as stored,
        archive.open(_member(file.member, at, ZIP_STORED), "w", force_zip64=True) as member,
    ):
        while piece := stored.read(PIECE):
            member.write(piece)
            digest.update(piece)
            size += len(piece)
    return File(path, size, digest.hexdigest())


def _member(name: str, at: datetime, compress_type: int = ZIP_DEFLATED) -> ZipInfo:
    day: Any = at.timetuple()[:6]
    member = ZipInfo(name, day)
    member.compress_type = compress_type
    member._compresslevel = FAST  # type: ignore[attr-defined]
    member.external_attr = 0o600 << 16
    return member
