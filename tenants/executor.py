"""What `migrate_schemas` runs for the organizations: `settings.GET_EXECUTOR_FUNCTION` names `executor_for`.

One query tells which schema is at which version. The template goes first, then one organization as canary;
when either fails, nobody else is touched. The others follow in a transaction each; one that fails is listed,
the rest goes on, and the exit code is not zero. What was interrupted goes on where it stopped: each schema
knows its version.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django_tenants.migration_executors.base import MigrationExecutor, run_migrations

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenants.operations.schemas import TEMPLATE_SCHEMA, draw_blueprint, request_spare_schemas
from tenants.queries import schema_names
from tenants.upgrade import NotForSchemas, Upgrade, plan_for, upgrade
from tenants.versions import MigrationName, Version, newest_version, tenant_labels, versions_of

BUSY = {"55P03", "40P01"}  # lock_not_available, deadlock_detected
TRIES, FIRST_PAUSE = 6, 0.2
REPORT_EVERY = 1.0
TRIAL_COUNT = 2  # the template and one organization
STOPPED = "Stopped here. Everything that is done stays; the next run goes on with the rest."
ONE_AT_A_TIME = 7_236_101
log = structlog.get_logger(__name__)
Result = TypeVar("Result")


def executor_for(codename: str | None = None) -> type["SchemaExecutor"]:
    """Ours, whatever `--executor` asks for."""
    return SchemaExecutor


@dataclass(frozen=True)
class Failure:
    """A schema that stayed as it was, and the first line of what the database said."""

    schema_name: str
    sqlstate: str
    message: str


class SchemaExecutor(MigrationExecutor):
    """Public is migrated by django-tenants, organizations by `tenants.upgrade`."""

    codename = "tefter"

    def run_migrations(self, tenants: Sequence[str] | None = None) -> None:
        """Migrate these schemas. Raises CommandError, after all others are done, when one failed."""
        names = list(tenants or [])
        if self.PUBLIC_SCHEMA_NAME in names:
            names.remove(self.PUBLIC_SCHEMA_NAME)
            run_migrations(self.args, self.options, self.codename, self.PUBLIC_SCHEMA_NAME)
            if not names:
                return
        self._refuse_options()
        self._migrate(names)

    def run_multi_type_migrations(self, tenants: Any) -> None:
        raise CommandError("There is one type of organization.")

    def _refuse_options(self) -> None:
        for option in ("prune", "run_syncdb", "fake_initial"):
            if self.options.get(option):
                raise CommandError(f"--{option.replace('_', '-')} is not for the schemas of organizations.")

    def _migrate(self, names: list[str]) -> None:
        is_whole = not self.options.get("schema_name")
        targets = self._targets()
        schemas = [TEMPLATE_SCHEMA, *names] if is_whole else names
        if self.options.get("plan") or self.options.get("check_unapplied"):
            return self._show(schemas, targets)
        with _alone():
            run = _Run(targets, fake=bool(self.options.get("fake")), say=self._say)
            run.through(schemas)
            if is_whole:
                run.through_late_ones(schemas)
            if is_whole and targets is None and not run.fake:
                draw_blueprint(by=system_actor(), at=clock.now())
                request_spare_schemas(by=system_actor())
        if run.failures:
            raise CommandError("\n".join(_told(run.failures)))
        return None

    def _targets(self) -> list[MigrationName] | None:
        label, name = self.options.get("app_label"), self.options.get("migration_name")
        if not label:
            return None
        if label not in tenant_labels():
            return []
        loader = MigrationLoader(None, ignore_no_migrations=True)
        if name == "zero":
            return [(label, None)]  # type: ignore[list-item]
        if name:
            return [(label, loader.get_migration_by_prefix(label, name).name)]
        return list(loader.graph.leaf_nodes(label))

    def _show(self, schemas: list[str], targets: list[MigrationName] | None) -> None:
        waiting = _by_version(schemas, targets)
        for names in waiting.values():
            plan = plan_for(names[0], targets)
            self._say(f"{len(names)} of {len(schemas)} schemas, such as {names[0]}:" if plan else "")
            for migration, is_backwards in plan:
                self._say(f"  {'unapply' if is_backwards else 'apply'} {migration}")
        if waiting and self.options.get("check_unapplied"):
            sys.exit(1)

    def _say(self, text: str) -> None:
        if text and int(self.options.get("verbosity", 1)) > 0:
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()


class _Run:
    """One way through the schemas: what is done, what failed."""

    def __init__(
        self, targets: list[MigrationName] | None, *, fake: bool, say: Callable[[str], None]
    ) -> None:
        self.targets, self.fake, self.say = targets, fake, say
        self.failures: list[Failure] = []
        self.done_count = 0
        self._began_at = self._reported_at = time.monotonic()
        self._total = 0

    def through(self, schemas: Sequence[str]) -> None:
        """Every schema that lacks something, the first ones first."""
        waiting = _by_version(schemas, self.targets)
        self._total = self.done_count + sum(map(len, waiting.values()))
        for names in waiting.values():
            self._through_equal(names)
        self._report()

    def through_late_ones(self, schemas: Sequence[str]) -> None:
        """Organizations that older code founded meanwhile."""
        known = {*schemas, *(failure.schema_name for failure in self.failures)}
        if self.done_count and (late := [name for name in schema_names() if name not in known]):
            self.through(late)

    def _through_equal(self, names: Sequence[str]) -> None:
        """Schemas of one version: the first by Django, the others by its statements."""
        recipe: Upgrade | None = None
        for name in names:
            try:
                recipe = self._migrate_one(name, recipe)
                self.done_count += 1
            except NotForSchemas as refusal:
                raise CommandError(
                    f"Python in a migration: {refusal}. Write a job, name it in RunJob."
                ) from None
            except DatabaseError as error:
                self._note(name, error)
            if time.monotonic() - self._reported_at >= REPORT_EVERY:
                self._report()

    def _migrate_one(self, name: str, recipe: Upgrade | None) -> Upgrade:
        if recipe is None:
            return _patiently(lambda: upgrade(name, self.targets, fake=self.fake))
        _patiently(lambda: recipe.repeat_in(name))
        return recipe

    def _note(self, name: str, error: DatabaseError) -> None:
        failure = Failure(name, _sqlstate(error), str(error).strip().partition("\n")[0])
        self.failures.append(failure)
        log.warning("schema_not_migrated", schema=name, sqlstate=failure.sqlstate)
        if self.done_count < TRIAL_COUNT or not failure.sqlstate:
            raise CommandError("\n".join([*_told(self.failures), STOPPED])) from error

    def _report(self) -> None:
        self._reported_at = time.monotonic()
        lasted = self._reported_at - self._began_at
        failed = f", {len(self.failures)} failed" if self.failures else ""
        self.say(
            f"[{self.done_count}/{self._total}] schemas migrated{failed}, {lasted:.1f} s"
            if self._total
            else f"Nothing to migrate in the organizations, {lasted:.1f} s"
        )


def _by_version(schemas: Sequence[str], targets: list[MigrationName] | None) -> dict[Version, list[str]]:
    """The schemas that have something to do, by what they have, in the order given."""
    found = versions_of(schemas)
    groups: dict[Version, list[str]] = defaultdict(list)
    for name in schemas:
        if name in found and (targets is not None or newest_version().missing_in(found[name])):
            groups[found[name]].append(name)
    if targets is None:
        return groups
    return {version: names for version, names in groups.items() if plan_for(names[0], targets)}


def _patiently(work: Callable[[], Result]) -> Result:
    """Once more, a few times, when somebody holds a lock for longer than we are allowed to wait."""
    pause = FIRST_PAUSE
    for _try in range(TRIES - 1):
        try:
            return work()
        except DatabaseError as error:
            if _sqlstate(error) not in BUSY:
                raise
        time.sleep(pause)
        pause *= 2
    return work()


def _sqlstate(error: DatabaseError) -> str:
    """Empty when the connection broke, so that nothing told us."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def _told(failures: Sequence[Failure]) -> Iterator[str]:
    yield f"{len(failures)} schemas stayed as they were:"
    for failure in failures:
        yield f"  {failure.schema_name}  {failure.sqlstate}  {failure.message}"


@contextmanager
def _alone() -> Iterator[None]:
    """One run at a time in a database; the lock goes with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            raise CommandError("Another migration of the schemas is running.")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])
