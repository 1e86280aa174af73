"""Two clicks at once; two workers on one payment."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from tenant_apps.invoices.models import Payment
from tenant_apps.online_payments.finding_out import find_out_about_session, stripe_of
from tenant_apps.online_payments.models import Checkout, StripeConnection
from tenant_apps.online_payments.operations import (
    StripeKeys,
    connect_stripe,
    request_checkout,
    turn_on_card_payments,
)
from tenants.context import OrganizationRef, in_organization
from tests.invoices.stories import issued
from tests.online_payments.fake_stripe import WEBHOOK_SECRET, FakeStripe
from tests.online_payments.stories import KEY, money_of, open_page, run_due_jobs

AT_ONCE = 4


@pytest.fixture
def by(in_committed_alpha: OrganizationRef, fake: FakeStripe) -> Actor:
    """Alpha takes cards, in a database where everything really commits."""
    actor = system_actor(in_committed_alpha.id)
    connect_stripe(keys=StripeKeys(KEY, WEBHOOK_SECRET), by=actor, at=clock.now())
    run_due_jobs()
    turn_on_card_payments(is_confirmed=True, by=actor, at=clock.now())
    return actor


def at_once(organization: OrganizationRef, act: Callable[[], Any]) -> list[Any]:
    """What several threads get that do it at the same moment."""
    together, results = threading.Barrier(AT_ONCE), []

    def work() -> None:
        with in_organization(organization):
            together.wait()
            try:
                results.append(act())
            except Exception as error:
                results.append(error)
        connection.close()

    threads = [threading.Thread(target=work) for _one in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_clicks_at_once_give_one_page(
    by: Actor, in_committed_alpha: OrganizationRef, fake: FakeStripe
) -> None:
    invoice = issued(by)

    def click() -> Any:
        return request_checkout(invoice_id=invoice.pk, by=by, at=clock.now()).pk

    results = at_once(in_committed_alpha, click)
    assert len(set(results)) == 1 and results[0] == Checkout.objects.get().pk
    run_due_jobs()
    assert len(fake.sessions()) == 1


def test_webhook_and_worker_at_once_book_once(
    by: Actor, in_committed_alpha: OrganizationRef, fake: FakeStripe
) -> None:
    invoice = issued(by)
    page = open_page(invoice, by)
    fake.refund(fake.pay(page.session_id or ""), 2000)
    working = StripeConnection.objects.get()

    def hear() -> Any:
        return find_out_about_session(page.session_id or "", working, stripe_of(working))

    results = at_once(in_committed_alpha, hear)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert money_of(invoice) == (Decimal("100.00"), Decimal("0.00"))
    assert Payment.objects.count() == 1
