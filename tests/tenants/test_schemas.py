"""How schemas are born: every one alike, in stock before anybody asks, and never half."""

import threading
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from shared_apps.accounts.operations import create_user, found_organization
from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.jobs.models import Job
from tenants.anatomy import anatomy_of, statements_for
from tenants.context import in_public
from tenants.models import Blueprint, Organization, SpareSchema
from tenants.operations import (
    Founding,
    NotDrawable,
    SubdomainTaken,
    add_spare_schema,
    adopt_schema,
    build_schema,
    draw_blueprint,
    drop_stale_spare,
)
from tenants.operations.schemas import TEMPLATE_SCHEMA, new_schema_name, pieces_of
from tenants.tasks import fill_tenant_pool
from tenants.upgrade import in_one_round_trip, upgrade
from tests.tenants.newer import Newer

BY = system_actor()


def found(subdomain: str, at: datetime, owner: str = "owner") -> Organization:
    person = create_user(
        email=f"{owner}@{subdomain}.example", password="correct-horse-7", name="Ана", by=BY, at=at
    )
    founding = Founding(
        name=subdomain,
        subdomain=subdomain,
        owner_user_id=person.pk,
        owner_name=person.name,
        owner_email=person.email,
    )
    return found_organization(founding=founding, by=BY, at=at)


def schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\_%'")
        return {name for (name,) in cursor.fetchall()}


def run_sql(statement: str) -> None:
    with in_public(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def stock(db: None) -> Callable[[int], list[str]]:
    """`stock(2)`: two spare schemas wait; their names."""

    def fill(count: int) -> list[str]:
        while add_spare_schema(wanted=count, by=BY, at=clock.now()):
            pass
        return list(SpareSchema.objects.order_by("created_at").values_list("schema_name", flat=True))

    return fill


# Drawing and building


def test_a_built_schema_is_what_the_migrations_make(db: None, at: datetime) -> None:
    migrated, built = new_schema_name(), new_schema_name()
    run_sql(f"CREATE SCHEMA {migrated}")
    upgrade(migrated)
    build_schema(schema_name=built, by=BY, at=at)
    assert anatomy_of(built).differences_from(anatomy_of(migrated)) == []
    assert anatomy_of(built).digest == anatomy_of(migrated).digest
    assert len(anatomy_of(built).pieces) > 50


def test_a_built_schema_says_which_migrations_it_has(db: None, at: datetime) -> None:
    name = new_schema_name()
    build_schema(schema_name=name, by=BY, at=at)
    assert upgrade(name).steps == (), "nothing is left to migrate"


def test_a_blueprint_is_drawn_once_for_a_version(db: None, at: datetime) -> None:
    first = draw_blueprint(by=BY, at=at)
    with CaptureQueriesContext(connection) as sent:
        assert draw_blueprint(by=BY, at=at) == first
    assert len(sent) <= 3, [one["sql"] for one in sent]


def test_building_stops_with_the_first_statement_that_fails_and_leaves_nothing(
    db: None, at: datetime
) -> None:
    before, blueprint = schemas(), draw_blueprint(by=BY, at=at)
    blueprint.statements[-1][2] = "CREATE TRIGGER nonsense"
    blueprint.save()
    with pytest.raises(DatabaseError):
        build_schema(schema_name=new_schema_name(), by=BY, at=at)
    assert schemas() == before


@pytest.mark.parametrize(
    "strange",
    [
        "CREATE VIEW {}.everybody AS SELECT 1",
        "CREATE TYPE {}.mood AS ENUM ('good', 'bad')",
        "CREATE SEQUENCE {}.counter",
        "CREATE MATERIALIZED VIEW {}.everybody AS SELECT 1",
        "INSERT INTO {}.workspace_numberseries"
        " (id, code, kind, name, prefix, first_number, next_number, is_started)"
        " VALUES (gen_random_uuid(), 'x', 'tax', '', '', 1, 1, false)",
        "ALTER TABLE {}.crm_company ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE {}.invoices_invoice DISABLE TRIGGER invoices_invoice_frozen",
        "CREATE STATISTICS {}.both ON city, name FROM {}.crm_company",
    ],
)
def test_what_cannot_be_drawn_is_refused(db: None, at: datetime, strange: str) -> None:
    Blueprint.objects.all().delete()
    run_sql(strange.replace("{}", TEMPLATE_SCHEMA))
    with pytest.raises(NotDrawable):
        draw_blueprint(by=BY, at=at)


@pytest.mark.parametrize("name", ["public", "alpha", "t_", "t_a.b", 't_"; DROP', "T_ABCDEF"])
def test_only_opaque_names_are_built(db: None, name: str) -> None:
    with pytest.raises(ValueError, match="schema"):
        statements_for([], name)


# The stock


def test_founding_takes_a_spare_and_changes_no_structure(
    stock: Callable[[int], list[str]], at: datetime
) -> None:
    [spare] = stock(1)
    with CaptureQueriesContext(connection) as sent:
        organization = found("gamma", at)
    assert organization.schema_name == spare
    assert not SpareSchema.objects.exists()
    assert [one["sql"] for one in sent if one["sql"].startswith(("CREATE", "ALTER", "DROP"))] == []


def test_founding_asks_for_the_next_spare(stock: Callable[[int], list[str]], at: datetime) -> None:
    found("gamma", at)
    assert Job.objects.filter(name="fill_tenant_pool", organization_id=None).exists()


def test_without_a_spare_one_is_built(db: None, at: datetime) -> None:
    before = schemas()
    organization = found("gamma", at)
    assert schemas() - before == {organization.schema_name}


def test_a_refused_founding_leaves_the_spare_where_it_was(
    stock: Callable[[int], list[str]], at: datetime
) -> None:
    [spare] = stock(1)
    with pytest.raises(SubdomainTaken):
        found("alpha", at, owner="another")
    assert SpareSchema.objects.get().schema_name == spare


def test_a_founding_that_fails_half_way_leaves_nothing_and_can_be_repeated(
    stock: Callable[[int], list[str]], at: datetime, settings: Any
) -> None:
    before, steps = schemas(), settings.PROVISIONING_STEPS
    settings.PROVISIONING_STEPS = [*steps, "tests.tenants.test_schemas.broken_step"]
    with pytest.raises(RuntimeError, match="half way"):
        found("gamma", at)
    assert schemas() == before
    assert not Organization.objects.filter(subdomain="gamma").exists()
    settings.PROVISIONING_STEPS = steps
    assert found("gamma", at, owner="again").subdomain == "gamma"


def broken_step(**facts: Any) -> None:
    raise RuntimeError("half way")


def test_a_spare_of_another_version_is_not_taken_but_rebuilt(
    stock: Callable[[int], list[str]], at: datetime, newer: Newer, settings: Any
) -> None:
    [old] = stock(1)
    newer.migration("catalog", 'migrations.RunSQL("CREATE TABLE catalog_mood (id int PRIMARY KEY)")')
    settings.SPARE_SCHEMAS = 1
    assert adopt_schema(by=BY, at=at) != old
    with_actor(fill_tenant_pool)
    [fresh] = SpareSchema.objects.all()
    assert old not in schemas()
    assert "catalog_mood" in {piece.name for piece in anatomy_of(fresh.schema_name).pieces}


def with_actor(job: Callable[..., None]) -> None:
    from shared_apps.jobs.actors import _actor

    token = _actor.set(BY)
    job()
    _actor.reset(token)


def test_filling_twice_is_filling_once(stock: Callable[[int], list[str]]) -> None:
    assert len(stock(2)) == 2
    assert not add_spare_schema(wanted=2, by=BY, at=clock.now())
    assert not drop_stale_spare(by=BY)


def test_the_command_shows_and_fills_the_stock(db: None, settings: Any) -> None:
    settings.SPARE_SCHEMAS = 2
    told = StringIO()
    call_command("tenant_pool", stdout=told)
    call_command("tenant_pool", fill=True, stdout=told)
    first, built, last = told.getvalue().splitlines()
    assert first == "0 of 2 spare schemas ready, 0 of an older version."
    assert built.startswith("Built 2, dropped 0")
    assert last == "2 of 2 spare schemas ready, 0 of an older version."


# Several at once


def test_several_foundings_at_once_take_different_schemas(committed_db: None) -> None:
    for _count in range(2):
        add_spare_schema(wanted=2, by=BY, at=clock.now())
    names = ["gamma", "delta", "epsilon", "zeta"]
    taken: list[str] = []
    run_at_once([lambda name=name: taken.append(found(name, clock.now()).schema_name) for name in names])  # type: ignore[misc]
    assert len(set(taken)) == 4
    assert not SpareSchema.objects.exists()


def test_several_fillers_at_once_do_not_overfill(committed_db: None) -> None:
    def fill() -> None:
        while add_spare_schema(wanted=3, by=BY, at=clock.now()):
            pass

    run_at_once([fill] * 3)
    assert SpareSchema.objects.count() == 3


def test_several_that_need_the_first_blueprint_draw_it_once(committed_db: None) -> None:
    Blueprint.objects.all().delete()
    run_sql(f"DROP SCHEMA {TEMPLATE_SCHEMA} CASCADE")
    run_at_once([lambda: draw_blueprint(by=BY, at=clock.now())] * 3)
    assert Blueprint.objects.count() == 1


def run_at_once(works: list[Callable[[], Any]]) -> None:
    """Each in a thread of its own; the first exception rises."""
    failures: list[BaseException] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            with in_public():
                work()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if failures:
        raise failures[0]


# Sanity of the tools


def test_one_round_trip_tells_of_the_statement_that_failed(db: None) -> None:
    with pytest.raises(DatabaseError, match="nowhere"):
        in_one_round_trip(["SELECT 1", "SELECT * FROM nowhere", "SELECT 2"])


def test_pieces_survive_their_keeping(db: None, at: datetime) -> None:
    assert tuple(pieces_of(draw_blueprint(by=BY, at=at))) == anatomy_of(TEMPLATE_SCHEMA).pieces
