"""The ground of the measurements of tenancy: a database with so many organizations, founded by the product.

Without `--database` it is made and dropped again. With a name it stays, and the next measurement of that name
goes on with it: founding a thousand takes minutes.
"""

import argparse
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psycopg

OWNER = "owner@measure.example"


@dataclass(frozen=True)
class Ground:
    """`owner_id`: the person who owns every organization; `founded`: how long each new one took, in ms."""

    owner_id: UUID
    founded: list[float]


def options_of(description: str | None, **more: tuple[Any, str]) -> argparse.Namespace:
    """`--organizations`, `--database`, and numbers of the measurement's own as name=(default, help)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--organizations", type=int, default=1000)
    parser.add_argument("--database", help="keep the ground under this name, or use the one that is there")
    for name, (default, text) in more.items():
        parser.add_argument(f"--{name}", type=type(default), default=default, help=text)
    return parser.parse_args()


@contextmanager
def django_on(database: str | None) -> Iterator[str]:
    """Django, set up on a database of the server that DATABASE_URL names; yields the database's name."""
    server, name = os.environ["DATABASE_URL"], database or f"tefter_bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            admin.execute(f'CREATE DATABASE "{name}"')
        version = admin.execute("SELECT split_part(version(), ' ', 2)").fetchone()
    try:
        with tempfile.TemporaryDirectory() as directory:
            _set_up(urlunsplit(urlsplit(server)._replace(path=f"/{name}")), directory)
            load = os.getloadavg()[0]
            print(f"PostgreSQL {version[0] if version else '?'}, {name}, load {load:.1f}", flush=True)
            yield name
            _close()
    finally:
        if not database:
            with psycopg.connect(server, autocommit=True) as admin:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _set_up(url: str, directory: str) -> None:
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "deploy.bench.settings"}
    os.environ["TEFTER_DATA_DIR"] = directory
    os.environ.setdefault("SECRET_KEY", "measuring")
    import django

    django.setup()


def _close() -> None:
    from django.db import connections

    connections.close_all()


def furnish(count: int, say: Callable[[str], None] = print) -> Ground:
    """Bring the database to so many organizations, each built without a spare schema."""
    from django.core.management import call_command

    from tenants.models import Organization

    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
    owner_id, there = _owner(), Organization.objects.count()
    founded = []
    for number in range(there, count):
        founded.append(milliseconds(lambda: found(owner_id, f"org-{number:05d}")))  # noqa: B023
        if (number + 1) % 250 == 0:
            say(f"  {number + 1} organizations, the last ten at {statistics.median(founded[-10:]):.0f} ms")
    return Ground(owner_id, founded)


def _owner() -> UUID:
    from shared_apps.accounts.models import User
    from shared_apps.accounts.operations import create_user
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor

    known = User.objects.filter(email=OWNER).first()
    made = known or create_user(
        email=OWNER, password=secrets.token_hex(), name="Мярка", by=system_actor(), at=clock.now()
    )
    return made.pk


def found(owner_id: UUID, subdomain: str) -> Any:
    """What signing up does in the database, the person aside."""
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor
    from shared_apps.website.operations import Company, found_company

    company = Company(name=f"Мярка {subdomain} ООД", subdomain=subdomain)
    return found_company(user_id=owner_id, company=company, by=system_actor(), at=clock.now())


def migrate_as_stock(schema_names: list[str]) -> None:
    """Migrate these schemas as django-tenants does: its executor, and Django's own schema editor."""
    from django.db import DEFAULT_DB_ALIAS, connection
    from django.db.backends.postgresql.schema import DatabaseSchemaEditor
    from django_tenants.migration_executors.standard import StandardExecutor

    off = ["force_color", "no_color", "fake", "fake_initial", "plan", "check_unapplied", "run_syncdb"]
    options: dict[str, Any] = dict.fromkeys([*off, "prune"], False) | {
        "app_label": None,
        "migration_name": None,
        "skip_checks": True,
    }
    options |= {"verbosity": 0, "interactive": False, "database": DEFAULT_DB_ALIAS}
    ours, connection.SchemaEditorClass = connection.SchemaEditorClass, DatabaseSchemaEditor
    try:
        StandardExecutor(args=(), options=options).run_migrations(schema_names)
    finally:
        connection.SchemaEditorClass = ours


def milliseconds(work: Callable[[], Any]) -> float:
    """How long `work` takes."""
    began_at = time.perf_counter()
    work()
    return (time.perf_counter() - began_at) * 1000


def told(times: Sequence[float]) -> str:
    """`median (95th percentile)` of milliseconds."""
    ranked = sorted(times)
    return f"{statistics.median(ranked):7.1f} ms (p95 {ranked[int(len(ranked) * 0.95)]:7.1f})"


def main() -> None:
    """Make the ground and leave it."""
    options = options_of(__doc__)
    with django_on(options.database):
        furnish(options.organizations)


if __name__ == "__main__":
    main()
