"""From one version of a schema to another: carried out once by Django, then repeated by its statements.

The first schema of a version is migrated by Django itself while every statement is written down. All others
of that version get the same statements in one message and one transaction, with the rows that say so.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from shared_apps.core.actors import system_actor
from shared_apps.core.data_jobs import RunJob
from shared_apps.jobs.operations import enqueue
from tenants.context import in_schema
from tenants.models import Organization
from tenants.versions import MigrationName, Version, tenant_labels, versions_of

LOCK_TIMEOUT = "SET LOCAL lock_timeout = '3s'"
Plan = list[tuple[Migration, bool]]


class NotForSchemas(RuntimeError):
    """A migration holds Python that would run in one schema only: write a job and name it with `RunJob`."""


@dataclass(frozen=True)
class Step:
    """One migration as statements, with the rows that it adds to or takes from `django_migrations`.

    `jobs` are pairs of a job's name and the key that lets an organization be asked for it once.
    """

    statements: tuple[str, ...]
    added: frozenset[MigrationName]
    removed: frozenset[MigrationName]
    is_atomic: bool
    jobs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Upgrade:
    """What takes a schema of one version to another, in order."""

    steps: tuple[Step, ...]

    def repeat_in(self, schema_name: str) -> None:
        """Do the same in another schema of the version that this began with. Django's database errors rise.

        Atomic steps that follow one another are one transaction and one round trip; others go statement by
        statement, as they must.
        """
        with in_schema(schema_name):
            for is_atomic, steps in groupby(self.steps, key=lambda step: step.is_atomic):
                repeat = _repeat_at_once if is_atomic else _repeat_one_by_one
                repeat(list(steps))


def plan_for(schema_name: str, targets: Sequence[MigrationName] | None = None) -> Plan:
    """What Django would do in this schema to reach `targets` (None: the newest of every app)."""
    with in_schema(schema_name):
        executor = _executor()
        return executor.migration_plan(_targets(executor, targets))


def upgrade(
    schema_name: str, targets: Sequence[MigrationName] | None = None, *, fake: bool = False
) -> Upgrade:
    """Migrate one schema with Django, and return what that was, to be repeated in others.

    `targets`: (app label, migration name or None for none of them); None means the newest of every app.
    `fake` writes the rows only. Raises `NotForSchemas` and whatever the database says; an atomic plan leaves
    nothing behind then.
    """
    before = _version(schema_name)
    with in_schema(schema_name, alone=True):
        MigrationRecorder(connection).ensure_schema()
    with in_schema(schema_name):
        executor = _executor()
        goals = _targets(executor, targets)
        plan = executor.migration_plan(goals)
        _refuse_python(plan)
        with _one_transaction(plan), connection.recording() as written:  # type: ignore[attr-defined]
            begun = _migrate(executor, goals, plan, fake, written)
            steps = _steps(begun, is_backwards=any(back for _migration, back in plan), written=written)
            _ask_for([job for step in steps for job in step.jobs], schema_name)
    return Upgrade(_completed(steps, before, _version(schema_name)))


def _executor(progress: Any = None) -> MigrationExecutor:
    """Django's executor for the entered schema, in which every migration of public counts as applied."""
    executor = MigrationExecutor(connection, progress)
    loader, labels = executor.loader, tenant_labels()
    own = {key: row for key, row in loader.applied_migrations.items() if key[0] in labels}
    others = {key: None for key in loader.graph.nodes if key[0] not in labels}
    loader.applied_migrations = own | others  # type: ignore[assignment]
    return executor


def _targets(executor: MigrationExecutor, targets: Sequence[MigrationName] | None) -> list[MigrationName]:
    if targets is not None:
        return list(targets)
    return [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] in tenant_labels()]


def _migrate(
    executor: MigrationExecutor, goals: list[MigrationName], plan: Plan, fake: bool, written: list[str]
) -> list[tuple[Migration, int]]:
    """The migrations in the order of their execution, each with the place where its statements begin."""
    begun: list[tuple[Migration, int]] = []

    def note(action: str, migration: Migration | None = None, _fake: bool = False) -> None:
        if migration and action in {"apply_start", "unapply_start"}:
            begun.append((migration, len(written)))

    executor.progress_callback = note  # type: ignore[assignment]
    executor.migrate(goals, plan=plan, fake=fake)
    return begun


def _steps(begun: list[tuple[Migration, int]], *, is_backwards: bool, written: list[str]) -> tuple[Step, ...]:
    bounds = pairwise([*(start for _migration, start in begun), len(written)])
    return tuple(
        _step(migration, is_backwards, tuple(written[start:end]))
        for (migration, _start), (start, end) in zip(begun, bounds, strict=True)
    )


def _step(migration: Migration, is_backwards: bool, statements: tuple[str, ...]) -> Step:
    names = frozenset(migration.replaces or [(migration.app_label, migration.name)])
    if is_backwards:
        return Step(statements, added=frozenset(), removed=names, is_atomic=migration.atomic)
    jobs = tuple(
        (one.job, f"{migration.app_label}.{migration.name}:{one.job}")
        for one in _operations(migration)
        if isinstance(one, RunJob)
    )
    return Step(statements, added=names, removed=frozenset(), is_atomic=migration.atomic, jobs=jobs)


def _completed(steps: tuple[Step, ...], before: Version, after: Version) -> tuple[Step, ...]:
    """The last step also says what Django wrote for squashed migrations."""
    if not steps:
        return steps
    said = frozenset().union(*(step.added for step in steps))
    rest = after.migrations - before.migrations - said
    return (*steps[:-1], replace(steps[-1], added=steps[-1].added | rest))


def _version(schema_name: str) -> Version:
    return versions_of([schema_name]).get(schema_name, Version(frozenset()))


def _refuse_python(plan: Plan) -> None:
    for migration, _is_backwards in plan:
        for operation in _operations(migration):
            if not operation.reduces_to_sql and not isinstance(operation, RunJob):
                raise NotForSchemas(f"{migration.app_label}.{migration.name}: {operation.describe()}")


def _operations(migration: Migration) -> Iterator[Operation]:
    for operation in migration.operations:
        yield operation
        yield from getattr(operation, "database_operations", ())


@contextmanager
def _one_transaction(plan: Plan) -> Iterator[None]:
    if not all(migration.atomic for migration, _is_backwards in plan):
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK_TIMEOUT)
        yield


def _repeat_at_once(steps: list[Step]) -> None:
    statements: list[Any] = [LOCK_TIMEOUT, *(text for step in steps for text in step.statements)]
    statements += [row for step in steps for row in _rows(step)]
    with transaction.atomic():
        in_one_round_trip(statements)
        _ask_for([job for step in steps for job in step.jobs], connection.schema_name)  # type: ignore[attr-defined]


def _repeat_one_by_one(steps: list[Step]) -> None:
    for step in steps:
        with connection.cursor() as cursor:
            for text in step.statements:
                cursor.execute(text)
            for row in _rows(step):
                cursor.execute(row)
        with transaction.atomic():
            _ask_for(step.jobs, connection.schema_name)  # type: ignore[attr-defined]


def in_one_round_trip(statements: Sequence[str | sql.Composed]) -> None:
    """Send the statements through a pipeline, in the entered schema. Django's database errors rise."""
    with connection.cursor(), connection.wrap_database_errors:
        driver: psycopg.Connection[Any] = connection.connection
        with driver.pipeline():
            for statement in statements:
                driver.execute(statement.encode() if isinstance(statement, str) else statement)


def _rows(step: Step) -> Iterator[sql.Composed]:
    """The rows as statements with their values in place: a name of a migration holds nothing to be bound."""
    if step.added:
        values = sql.SQL(", ").join(_row("({}, {}, now())", name) for name in sorted(step.added))
        yield sql.SQL("INSERT INTO django_migrations (app, name, applied) VALUES {}").format(values)
    for name in sorted(step.removed):
        yield _row("DELETE FROM django_migrations WHERE app = {} AND name = {}", name)


def _row(text: str, name: MigrationName) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Literal, name))


def _ask_for(jobs: Sequence[tuple[str, str]], schema_name: str) -> None:
    if not jobs:
        return
    owner = Organization.objects.filter(schema_name=schema_name).values_list("pk", "language").first()
    for job, key in jobs if owner else ():
        enqueue(job, by=system_actor(*owner), key=key)
