"""kill -9 in the middle: nothing is lost, nothing happens twice, nothing stays half done.

The worker's death is told in `tests/jobs`, a migration's in `tests/tenants`.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from deploy.embedded import servers
from deploy.embedded.postgres import Postgres
from deploy.embedded.processes import Child, stop_all
from deploy.embedded.state import DataDirectory
from shared_apps.accounts.models import User
from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.jobs.models import Job, JobState, ScheduleSlot
from tenant_apps.activity.models import Event
from tenant_apps.integrations.models import IdempotencyKey
from tenant_apps.integrations.operations import create_api_token
from tenant_apps.invoices.models import Allocation, Invoice
from tenant_apps.invoices.operations import PaymentInput, issue_invoice, record_payment
from tenants.context import OrganizationRef, in_organization, reference_to
from tenants.hosts import forget_hosts, host_of
from tenants.models import Organization
from tenants.queries import schema_names
from tests.conftest import ROOT, database_url, member_of
from tests.invoices.stories import client, draft
from tests.isolation.killing import Customer, cut_every_session, killed_in_the_middle, locked, somebody_waits
from tests.product import Product, eventually

pytestmark = pytest.mark.soak
PATIENCE = 60.0


@pytest.fixture
def by(in_committed_alpha: OrganizationRef) -> Actor:
    return actor_of(member_of(in_committed_alpha, Role.OWNER))


@pytest.fixture
def url(committed_db: None) -> str:
    return database_url(connection.settings_dict["NAME"])


def customer_of(organization: OrganizationRef, product: Product) -> Customer:
    """The organization's owner, with a token of the API."""
    with in_organization(organization):
        _token, plain = create_api_token(
            user_id=member_of(organization, Role.OWNER).user_id,
            name="tests",
            scopes=("*",),
            by=system_actor(organization.id),
            at=clock.now(),
        )
    return Customer(product, host_of(organization.subdomain), plain)


def an_issued_invoice(by: Actor, company: Any = None) -> Invoice:
    return issue_invoice(invoice_id=draft(by, company).pk, by=by, at=clock.now())


def pay(invoice: Invoice, by: Actor) -> None:
    record_payment(
        payment=PaymentInput(
            amount=Decimal("120.00"),
            currency="EUR",
            received_on=(clock.now() - timedelta(days=1)).date(),
            method="bank_transfer",
            reference=f"по фактура {invoice.number}",
        ),
        by=by,
        at=clock.now(),
    )


def nothing_is_left_to_match() -> bool:
    return not Job.objects.filter(name__startswith="match_payments").exclude(state=JobState.DONE).exists()


def are_matched_once(invoices: list[Invoice]) -> bool:
    """Whether in the end each of the invoices is paid by one allocation, and said so once."""
    matched = eventually(lambda: Allocation.objects.count() >= len(invoices), PATIENCE)
    settled = eventually(nothing_is_left_to_match, PATIENCE)
    paid = sorted(Allocation.objects.values_list("invoice_id", flat=True))
    said = Event.objects.filter(type="invoices.payment_allocated").count()
    all_paid = paid == sorted(invoice.pk for invoice in invoices)
    return matched and settled and all_paid and said == len(invoices)


def test_web_killed_in_the_middle_of_an_invoice_makes_none_and_the_repetition_one(
    in_committed_alpha: OrganizationRef, by: Actor, url: str, running_product: Product
) -> None:
    customer = customer_of(in_committed_alpha, running_product)
    item = {"description": "Услуга", "quantity": "1", "unit_price": "100", "vat_rate": "20"}
    body = {"company_id": str(client(by).pk), "currency": "EUR", "items": [item]}

    def write() -> Any:
        return customer.post("/api/v1/invoices/", body, key="one-and-only")

    table = f'"{in_committed_alpha.schema_name}".activity_event'
    killed_in_the_middle(running_product, url, write, table)
    assert (Invoice.objects.count(), IdempotencyKey.objects.count()) == (0, 0)
    (status, first), (again, second) = write(), write()
    assert (status, again) == (201, 201), running_product.logs()
    assert first["id"] == second["id"]
    assert Invoice.objects.count() == 1


def test_a_sign_up_cut_in_the_middle_leaves_nothing_and_can_be_repeated(
    in_committed_alpha: OrganizationRef, url: str, running_product: Product
) -> None:
    visitor = Customer(running_product, "tefter.localhost")
    fields = {
        "name": "Нова Новева",
        "email": "nova@example.com",
        "password": "four-green-horses",
        "company_name": "Нова Фирма ЕООД",
        "eik": "175074752",
        "subdomain": "nova-firma",
    }
    before = (set(schema_names()), schemas_of_server(url))

    def sign_up() -> Any:
        return visitor.send_form("/signup/", fields)

    killed_in_the_middle(running_product, url, sign_up, "public.journal_platformevent")
    assert (set(schema_names()), schemas_of_server(url)) == before
    assert not Organization.objects.filter(subdomain="nova-firma").exists()
    assert not User.objects.filter(email="nova@example.com").exists()
    status, location = sign_up()
    assert (status, "nova-firma" in location) == (302, True), running_product.logs()
    organization = Organization.objects.get(subdomain="nova-firma")
    assert schemas_of_server(url) - before[1] == {organization.schema_name}


def schemas_of_server(url: str) -> frozenset[str]:
    """Schemas of organizations, as the server has them: the furnishing of spares apart."""
    with psycopg.connect(url) as one:
        rows = one.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%' "
            "AND nspname NOT IN (SELECT schema_name FROM tenants_spareschema)"
        ).fetchall()
    return frozenset(name for (name,) in rows)


def test_a_scheduler_killed_again_and_again_loses_nothing_and_does_nothing_twice(
    by: Actor, running_product: Product
) -> None:
    company = client(by)
    invoices = [an_issued_invoice(by, company) for _ in range(6)]
    for invoice in invoices:
        pay(invoice, by)
        running_product.kill("scheduler")
        running_product.restart("scheduler")
    assert are_matched_once(invoices), running_product.logs()
    slots = list(ScheduleSlot.objects.values_list("name", "slot_at"))
    assert len(slots) == len(set(slots)) > 0


@pytest.fixture(params=["0", "3"], ids=["own connections", "pool"])
def _connections(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How the product that is started next holds its connections."""
    monkeypatch.setenv("DATABASE_POOL_MAX", request.param)


def test_every_session_cut_in_the_middle_of_matching_matches_once(
    in_committed_alpha: OrganizationRef, by: Actor, url: str, _connections: None, running_product: Product
) -> None:
    invoice = an_issued_invoice(by)
    table = f'"{in_committed_alpha.schema_name}".invoices_allocation'
    with suppress(psycopg.OperationalError), locked(url, table):
        pay(invoice, by)
        assert eventually(lambda: somebody_waits(url)), running_product.logs()
        connection.close()
        cut_every_session(url)
    assert are_matched_once([invoice]), running_product.logs()
    customer = customer_of(in_committed_alpha, running_product)
    assert customer.post("/api/v1/companies/", {"name": "След това ООД"}, key="after")[0] == 201


@pytest.fixture
def own_server(django_db_blocker: Any) -> Iterator[tuple[Postgres, list[Child], DataDirectory]]:
    """A PostgreSQL of this test's own, with the world of the tests in it; the test process looks there."""
    directory = Path(tempfile.mkdtemp(prefix="tefter-kills-"))
    data = DataDirectory.open(str(directory))
    server, children = Postgres(data), list[Child]()  # one that keeps what it has committed
    facts = connection.settings_dict
    before = {name: facts[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    try:
        servers.start(server, lambda child: launch(child, children))
        connections.close_all()
        facts |= psycopg_facts(server)
        forget_hosts()
        subprocess.run(
            [
                sys.executable,
                "-c",
                "import django; django.setup(); from tests.world import build_world; build_world()",
            ],
            env=os.environ | server.environment | {"PYTHONPATH": str(ROOT)},
            check=True,
        )
        with django_db_blocker.unblock():
            yield server, children, data
    finally:
        connections.close_all()
        facts |= before
        forget_hosts()
        stop_all(children)
        shutil.rmtree(directory, ignore_errors=True)


def launch(child: Child, children: list[Child]) -> None:
    child.start()
    children[:] = [child]


def psycopg_facts(server: Postgres) -> dict[str, Any]:
    facts = psycopg.conninfo.conninfo_to_dict(server.environment["DATABASE_URL"])
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {ours: facts[theirs] for ours, theirs in names.items()}


def test_the_database_killed_in_the_middle_of_matching_matches_once(
    own_server: tuple[Postgres, list[Child], DataDirectory],
) -> None:
    server, children, data = own_server
    url = server.environment["DATABASE_URL"]
    product = Product(data.path / "product", url, "tests.product_settings")
    alpha = reference_to(Organization.objects.get(subdomain="alpha"))
    try:
        product.start()
        with in_organization(alpha):
            by = actor_of(member_of(alpha, Role.OWNER))
            invoice = an_issued_invoice(by)
            table = f'"{alpha.schema_name}".invoices_allocation'
            with suppress(psycopg.OperationalError), locked(url, table):
                pay(invoice, by)
                assert eventually(lambda: somebody_waits(url)), product.logs()
                kill_at_once(children[0])
            connection.close()
            servers.start(server, lambda child: launch(child, children))
            assert are_matched_once([invoice]), product.logs()
        assert customer_of(alpha, product).post("/api/v1/companies/", {"name": "След ООД"}, key="x")[0] == 201
    finally:
        product.stop()


def kill_at_once(child: Child) -> None:
    """The postmaster, without a word; its children follow when they notice."""
    assert child.process is not None
    os.kill(child.process.pid, signal.SIGKILL)
    child.process.wait()
