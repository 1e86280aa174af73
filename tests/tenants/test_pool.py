"""Threads that share connections: what one said to a session, the next does not find."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, ProgrammingError, connection, connections, transaction

from tenant_apps.workspace.models import Member
from tenant_apps.workspace.queries import profile
from tenants.context import OrganizationRef, in_organization, reference_to
from tenants.models import Organization
from tenants.postgresql.pool import put_in_order
from tests.isolation.pooling import connections_shared

Both = tuple[OrganizationRef, OrganizationRef]


@pytest.fixture
def both(committed_db: None) -> Both:
    """Alpha and beta, with real commits."""
    alpha, beta = (reference_to(Organization.objects.get(subdomain=name)) for name in ("alpha", "beta"))
    return alpha, beta


@pytest.fixture
def one_connection(both: Both) -> Iterator[Both]:
    """A pool of a single connection, so that whoever comes next gets the same one."""
    with connections_shared(1):
        yield both


def ask(sql: str) -> Any:
    """The one value that the server answers, asked past the wrapper."""
    connection.ensure_connection()
    return connection.connection.execute(sql).fetchone()[0]


def process() -> int:
    return int(ask("SELECT pg_backend_pid()"))


def test_a_connection_is_given_back_in_no_organization(one_connection: Both) -> None:
    with in_organization(one_connection[0]):
        assert profile().legal_name
        before = process()
    connection.close()
    assert process() == before
    assert ask("SHOW search_path") == "no_tenant"
    with pytest.raises(psycopg.errors.UndefinedTable):
        ask("SELECT legal_name FROM workspace_organizationprofile")


def test_nothing_that_was_said_to_the_session_stays(one_connection: Both) -> None:
    with in_organization(one_connection[0]), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '7s'")
        cursor.execute("SET timezone = 'Asia/Tokyo'")
        cursor.execute("CREATE TEMPORARY TABLE left_behind (id int)")
        cursor.execute("SELECT pg_advisory_lock(7)")
        cursor.execute(
            "DECLARE kept CURSOR WITH HOLD FOR SELECT legal_name FROM workspace_organizationprofile"
        )
        before = process()
    connection.close()
    assert process() == before
    assert ask("SHOW statement_timeout") == "0"
    assert ask("SHOW lock_timeout") == "10s"
    assert ask("SHOW timezone") == "UTC"
    assert ask("SELECT to_regclass('pg_temp.left_behind')") is None
    assert ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()") == 0
    assert ask("SELECT count(*) FROM pg_cursors") == 0


def test_a_transaction_that_was_left_open_is_undone(one_connection: Both) -> None:
    alpha, _beta = one_connection
    with in_organization(alpha):
        connection.set_autocommit(False)
        Member.objects.update(name="Никой")
        connection.close()
        assert not Member.objects.filter(name="Никой").exists()
        assert not connection.in_atomic_block


def test_a_connection_that_is_lost_inside_a_transaction_ends_the_transaction(one_connection: Both) -> None:
    alpha, _beta = one_connection
    with in_organization(alpha):
        with pytest.raises(ProgrammingError, match="atomic"), transaction.atomic():
            Member.objects.update(name="Никой")
            connection.close()
            Member.objects.count()
        assert not Member.objects.filter(name="Никой").exists()


def test_a_cursor_does_not_reach_into_the_next_hand_s_session(one_connection: Both) -> None:
    alpha, beta = one_connection
    taken, tried = Event(), Event()

    def next_hand() -> str:
        try:
            with in_organization(beta), transaction.atomic():
                Member.objects.update(name="Някой")
                taken.set()
                assert tried.wait(10)
                return profile().legal_name
        finally:
            connection.close()

    with in_organization(alpha):
        kept = connection.cursor()
        rows = Member.objects.order_by("id").iterator(chunk_size=1)
        assert next(rows)
        connection.close()
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(next_hand)
        assert taken.wait(10)
        with pytest.raises(InterfaceError):
            kept.execute("SELECT legal_name FROM workspace_organizationprofile")
        with pytest.raises(InterfaceError):
            list(rows)
        kept.close()
        tried.set()
        assert answer.result() == "Бета Проба ЕООД"


def test_a_connection_that_cannot_be_put_in_order_is_thrown_away(both: Both) -> None:
    def fail(_connection: Any) -> None:
        raise psycopg.OperationalError("on purpose")

    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    with connections_shared(1, reset=fail), in_organization(both[0]):
        assert profile().legal_name
        before = process()
        connection.close()
        assert profile().legal_name
        assert process() != before


def test_a_connection_that_died_in_the_pool_is_not_handed_out(one_connection: Both) -> None:
    alpha, _beta = one_connection
    with in_organization(alpha):
        assert profile().legal_name
        before = process()
        connection.close()
        with psycopg.connect(**server_facts()) as other:
            other.execute("SELECT pg_terminate_backend(%s, 1000)", [before])
        assert profile().legal_name == "Алфа Проба ООД"
        assert process() != before


def test_a_connection_that_has_seen_enough_is_replaced(one_connection: Both, settings: Any) -> None:
    settings.SCHEMAS_PER_CONNECTION = 1
    seen = []
    for _ in range(2):
        for organization in one_connection:
            with in_organization(organization):
                seen.append((process(), profile().legal_name))
            connection.close()
    pids, names = zip(*seen, strict=True)
    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert names == ("Алфа Проба ООД", "Бета Проба ЕООД") * 2


def test_many_threads_on_few_connections_read_their_own(both: Both) -> None:
    def read(number: int) -> bool:
        organization = both[number % 2]
        try:
            with in_organization(organization):
                is_own = profile().legal_name == organization.name
                emails = Member.objects.values_list("email", flat=True)
                return is_own and all(
                    email.endswith(f"@{organization.subdomain}.example") for email in emails
                )
        finally:
            connection.close()

    with connections_shared(3), ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, range(200)))


def test_the_environment_turns_the_pool_on() -> None:
    program = (
        "from django.conf import settings\n"
        "facts = settings.DATABASES['default']\n"
        "pool, sslmode = facts['OPTIONS']['pool'], facts['OPTIONS']['sslmode']\n"
        "print(pool['min_size'], pool['max_size'], pool['reset'].__name__, facts['CONN_MAX_AGE'], sslmode)\n"
        "print(facts['OPTIONS']['options'])"
    )
    asked = {
        "DATABASE_URL": "postgres://u:x@db.example/tefter?sslmode=require",
        "DATABASE_POOL_MIN": "2",
        "DATABASE_POOL_MAX": "5",
    }
    told = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | asked, capture_output=True, text=True, check=True
    ).stdout
    assert told.startswith(f"2 5 {put_in_order.__name__} 0 require\n")
    assert "-c search_path=no_tenant" in told, "what the address asks for is added, and takes nothing away"


def server_facts() -> dict[str, Any]:
    facts = connections["default"].settings_dict
    return {
        "host": facts["HOST"],
        "port": facts["PORT"] or 5432,
        "user": facts["USER"],
        "password": facts["PASSWORD"],
        "dbname": "postgres",
    }
