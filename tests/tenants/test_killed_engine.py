"""kill -9 in the middle of a migration and of provisioning: nothing lost, nothing twice, nothing half."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenants.anatomy import anatomies_of
from tenants.models import SpareSchema
from tenants.operations import add_spare_schema
from tenants.operations.schemas import TEMPLATE_SCHEMA
from tenants.queries import schema_names
from tenants.versions import newest_version, versions_of
from tests.conftest import ROOT, database_url
from tests.product import eventually
from tests.tenants.newer import Newer
from tests.tenants.test_schemas import found, run_sql, schemas

pytestmark = pytest.mark.soak
SLOW_COLUMN = (
    'migrations.RunSQL("SELECT pg_sleep(0.4)"),'
    'migrations.AddField("product", "mood", models.CharField(max_length=10, default="calm")),'
    'migrations.RunSQL("SELECT pg_sleep(0.4)")'
)


@contextmanager
def command(newer: Newer, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the newer version on the test's own database."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(connection.settings_dict["NAME"]),
        "DJANGO_SETTINGS_MODULE": newer.settings_module(),
        "PYTHONPATH": f"{newer.directory}{os.pathsep}{ROOT}",
    }
    process = subprocess.Popen([sys.executable, "-m", "django", *arguments], env=environment, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def migrated() -> list[str]:
    return [name for name, version in versions_of(schema_names()).items() if version == newest_version()]


def times_applied(schema_name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {schema_name}.django_migrations WHERE name = '0002_newer'")  # noqa: S608
        return int(cursor.fetchone()[0])


def nobody_else_is_connected() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return bool(cursor.fetchone()[0] == 1)


def test_a_migration_killed_in_the_middle_goes_on_where_it_stopped(committed_db: None, newer: Newer) -> None:
    for number in range(3):
        found(f"gamma{number}", clock.now())
    newer.migration("catalog", SLOW_COLUMN)
    with command(newer, "migrate_schemas", "--tenant") as process:
        assert eventually(lambda: len(migrated()) >= 2)
        process.kill()
    assert eventually(nobody_else_is_connected)
    done = migrated()
    assert 2 <= len(done) < 5, "it was killed in the middle"
    with command(newer, "migrate_schemas", "--tenant") as process:
        assert process.wait(60) == 0
    names = [TEMPLATE_SCHEMA, *schema_names()]
    assert {times_applied(name) for name in names} == {1}
    assert len({anatomy.digest for anatomy in anatomies_of(names).values()}) == 1


def test_a_killed_filling_of_the_stock_leaves_no_half_schema(committed_db: None, newer: Newer) -> None:
    add_spare_schema(wanted=1, by=system_actor(), at=clock.now())
    run_sql(
        'UPDATE tenants_blueprint SET statements = statements || \'[[5, "nap", "SELECT pg_sleep(0.5)"]]\''
    )
    with command(newer, "tenant_pool", "--fill", "--size=4") as process:
        assert eventually(lambda: SpareSchema.objects.count() >= 2)
        process.kill()
    assert eventually(nobody_else_is_connected)
    spares = set(SpareSchema.objects.values_list("schema_name", flat=True))
    assert 2 <= len(spares) < 4, "it was killed in the middle"
    assert schemas() - {TEMPLATE_SCHEMA, *schema_names()} == spares
    with command(newer, "tenant_pool", "--fill", "--size=4") as process:
        assert process.wait(60) == 0
    assert SpareSchema.objects.count() == 4
    assert len({anatomy.digest for anatomy in anatomies_of(schemas()).values()}) == 1
