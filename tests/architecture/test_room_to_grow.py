"""An organization's schema could stand on a server of its own: `docs/adr/0014-room-to-grow.md`.

What every test sends is watched besides (`tests/border.py`, in `conftest.py`); keys that are not deferrable
and primary keys are checked in `test_models.py`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from shared_apps.core.actors import Actor
from shared_apps.jobs.operations import enqueue
from tenant_apps.workspace.models import Member, NumberSeries
from tenants.context import OrganizationRef
from tenants.models import Organization
from tenants.postgresql.schema import DatabaseSchemaEditor
from tenants.versions import tenant_labels
from tests.architecture.test_house_rules import ROOT, SOURCES
from tests.architecture.test_models import rows
from tests.border import FOUNDING, OUTBOX, border_watched, statements_in, tables_of_organizations

RUNBOOK = ROOT / "deploy/runbooks/citus.md"
# A shard's number is added to a name of at most 63 characters; a longer one would be cut and hashed.
LONGEST_NAME = 50


# The statements that make a schema
# -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def migration_statements(django_db_setup: None, django_db_blocker: object) -> list[tuple[str, str]]:
    """(migration, statement as it is executed) of every migration of the organizations' apps."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        return list(_collect())


def _collect() -> Iterator[tuple[str, str]]:
    executor = MigrationExecutor(None)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    state = executor.loader.project_state([], at_end=False)
    for migration, _backwards in plan:
        editor = connection.schema_editor(collect_sql=True, atomic=False)
        with editor:
            state = migration.apply(state, editor, collect_sql=True)
        if migration.app_label in tenant_labels():
            yield from ((str(migration), statement) for statement in editor.collected_sql)


def test_a_migration_executes_one_statement_at_a_time(migration_statements: list[tuple[str, str]]) -> None:
    assert len(migration_statements) > 100
    assert [(m, sql) for m, sql in migration_statements if statements_in(sql) > 1] == []


def test_the_schema_editor_knows_one_statement_at_a_time() -> None:
    templates = {name for name in dir(DatabaseSchemaEditor) if name.startswith("sql_")}
    texts = {name: getattr(DatabaseSchemaEditor, name) for name in templates}
    assert {name: sql for name, sql in texts.items() if isinstance(sql, str) and statements_in(sql) > 1} == {}


def test_identity_columns_are_made_with_their_table(migration_statements: list[tuple[str, str]]) -> None:
    later = re.compile(
        r"ADD GENERATED|(CREATE|ALTER) SEQUENCE|OWNED BY|\bnextval\b|\b(big|small)?serial\b", re.I
    )
    assert [(m, sql) for m, sql in migration_statements if later.search(sql)] == []


# What runs inside PostgreSQL
# -----------------------------------------------------------------------------------------------------------


def test_functions_reach_tables_through_the_schema_of_their_trigger(alpha: OrganizationRef) -> None:
    """Every table's name follows `%I.` in a format whose argument is TG_TABLE_SCHEMA: on another server there
    is no search path to rely on.
    """
    for name, body in _functions(alpha):
        for table in tables_of_organizations() & set(re.findall(r"\w+", body)):
            assert not re.search(rf"(?<!%I\.)\b{table}\b", body), (name, table)
        formats = re.findall(r"\bformat\s*\(\s*(?:'(?:[^']|'')*'\s*)+,\s*(\w+)", body)
        assert len(formats) == len(re.findall(r"\bformat\s*\(", body)), name
        assert set(formats) <= {"TG_TABLE_SCHEMA"}, name
        assert body.count("EXECUTE ") == len(formats), name


def test_functions_touch_neither_settings_nor_listeners(alpha: OrganizationRef) -> None:
    session = re.compile(
        r"search_path|set_config|current_setting|pg_notify|\bNOTIFY\b|\bLISTEN\b|\bSET\s+(LOCAL|SESSION)\b"
        r"|pg_advisory|pg_try_advisory|\bdblink|current_schema|\bRESET\b",
        re.I,
    )
    assert [name for name, body in _functions(alpha) if session.search(body)] == []


def _functions(organization: OrganizationRef) -> list[tuple[str, str]]:
    found = rows(
        "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = %s::regnamespace",
        organization.schema_name,
    )
    assert found
    return [(name, re.sub(r"--[^\n]*", "", body.partition("$function$")[2])) for name, body in found]


def test_a_lock_is_not_waited_for_without_end(db: None) -> None:
    assert rows("SELECT setting::int BETWEEN 1 AND 60000 FROM pg_settings WHERE name = 'lock_timeout'") == [
        (True,)
    ]


def test_organizations_use_nothing_that_only_one_server_has() -> None:
    """No advisory lock, no MERGE, no system column, no notification in the apps of the organizations."""
    single = re.compile(
        r"(?i:pg_(try_)?advisory|\bMERGE\s+INTO\b|\b(xmin|xmax|ctid)\b|pg_notify)|\b(NOTIFY|LISTEN)\s+\w"
    )
    ours = [path for path, _tree in SOURCES if path.parts[0] == "tenant_apps"]
    assert [str(path) for path in ours if single.search((ROOT / path).read_text())] == []


# Errors
# -----------------------------------------------------------------------------------------------------------


def test_who_catches_a_breach_asks_which_constraint_it_was() -> None:
    silent = [
        f"{path}:{handler.lineno}"
        for path, tree in SOURCES
        for handler in ast.walk(tree)
        if isinstance(handler, ast.ExceptHandler) and "IntegrityError" in ast.dump(handler.type or ast.Pass())
        if not any(isinstance(one, ast.Name) and one.id == "violates" for one in ast.walk(handler))
    ]
    assert silent == []


def test_nobody_reads_the_words_of_an_error() -> None:
    """The name of a constraint is read in one place; everybody else asks `violates`."""
    reads = re.compile(r"\.diag\b|constraint_name|message_primary|pgcode|pgerror")
    guilty = {str(path) for path, _tree in SOURCES if reads.search((ROOT / path).read_text())}
    assert guilty == {"shared_apps/core/constraints.py"}


def test_constraints_that_are_asked_for_exist_and_are_short(alpha: OrganizationRef) -> None:
    asked = {
        argument.value
        for _path, tree in SOURCES
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "violates"
        for argument in call.args[1:]
        if isinstance(argument, ast.Constant)
    }
    known = {name for (name,) in rows("SELECT conname FROM pg_constraint")}
    known |= {name for (name,) in rows("SELECT relname FROM pg_class WHERE relkind = 'i'")}
    assert asked
    assert asked - known == set()
    assert {name for name in asked if len(name) > LONGEST_NAME} == set()


# The border itself
# -----------------------------------------------------------------------------------------------------------


def test_a_statement_over_both_sides_is_seen(in_alpha: OrganizationRef) -> None:
    with border_watched() as watch:
        list(Group.objects.raw("SELECT g.* FROM auth_group g, workspace_member"))
        list(Group.objects.all())
        list(Member.objects.all())
    assert len(watch.trespasses) == 1
    assert "crosses the border" in watch.trespasses.pop()


def test_statements_in_one_execute_are_seen(in_alpha: OrganizationRef) -> None:
    with border_watched() as watch, connection.cursor() as cursor:
        cursor.execute("SELECT 1; SELECT 2")
        cursor.execute("SELECT ';', $$;$$ -- ;\n;")
    assert [told.partition(":")[0] for told in watch.trespasses] == ["several statements in one execute"]


def test_what_only_one_server_has_is_seen(in_alpha: OrganizationRef) -> None:
    with border_watched() as watch:
        list(Member.objects.raw("SELECT id, pg_try_advisory_xact_lock(1) FROM workspace_member"))
        list(Member.objects.raw("SELECT id, xmin FROM workspace_member"))
    assert len(watch.trespasses) == 2


def test_writes_to_both_sides_in_one_transaction_are_seen(in_alpha: OrganizationRef, owner: Actor) -> None:
    with border_watched() as watch:
        with transaction.atomic():
            NumberSeries.objects.update(next_number=7)
            enqueue("follow_home", by=owner)
        assert watch.trespasses == []
        with transaction.atomic():
            NumberSeries.objects.update(next_number=8)
            with transaction.atomic():
                Organization.objects.update(language="en")
    tables = ["tenants_organization", "workspace_numberseries"]
    assert watch.trespasses == [f"written in one transaction: {tables}"]


def test_the_runbook_names_every_table_that_commits_with_an_organization() -> None:
    told = set(re.findall(r"`(\w+)`", Path(RUNBOOK).read_text()))
    assert (OUTBOX | FOUNDING) - told == set()
