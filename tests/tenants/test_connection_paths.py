"""What a connection remembers of where it stands is always true, whatever happens to it.

Each story ends with the same question: whose rows does the next query read?
"""

import dataclasses
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from tenant_apps.workspace.models import Member
from tenant_apps.workspace.queries import profile
from tenants.context import (
    OrganizationRef,
    current_organization_or_none,
    in_organization,
    in_public,
    reference_to,
)
from tenants.models import Organization

ALPHA, BETA = "Алфа Проба ООД", "Бета Проба ЕООД"


@pytest.fixture
def both(committed_db: None) -> tuple[OrganizationRef, OrganizationRef]:
    """Alpha and beta, with real commits."""
    alpha, beta = (reference_to(Organization.objects.get(subdomain=name)) for name in ("alpha", "beta"))
    return alpha, beta


def whose() -> str:
    return profile().legal_name


def server_path() -> str:
    """Where the server itself says that it stands, asked past everything that is remembered."""
    with connection.connection.cursor() as cursor:
        return str(cursor.execute("SHOW search_path").fetchone()[0])


def test_a_failed_transaction_is_not_committed_in_silence(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    alpha, beta = both
    with in_organization(alpha):
        assert whose() == ALPHA
        not_committed = pytest.raises(DatabaseError, match="not committed")
        with not_committed, transaction.atomic(), in_organization(beta):
            assert whose() == BETA
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column")
    with in_organization(beta):
        assert whose() == BETA


def test_a_path_that_was_set_in_a_rolled_back_transaction_is_forgotten(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    alpha, beta = both
    with in_organization(alpha):
        assert whose() == ALPHA
        with pytest.raises(ZeroDivisionError), transaction.atomic(), in_organization(beta):
            assert whose() == BETA
            raise ZeroDivisionError
        assert whose() == ALPHA
    with in_organization(beta):
        assert whose() == BETA


def test_a_path_that_was_set_behind_a_savepoint_is_forgotten_with_it(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    alpha, beta = both
    with in_organization(alpha), transaction.atomic():
        assert whose() == ALPHA
        with suppress(ZeroDivisionError), transaction.atomic(), in_organization(beta):
            assert whose() == BETA
            raise ZeroDivisionError
        with in_organization(beta):
            assert whose() == BETA


def test_a_path_that_was_set_inside_a_pipeline_is_not_remembered(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    alpha, beta = both
    with in_organization(alpha):
        assert whose() == ALPHA
    with in_organization(beta):
        piped = connection.connection.pipeline()
        with pytest.raises(Exception, match="no_such_column"), piped, connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")
        assert whose() == BETA


def test_a_cursor_that_is_kept_stands_where_its_user_stands(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    alpha, beta = both
    question = "SELECT legal_name FROM workspace_organizationprofile"
    with in_organization(alpha), connection.cursor() as kept:
        with in_organization(beta):
            assert whose() == BETA
        kept.execute(question)
        assert kept.fetchone() == (ALPHA,)
        with in_organization(beta):
            kept.executemany("UPDATE workspace_organizationprofile SET city = %s", [["Шумен"]])
            assert profile().city == "Шумен"
        assert profile().city == "София"
        with kept.copy(f"COPY ({question}) TO STDOUT") as copy:
            assert bytes(b"".join(bytes(part) for part in copy)).decode().strip() == ALPHA
        with in_organization(beta):
            assert list(kept.stream(question)) == [(BETA,)]


def test_an_open_cursor_of_the_server_reads_on_where_it_began(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    alpha, beta = both
    with in_organization(alpha):
        rows = Member.objects.order_by("id").values_list("email", flat=True).iterator(chunk_size=1)
        read = [next(rows)]
        with in_organization(beta):
            assert whose() == BETA
            read += list(rows)
    assert len(read) == 4
    assert all(email.endswith("@alpha.example") for email in read)


def test_a_cursor_of_a_connection_that_was_closed_is_dead(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    alpha, _beta = both
    with in_organization(alpha), connection.cursor() as kept:
        kept.execute("SELECT 1")
        connection.close()
        with pytest.raises(InterfaceError):
            kept.execute("SELECT 1")
        assert whose() == ALPHA
        with pytest.raises(InterfaceError):
            kept.fetchone()


def test_a_temporary_table_stands_behind_the_organization_s(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    alpha, beta = both
    with in_organization(alpha), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE workspace_organizationprofile AS "
            "SELECT * FROM workspace_organizationprofile"
        )
    with in_organization(beta):
        assert whose() == BETA


def test_a_connection_that_is_closed_and_taken_again_is_told_again(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    alpha, _beta = both
    with in_organization(alpha):
        assert whose() == ALPHA
        connection.close()
        assert whose() == ALPHA
        # Not even somebody who takes away the driver's connection is believed.
        connection.connection.close()
        connection.connection = None
        assert whose() == ALPHA


def test_a_path_that_cannot_be_set_is_an_error_and_nothing_is_read(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    alpha, beta = both
    with in_organization(alpha):
        assert whose() == ALPHA
    with in_organization(beta):
        with refusing_to_switch(), pytest.raises(OperationalError, match="refused"):
            whose()
        assert whose() == BETA


def test_a_server_s_cursor_whose_path_cannot_be_set_is_an_error_of_the_database(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    alpha, beta = both
    with in_organization(alpha):
        assert whose() == ALPHA
        kill_own_backend()
    with in_organization(beta):
        connection.health_check_done = True
        with pytest.raises(OperationalError):
            list(Member.objects.iterator())
        assert connection.errors_occurred, "so that the connection is looked at before its next use"
        connection.close_if_unusable_or_obsolete()
        assert whose() == BETA


def test_a_schema_with_an_impossible_name_is_not_entered(
    both: tuple[OrganizationRef, OrganizationRef],
) -> None:
    impossible = dataclasses.replace(both[0], schema_name='t"; DROP SCHEMA public')
    with pytest.raises(ValidationError), in_organization(impossible):
        whose()
    assert current_organization_or_none() is None
    assert Organization.objects.count() == 2


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 20))])
def test_no_sequence_of_events_confuses_it(both: tuple[OrganizationRef, OrganizationRef], seed: int) -> None:
    """A random walk over everything that moves a connection; the server is asked after every step."""
    walk = Walk(random.Random(seed), *both)
    for _ in range(60):
        walk.step()


class Walk:
    """Random steps, and after each the comparison of what was asked with where the server stands."""

    def __init__(self, chance: random.Random, alpha: OrganizationRef, beta: OrganizationRef) -> None:
        self.chance, self.organizations = chance, {ALPHA: alpha, BETA: beta}

    def step(self, depth: int = 0) -> None:
        with suppress(ZeroDivisionError, DatabaseError), ExitStack() as entered:
            name = self.chance.choice([ALPHA, BETA])
            acts = self.chance.choices([self.atomic, self.enter, self.leave, self.look], k=4)
            entered.enter_context(in_organization(self.organizations[name]))
            for act in acts:
                act(entered)
                if depth < 2 and self.chance.random() < 0.3:
                    self.step(depth + 1)
                self.check()
            self.end(depth)
        if not connection.in_atomic_block:
            for name, organization in self.organizations.items():
                with in_organization(organization):
                    assert whose() == name

    def check(self) -> None:
        organization = current_organization_or_none()
        if organization is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_schema()")
                assert cursor.fetchone() == ("public",)
        else:
            assert self.organizations[whose()] == organization
        assert server_path().split(",")[0] == (organization.schema_name if organization else "public")

    def atomic(self, entered: ExitStack) -> None:
        entered.enter_context(transaction.atomic(savepoint=self.chance.random() < 0.7))

    def enter(self, entered: ExitStack) -> None:
        entered.enter_context(in_organization(self.chance.choice([*self.organizations.values()])))

    def leave(self, entered: ExitStack) -> None:
        entered.enter_context(in_public())

    def look(self, entered: ExitStack) -> None:
        list(Organization.objects.iterator())

    def end(self, depth: int) -> None:
        """How the block ends: well, with an error of ours or the database's, or with a lost connection."""
        kind = self.chance.randrange(6)
        if kind == 0:
            raise ZeroDivisionError
        if kind in {1, 2}:
            with suppress(DatabaseError) if kind == 1 else ExitStack(), connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column")
        if kind == 3 and depth == 0:
            connection.close()


@contextmanager
def refusing_to_switch() -> Iterator[None]:
    """The server refuses every change of the path, and answers everything else."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.startswith("SET search_path"):
            raise OperationalError("refused")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def kill_own_backend() -> None:
    pid = connection.connection.info.backend_pid
    with connection._nodb_cursor() as other:
        assert isinstance(other, CursorWrapper)
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
