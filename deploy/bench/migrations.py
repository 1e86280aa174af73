"""What a migration of every organization costs: `python -m deploy.bench.migrations`.

The time is that of `migrate_schemas --tenant` without the start of Python and Django; `processor` is what
Python and PostgreSQL's process worked of it (read from /proc), which a busy machine changes little.

Beside it, on a sample of the same schemas in the same database, django-tenants' executor with Django's own
schema editor; its time for all of them is the sample's, multiplied.
"""

import argparse
import importlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql

from deploy.bench.ground import PROJECT
from deploy.bench.organizations import django_on, furnish, migrate_as_stock, milliseconds, options_of

APP, FOLDER = "crm", "bench_migrations"
STEPS = {
    "a nullable column": 'migrations.AddField("company", "bench_note", models.TextField(null=True))',
    "NOT NULL with a default": (
        'migrations.AddField("company", "bench_rank", models.CharField(max_length=10, default="plain"))'
    ),
    "an index": 'migrations.AddIndex("company", models.Index(fields=["bench_rank"], name="crm_bench_rank"))',
    "a table": (
        'migrations.CreateModel("BenchThing", [("id", models.UUIDField(primary_key=True)),'
        ' ("company", models.ForeignKey("crm.Company", models.CASCADE)),'
        ' ("name", models.CharField(max_length=50, unique=True))])'
    ),
}
NOTED = sql.SQL(
    "INSERT INTO {own} (app, name, applied) SELECT app, name, applied FROM public.django_migrations p"
    " WHERE NOT EXISTS (SELECT FROM {own} own WHERE (own.app, own.name) = (p.app, p.name))"
)
COPIED = sql.SQL(
    "INSERT INTO {table} (SELECT (jsonb_populate_record(NULL::{table},"
    " to_jsonb(one) || jsonb_build_object('id', gen_random_uuid()))).*"
    " FROM {table} one, generate_series(2, %s))"
)
MIGRATION = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("{app}", "{before}")]
    operations = [{operation}]
"""


def main() -> None:
    options = options_of(
        __doc__,
        sample=(10, "schemas that the stock executor migrates"),
        rows=(50, "companies of each organization"),
    )
    with django_on(options.database):
        furnish(options.organizations)
        with _own_migrations() as write, _taken_back():
            fill(options.rows)
            _record_as_stock(options.sample)
            heads = (
                f"{'ours':>9} {'processor':>9} {'a schema':>10} {'stock':>10} {'a schema':>10} {'ratio':>7}"
            )
            print(f"{'':26} {heads}")
            _compare("nothing to migrate", options)
            for title, operation in STEPS.items():
                write(operation)
                _compare(title, options)


def _compare(title: str, options: argparse.Namespace) -> None:
    """The stock executor takes its sample first; ours what is left."""
    from django.core.management import call_command
    from django.db import connection

    from tenants.queries import schema_names

    names = schema_names()
    sample = names[-options.sample :]
    stock = milliseconds(lambda: migrate_as_stock(sample)) / len(sample)
    connection.close()  # a command begins with a new one
    connection.ensure_connection()
    before = _processor_time()
    ours = milliseconds(lambda: call_command("migrate_schemas", tenant=True, interactive=False, verbosity=0))
    busy = _processor_time() - before
    each, whole = ours / len(names), stock * len(names)
    print(
        f"{title:26} {ours / 1000:7.2f} s {busy:7.2f} s {each:7.2f} ms {whole / 1000:8.1f} s {stock:7.1f} ms"
        f" {whole / ours:6.0f}×",
        flush=True,
    )


def _processor_time() -> float:
    """Seconds that this process and its connection's process on the server have worked."""
    from django.db import connection

    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _record_as_stock(count: int) -> None:
    """Note public's migrations in the sample's `django_migrations` too: the stock executor wants them."""
    from django.db import connection

    from tenants.queries import schema_names

    with connection.cursor() as cursor:
        for schema in schema_names()[-count:]:
            own = sql.Identifier(schema, "django_migrations")
            cursor.execute(NOTED.format(own=own))


@contextmanager
def _own_migrations() -> Iterator[Callable[[str], None]]:
    """A copy of the app's migrations, to which the block adds; the project's own folder stays as it is."""
    from django.conf import settings

    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory) / FOLDER
        shutil.copytree(PROJECT / "tenant_apps" / APP / "migrations", folder)
        sys.path.insert(0, directory)
        settings.MIGRATION_MODULES = {APP: FOLDER}
        yield lambda operation: _write(folder, operation)
        settings.MIGRATION_MODULES = {}
        sys.path.remove(directory)
        _look_again()


def _write(folder: Path, operation: str) -> None:
    names = sorted(path.stem for path in folder.glob("0*.py"))
    number = int(names[-1][:4]) + 1
    text = MIGRATION.format(app=APP, before=names[-1], operation=operation)
    (folder / f"{number:04d}_bench.py").write_text(text)
    _look_again()


def _look_again() -> None:
    from tenants.versions import newest_version

    importlib.invalidate_caches()
    newest_version.cache_clear()


@contextmanager
def _taken_back() -> Iterator[None]:
    """The schemas are as they were, afterwards."""
    from django.core.management import call_command

    from tenants.versions import newest_version

    before = sorted(name for label, name in newest_version().migrations if label == APP)[-1]
    try:
        yield
    finally:
        call_command("migrate_schemas", APP, before, tenant=True, interactive=False, verbosity=0)


def fill(count: int) -> None:
    """Companies in each organization that has none, written by the server."""
    from django.db import connection

    from tenants.queries import schema_names

    for schema in schema_names():
        if _add_first_company(schema):
            with connection.cursor() as cursor:
                cursor.execute(COPIED.format(table=sql.Identifier(schema, "crm_company")), [count])


def _add_first_company(schema: str) -> bool:
    """Write one company by the product's operation; False when there are some already."""
    from shared_apps.core import clock
    from shared_apps.core.actors import system_actor
    from tenant_apps.crm.models import Company
    from tenant_apps.crm.operations import CompanyChange, create_company
    from tenants.context import in_organization
    from tenants.models import Organization

    organization = Organization.objects.get(schema_name=schema)
    with in_organization(organization.pk):
        if Company.objects.exists():
            return False
        create_company(details=CompanyChange(name="Мярка"), by=system_actor(organization.pk), at=clock.now())
    return True


if __name__ == "__main__":
    main()
