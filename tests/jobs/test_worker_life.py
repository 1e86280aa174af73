"""The worker dies in the middle, the broker goes away: a payment is matched once, and none is lost."""

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.jobs.models import Job, JobState
from tenant_apps.activity.models import Event
from tenant_apps.integrations.operations import create_api_token
from tenant_apps.invoices.models import Allocation, Invoice
from tenant_apps.invoices.operations import issue_invoice
from tenants.context import OrganizationRef
from tests.conftest import database_url, member_of
from tests.invoices.stories import draft
from tests.product import Product, eventually

pytestmark = pytest.mark.soak
REDELIVERY_SECONDS = 30


@pytest.fixture
def by(in_committed_alpha: OrganizationRef) -> Actor:
    return actor_of(member_of(in_committed_alpha, Role.OWNER))


@pytest.fixture
def record(in_committed_alpha: OrganizationRef, by: Actor, running_product: Product) -> Callable[..., UUID]:
    """`record(invoice)`: the id of a payment of it, recorded over the API of the running web server."""
    _token, plain = create_api_token(
        user_id=by.id, name="tests", scopes=("*",), by=system_actor(in_committed_alpha.id), at=clock.now()
    )

    def send(invoice: Invoice) -> UUID:
        request = urllib.request.Request(
            f"http://127.0.0.1:{running_product.port}/api/v1/payments/",
            data=json.dumps(body_of(invoice)).encode(),
            headers={
                "Host": f"alpha.tefter.localhost:{running_product.port}",
                "Authorization": f"Bearer {plain}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return UUID(json.load(answer)["id"])

    return send


def test_a_worker_killed_in_the_middle_of_matching_matches_once(
    in_committed_alpha: OrganizationRef, by: Actor, running_product: Product, record: Callable[..., UUID]
) -> None:
    invoice = an_issued_invoice(by)
    with psycopg.connect(database_url(connection.settings_dict["NAME"])) as holder:
        holder.execute(f'SET search_path = "{in_committed_alpha.schema_name}"')
        holder.execute("SELECT 1 FROM invoices_invoice FOR UPDATE")
        payment_id = record(invoice)
        assert eventually(somebody_waits_for_the_lock), running_product.logs()
        running_product.kill("worker")
        killed_at = time.monotonic()
        holder.rollback()
    assert Allocation.objects.count() == 0, "what was half done is not there"
    running_product.restart("worker")
    assert is_matched_once(invoice, payment_id), (unfinished(), running_product.logs())
    assert time.monotonic() - killed_at < REDELIVERY_SECONDS
    assert job_of(payment_id).attempts == 2, "the try that was killed, and the one that worked"


def test_one_that_dies_between_its_work_and_the_word_done_works_once(
    in_committed_alpha: OrganizationRef, by: Actor, running_product: Product, record: Callable[..., UUID]
) -> None:
    """Somebody holds the job's row, so the worker that has done the work cannot say so, and dies."""
    invoice = an_issued_invoice(by)
    name = connection.settings_dict["NAME"]
    with psycopg.connect(database_url(name)) as invoices, psycopg.connect(database_url(name)) as jobs:
        invoices.execute(f'SET search_path = "{in_committed_alpha.schema_name}"')
        invoices.execute("SELECT 1 FROM invoices_invoice FOR UPDATE")
        payment_id = record(invoice)
        assert eventually(somebody_waits_for_the_lock), running_product.logs()
        jobs.execute("SELECT 1 FROM public.jobs_job WHERE state = 'running' FOR UPDATE")
        invoices.rollback()
        assert eventually(Allocation.objects.exists), running_product.logs()
        assert eventually(somebody_waits_for_the_lock), running_product.logs()
        running_product.kill("worker")
    running_product.restart("worker")
    assert is_matched_once(invoice, payment_id), (unfinished(), running_product.logs())
    assert job_of(payment_id).attempts == 2


def test_a_payment_recorded_while_the_broker_is_away_is_matched_when_it_returns(
    by: Actor, running_product: Product, record: Callable[..., UUID]
) -> None:
    invoice = an_issued_invoice(by)
    running_product.stop_broker()
    payment_id = record(invoice)
    assert Allocation.objects.count() == 0
    running_product.start_broker()
    assert is_matched_once(invoice, payment_id), (unfinished(), running_product.logs())


def unfinished() -> list[tuple[str, str, str]]:
    """Jobs that are not done: name, state, error."""
    return list(Job.objects.exclude(state=JobState.DONE).values_list("name", "state", "error"))


def job_of(payment_id: UUID) -> Job:
    """The one that matches the payment."""
    return Job.objects.get(name="match_payments_with_invoices", arguments__subject_id=str(payment_id))


def an_issued_invoice(by: Actor) -> Invoice:
    """Of 120.00 EUR, with nothing left to do for it."""
    invoice = issue_invoice(invoice_id=draft(by).pk, by=by, at=clock.now())
    assert eventually(lambda: not unfinished()), unfinished()
    return invoice


def body_of(invoice: Invoice) -> dict[str, Any]:
    on = clock.now().date().isoformat()
    return {
        "amount": "120.00",
        "currency": "EUR",
        "received_on": on,
        "method": "bank_transfer",
        "reference": f"по фактура {invoice.number}",
    }


def somebody_waits_for_the_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def is_matched_once(invoice: Invoice, payment_id: UUID) -> bool:
    """Whether in the end the invoice is paid by one allocation of this payment, and said so once."""
    matched = eventually(Allocation.objects.exists, REDELIVERY_SECONDS)
    settled = eventually(lambda: not unfinished(), REDELIVERY_SECONDS)
    allocations = list(Allocation.objects.values_list("payment_id", "invoice_id"))
    said = Event.objects.filter(type="invoices.payment_allocated").count()
    return matched and settled and allocations == [(payment_id, invoice.pk)] and said == 1
