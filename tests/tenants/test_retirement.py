"""A server process remembers every table that it touched; one that has seen many schemas is let go."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import close_old_connections, connection, transaction

from shared_apps.core.ids import new_id
from shared_apps.jobs import actors
from tenant_apps.workspace.models import Member
from tenants.context import for_each_organization, in_organization
from tenants.models import Organization

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def _one_schema_is_enough(committed_db: None, settings: Any) -> Iterator[None]:
    """Public and one organization are two; a second organization is one too many."""
    settings.SCHEMAS_PER_CONNECTION = 2
    yield
    connection.close()


def process() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def visit(*subdomains: str) -> int:
    """Read in each organization; returns the server process that answered last."""
    for subdomain in subdomains:
        with in_organization(Organization.objects.get(subdomain=subdomain).pk):
            assert Member.objects.exists()
    return process()


def test_few_schemas_are_no_reason() -> None:
    before = visit("alpha")
    for _ in range(20):
        close_old_connections()
        assert visit("alpha") == before


def test_after_many_schemas_the_next_request_gets_a_fresh_process() -> None:
    before = visit("alpha", "beta")
    assert visit("alpha", "beta") == before, "not in the middle of one"
    close_old_connections()
    assert visit("alpha") != before


def test_the_count_begins_again_with_each_process() -> None:
    visit("alpha", "beta")
    close_old_connections()
    fresh = visit("alpha")
    close_old_connections()
    assert visit("alpha") == fresh


def test_a_transaction_is_never_interrupted() -> None:
    with transaction.atomic():
        before = visit("alpha", "beta")
        connection.close_if_it_has_seen_enough()
        assert process() == before


def test_what_the_session_holds_is_not_let_go() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7)")
        before = visit("alpha", "beta")
        close_old_connections()
        assert process() == before
        cursor.execute("SELECT pg_advisory_unlock(7)")
    close_old_connections()
    assert process() != before


def test_a_job_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    during: list[int] = []
    monkeypatch.setattr(actors, "perform", lambda *_a, **_k: during.append(visit("alpha", "beta")))
    actors._deliver(job_id=str(new_id()), sending=0)
    assert process() != during[0]


def test_a_loop_over_all_organizations_lets_processes_go_on_its_way() -> None:
    visited = [
        (organization.subdomain, visit(organization.subdomain)) for organization in for_each_organization()
    ]
    assert [subdomain for subdomain, _process in visited] == ["alpha", "beta"]
    assert process() != visited[-1][1]
