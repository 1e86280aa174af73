"""How a schema is born: drawn once from the migrations, built from the drawing, kept in stock, taken over."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import connection
from psycopg import sql

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenants.anatomy import Part, Piece, anatomy_of, statements_for
from tenants.context import in_public
from tenants.models import Blueprint, SpareSchema
from tenants.queries import spare_counts
from tenants.upgrade import in_one_round_trip, upgrade
from tenants.versions import newest_version

TEMPLATE_SCHEMA = "t_template"
PATIENTLY, AS_USUAL = "SET LOCAL lock_timeout = '60s'", "SET LOCAL lock_timeout TO DEFAULT"
DRAWING, STOCKING = 7_236_102, 7_236_103
WHY = "a schema without an owner; its organization tells of its own founding"


class NotDrawable(RuntimeError):
    """The template holds something that a blueprint cannot make again: what, is said."""


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=WHY)
def draw_blueprint(*, by: Actor, at: datetime) -> Blueprint:
    """The blueprint of the newest version; when there is none yet, the template is migrated and drawn.

    Raises `NotDrawable` for an object of an unknown kind, and for rows: what a new organization begins with
    belongs to `settings.PROVISIONING_STEPS`.
    """
    digest = newest_version().digest
    if known := Blueprint.objects.filter(digest=digest).first():
        return known
    _wait_for_others(DRAWING)
    if known := Blueprint.objects.filter(digest=digest).first():
        return known
    _raise_template()
    pieces = anatomy_of(TEMPLATE_SCHEMA).pieces
    _refuse_strange(pieces)
    statements = [[piece.part, piece.name, piece.statement] for piece in pieces]
    return Blueprint.objects.create(digest=digest, statements=statements, created_at=at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=WHY)
def build_schema(*, schema_name: str, by: Actor, at: datetime) -> None:
    """Make a schema of the newest version, in one round trip, inside the caller's transaction."""
    blueprint = draw_blueprint(by=by, at=at)
    with in_public():
        in_one_round_trip(
            [
                f"CREATE SCHEMA {schema_name}",
                *statements_for(pieces_of(blueprint), schema_name),
                _rows_of_migrations(schema_name),
            ]
        )


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=WHY)
def adopt_schema(*, by: Actor, at: datetime) -> str:
    """The name of a furnished schema that is the caller's from now on: a spare, or else one built here.

    A transaction that is rolled back leaves the spare where it was. Whoever adopts asks for the next
    (`request_spare_schemas`).
    """
    spares = SpareSchema.objects.select_for_update(skip_locked=True)
    spare = spares.filter(digest=newest_version().digest).order_by("created_at").first()
    name = spare.schema_name if spare else new_schema_name()
    if spare:
        spare.delete()
    else:
        build_schema(schema_name=name, by=by, at=at)
    return name


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=WHY)
def add_spare_schema(*, wanted: int, by: Actor, at: datetime) -> bool:
    """Build one spare schema; False when there are `wanted` already. Any number may do so at once."""
    _wait_for_others(STOCKING)
    if spare_counts()[True] >= wanted:
        return False
    name = new_schema_name()
    build_schema(schema_name=name, by=by, at=at)
    SpareSchema.objects.create(schema_name=name, digest=newest_version().digest, created_at=at)
    return True


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=WHY)
def drop_stale_spare(*, by: Actor) -> bool:
    """Drop one spare schema of another version; False when there is none."""
    stale = SpareSchema.objects.select_for_update(skip_locked=True).exclude(digest=newest_version().digest)
    spare = stale.first()
    if spare is None:
        return False
    drop_schema(schema_name=spare.schema_name, by=by)
    spare.delete()
    return True


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="whoever erases an organization tells it")
def drop_schema(*, schema_name: str, by: Actor) -> None:
    """Drop a schema with everything in it; one that is not there is fine."""
    with in_public(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema_name)))


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=WHY)
def request_spare_schemas(*, by: Actor) -> None:
    """Let a worker fill the stock."""
    enqueue("fill_tenant_pool", by=by)


def new_schema_name() -> str:
    """A name that tells nothing and that nobody has: `t_` and 16 hexadecimal digits."""
    return f"t_{secrets.token_hex(8)}"


def pieces_of(blueprint: Blueprint) -> list[Piece]:
    return [Piece(Part(part), name, statement) for part, name, statement in blueprint.statements]


def wanted_spare_count() -> int:
    return int(settings.SPARE_SCHEMAS)


def _raise_template() -> None:
    with in_public(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {TEMPLATE_SCHEMA}")
    upgrade(TEMPLATE_SCHEMA)


def _refuse_strange(pieces: tuple[Piece, ...]) -> None:
    strange = [f"{piece.name}: {piece.statement}" for piece in pieces if piece.part is Part.STRANGE]
    strange += [
        f"rows in {piece.name}" for piece in pieces if piece.part is Part.TABLE and _has_rows(piece.name)
    ]
    if strange:
        raise NotDrawable("; ".join(strange))


def _has_rows(table: str) -> bool:
    if table == "django_migrations":
        return False
    question = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(TEMPLATE_SCHEMA, table))
    with in_public(), connection.cursor() as cursor:
        cursor.execute(question)
        return bool(cursor.fetchone()[0])


def _rows_of_migrations(schema_name: str) -> sql.Composed:
    values = [
        sql.SQL("({}, {}, now())").format(sql.Literal(label), sql.Literal(name))
        for label, name in sorted(newest_version().migrations)
    ]
    return sql.SQL("INSERT INTO {} (app, name, applied) VALUES {}").format(
        sql.Identifier(schema_name, "django_migrations"), sql.SQL(", ").join(values)
    )


def _wait_for_others(lock: int) -> None:
    """Until the end of the transaction nobody else draws, or stocks. Drawing takes seconds, and longer on a
    crowded machine: one who waits for it is more patient than for a row.
    """
    with connection.cursor() as cursor:
        cursor.execute(PATIENTLY)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
        cursor.execute(AS_USUAL)
