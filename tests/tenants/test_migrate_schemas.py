"""`migrate_schemas`: every organization's schema gets what the template got, or is listed."""

import threading
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg import sql

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.jobs.models import Job
from tenant_apps.invoices.models import Invoice
from tenants.anatomy import anatomies_of
from tenants.context import OrganizationRef, in_organization, in_schema
from tenants.executor import SchemaExecutor
from tenants.models import Blueprint, Organization
from tenants.operations import add_spare_schema
from tenants.operations.schemas import TEMPLATE_SCHEMA
from tenants.queries import schema_names
from tenants.upgrade import upgrade
from tenants.versions import newest_version, versions_of
from tests.conftest import database_url
from tests.invoices.stories import draft, issued
from tests.tenants.newer import Newer

BY = system_actor()
EVERY_KIND = """
    migrations.AddField("product", "mood", models.CharField(max_length=10, null=True)),
    migrations.AddField("product", "rank", models.PositiveIntegerField(default=7)),
    migrations.AddField("product", "flag", models.BooleanField(db_default=True)),
    migrations.AddField("product", "parent", models.ForeignKey("product", models.PROTECT, null=True)),
    migrations.AddIndex("product", models.Index(fields=["mood"], name="catalog_mood")),
    migrations.AddConstraint("product", models.CheckConstraint(condition=models.Q(rank__gt=0), name="r")),
    migrations.AlterField("product", "mood", models.TextField(default="calm")),
    migrations.RenameField("product", "rank", "place"),
    migrations.RemoveField("product", "parent"),
    migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=5, unique=True)),
        ("product", models.ForeignKey("product", models.CASCADE))]),
    migrations.RunSQL("CREATE FUNCTION catalog_sing() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NEW; END $$"),
    migrations.RunSQL("CREATE TRIGGER catalog_song BEFORE UPDATE ON catalog_shelf"
        " FOR EACH ROW EXECUTE FUNCTION catalog_sing()"),
"""
COLUMN = 'migrations.AddField("product", "mood", models.CharField(max_length=10, null=True))'


def migrate(*arguments: Any, **options: Any) -> str:
    """What the command says of the organizations."""
    told = StringIO()
    with redirect_stdout(told):
        call_command("migrate_schemas", *arguments, tenant=True, interactive=False, **options)
    return told.getvalue()


def assert_all_alike() -> None:
    """Every schema is at the newest version and is what the template is."""
    names = [TEMPLATE_SCHEMA, *schema_names()]
    versions, anatomies = versions_of(names), anatomies_of(names)
    for name in names:
        assert versions[name] == newest_version(), name
        assert anatomies[name].differences_from(anatomies[TEMPLATE_SCHEMA]) == []


@pytest.fixture
def schemas(db: None) -> list[str]:
    """Of alpha and beta, alpha first."""
    return schema_names()


def test_with_nothing_to_do_one_question_is_asked(schemas: list[str]) -> None:
    with CaptureQueriesContext(connection) as sent:
        told = migrate()
    assert told.startswith("Nothing to migrate")
    assert len([one for one in sent if "django_migrations" in one["sql"]]) <= 3
    assert_all_alike()


def test_every_kind_of_change_reaches_every_schema(schemas: list[str], newer: Newer) -> None:
    newer.migration("catalog", EVERY_KIND)
    assert "[3/3] schemas migrated" in migrate()
    assert_all_alike()


def test_changes_of_several_apps_and_migrations_travel_together(schemas: list[str], newer: Newer) -> None:
    newer.migration("catalog", EVERY_KIND)
    newer.migration("catalog", 'migrations.RenameField("shelf", "name", "title")')
    newer.migration(
        "crm", 'migrations.AddField("company", "mood", models.CharField(default="", max_length=9))'
    )
    migrate()
    assert_all_alike()


def test_the_new_blueprint_is_drawn_and_spares_are_asked_for(schemas: list[str], newer: Newer) -> None:
    newer.migration("catalog", EVERY_KIND)
    migrate()
    assert Blueprint.objects.filter(digest=newest_version().digest).exists()
    assert Job.objects.filter(name="fill_tenant_pool").exists()


def test_rows_get_the_default_even_where_triggers_keep_them(in_alpha: OrganizationRef, newer: Newer) -> None:
    invoice = issued(system_actor(in_alpha.id))
    newer.migration(
        "invoices", 'migrations.AddField("invoice", "mood", models.CharField(default="calm", max_length=9))'
    )
    migrate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT mood FROM invoices_invoice WHERE id = %s", [invoice.pk])
        assert cursor.fetchone() == ("calm",)
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O' AND NOT tgisinternal")
        assert cursor.fetchone() == (0,)
    assert Invoice.objects.only("id").get(pk=invoice.pk)


def test_no_column_is_added_with_a_default(schemas: list[str], newer: Newer) -> None:
    newer.migration("catalog", EVERY_KIND)
    statements = [text for step in upgrade(schemas[0]).steps for text in step.statements]
    added = [text for text in statements if "ADD COLUMN" in text]
    assert len(added) == 4
    assert [text for text in added if "DEFAULT" in text.upper()] == []


def test_a_default_of_the_database_stays(schemas: list[str], newer: Newer) -> None:
    newer.migration("catalog", EVERY_KIND)
    migrate()
    [table] = [p for p in anatomies_of(schemas)[schemas[0]].pieces if p.name == "catalog_product"]
    assert "flag boolean DEFAULT true NOT NULL" in table.statement
    assert "place integer NOT NULL" in table.statement


def test_one_that_fails_is_listed_and_the_others_go_on(schemas: list[str], newer: Newer) -> None:
    alpha, beta = schemas
    in_the_way(beta)
    newer.migration("catalog", 'migrations.RunSQL("CREATE TABLE catalog_mood (id int PRIMARY KEY)")')
    with pytest.raises(CommandError, match=f"1 schemas stayed as they were:\n  {beta}  42P07") as failed:
        migrate()
    assert "already exists" in str(failed.value)
    assert newest_version().missing_in(versions_of(schemas)[alpha]) == []
    assert newest_version().missing_in(versions_of(schemas)[beta]) == ["catalog.0002_newer"]


def test_the_next_run_goes_on_with_the_rest(schemas: list[str], newer: Newer) -> None:
    beta = schemas[1]
    in_the_way(beta)
    newer.migration("catalog", 'migrations.RunSQL("CREATE TABLE catalog_mood (id int PRIMARY KEY)")')
    with pytest.raises(CommandError):
        migrate()
    with in_schema(beta), connection.cursor() as cursor:
        cursor.execute("DROP TABLE catalog_mood")
    assert "[1/1] schemas migrated" in migrate()
    assert_all_alike()


def test_when_the_canary_fails_nobody_else_is_touched(schemas: list[str], newer: Newer) -> None:
    alpha, beta = schemas
    in_the_way(alpha)
    newer.migration("catalog", 'migrations.RunSQL("CREATE TABLE catalog_mood (id int PRIMARY KEY)")')
    with pytest.raises(CommandError, match="Stopped here"):
        migrate()
    assert newest_version().missing_in(versions_of([beta])[beta]) == ["catalog.0002_newer"]


def test_what_fails_in_the_template_touches_nobody(schemas: list[str], newer: Newer) -> None:
    newer.migration("catalog", 'migrations.RunSQL("CREATE TABLE nonsense")')
    with pytest.raises(CommandError, match=TEMPLATE_SCHEMA):
        migrate()
    assert {tuple(newest_version().missing_in(one)) for one in versions_of(schemas).values()} == {
        ("catalog.0002_newer",)
    }


def in_the_way(schema_name: str) -> None:
    with in_schema(schema_name), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE catalog_mood (id int PRIMARY KEY)")


def test_a_migration_can_be_taken_back_everywhere(schemas: list[str], newer: Newer) -> None:
    before = anatomies_of(schemas)
    newer.migration("catalog", COLUMN)
    migrate()
    migrate("catalog", "0001")
    assert anatomies_of(schemas) == before
    assert {tuple(newest_version().missing_in(one)) for one in versions_of(schemas).values()} == {
        ("catalog.0002_newer",)
    }
    migrate()
    assert_all_alike()


def test_faked_means_written_down_only(schemas: list[str], newer: Newer) -> None:
    before = anatomies_of(schemas)
    newer.migration("catalog", COLUMN)
    migrate(fake=True)
    assert anatomies_of(schemas) == before
    assert versions_of(schemas)[schemas[0]] == newest_version()


def test_the_plan_and_the_check_change_nothing(schemas: list[str], newer: Newer) -> None:
    newer.migration("catalog", COLUMN)
    assert "apply catalog.0002_newer" in migrate(plan=True)
    with pytest.raises(SystemExit):
        migrate(check_unapplied=True)
    assert newest_version().missing_in(versions_of(schemas)[schemas[0]]) == ["catalog.0002_newer"]


def test_one_schema_can_be_migrated_alone(schemas: list[str], newer: Newer) -> None:
    alpha, beta = schemas
    newer.migration("catalog", COLUMN)
    migrate(schema_name=beta)
    assert versions_of(schemas)[beta] == newest_version()
    assert versions_of(schemas)[alpha] != newest_version()


@pytest.mark.parametrize("option", ["prune", "run_syncdb", "fake_initial"])
def test_options_that_would_do_harm_are_refused(schemas: list[str], option: str) -> None:
    with pytest.raises(CommandError, match=option.replace("_", "-")):
        migrate(**{option: True})


def test_organizations_founded_by_older_code_meanwhile_are_caught_up(
    schemas: list[str], newer: Newer
) -> None:
    newer.migration("catalog", COLUMN)
    SchemaExecutor((), {"verbosity": 0}).run_migrations(tenants=schemas[:1])
    assert_all_alike()


def test_an_erased_organization_has_no_schema_and_is_passed_over(schemas: list[str], newer: Newer) -> None:
    at = clock.now()
    Organization.objects.filter(schema_name=schemas[1]).update(
        status="closed", closed_at=at, erase_at=at, erased_at=at
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {schemas[1]} CASCADE")
    newer.migration("catalog", COLUMN)
    assert "[2/2] schemas migrated" in migrate()


# Rows


def test_a_job_follows_into_every_organization_once(schemas: list[str], newer: Newer) -> None:
    newer.migration("catalog", f'{COLUMN}, RunJob("compare_team_mirror")')
    migrate()
    migrate("catalog", "0001")
    migrate()
    jobs = Job.objects.filter(name="compare_team_mirror").values_list("organization_id", flat=True)
    assert sorted(jobs) == sorted(Organization.objects.values_list("pk", flat=True))


def test_a_job_of_a_failed_schema_is_not_asked_for(schemas: list[str], newer: Newer) -> None:
    in_the_way(schemas[1])
    newer.migration(
        "catalog",
        'migrations.RunSQL("CREATE TABLE catalog_mood (id int PRIMARY KEY)"), RunJob("compare_team_mirror")',
    )
    with pytest.raises(CommandError):
        migrate()
    assert Job.objects.filter(name="compare_team_mirror").count() == 1


def test_python_in_a_migration_is_refused(schemas: list[str], newer: Newer) -> None:
    newer.migration("catalog", f"{COLUMN}, migrations.RunPython(lambda apps, editor: None)")
    with pytest.raises(CommandError, match="RunJob"):
        migrate()


# With others at work


def test_a_lock_that_is_let_go_is_waited_for(committed_db: None, newer: Newer) -> None:
    newer.migration("catalog", COLUMN)
    with holding(schema_names()[1]) as let_go:
        threading.Timer(4.0, let_go).start()
        migrate()
    assert_all_alike()


def test_two_runs_at_once_are_refused(committed_db: None, newer: Newer) -> None:
    newer.migration("catalog", COLUMN)
    with psycopg.connect(database_url(connection.settings_dict["NAME"]), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(7236101)")
        with pytest.raises(CommandError, match="Another migration"):
            migrate()
    assert "[3/3]" in migrate()


def test_an_index_can_be_built_beside_the_work(committed_db: None, newer: Newer) -> None:
    newer.migration(
        "catalog",
        'AddIndexConcurrently("product", models.Index(fields=["unit"], name="catalog_units"))',
        atomic=False,
    )
    migrate()
    assert_all_alike()
    [alpha, _beta] = schema_names()
    assert "catalog_units" in {piece.name for piece in anatomies_of([alpha])[alpha].pieces}


def test_a_spare_of_the_old_version_is_left_to_the_stock(committed_db: None, newer: Newer) -> None:
    add_spare_schema(wanted=1, by=BY, at=clock.now())
    newer.migration("catalog", COLUMN)
    assert "[3/3]" in migrate(), "the template, alpha and beta; the spare is rebuilt by its job"


class holding:
    """While the block runs, somebody has an open transaction over the products of a schema."""

    def __init__(self, schema_name: str) -> None:
        self.connection = psycopg.connect(database_url(connection.settings_dict["NAME"]))
        self.connection.execute(
            sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(schema_name, "catalog_product"))
        )

    def __enter__(self) -> Callable[[], None]:
        return self.connection.rollback

    def __exit__(self, *_error: object) -> None:
        self.connection.close()


def test_the_world_of_the_organization_works_afterwards(in_alpha: OrganizationRef, newer: Newer) -> None:
    newer.migration("catalog", COLUMN)
    migrate()
    with in_organization(in_alpha):
        assert draft(system_actor(in_alpha.id)).pk
