"""What Stripe sends to the bank: payments minus refunds and fees, found there by one line."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from tenant_apps.online_payments.models import Payout, PayoutTransaction
from tenant_apps.online_payments.operations import (
    PayoutArrived,
    PayoutNotArrived,
    note_payout_arrived,
    undo_payout_arrived,
)
from tenant_apps.online_payments.queries import payout_explaining
from tests.invoices.stories import issued
from tests.online_payments.fake_stripe import FakeStripe
from tests.online_payments.stories import KEY, open_page, outcome_of, run_due_jobs, told

pytestmark = pytest.mark.usefixtures("connected")


def paid_page(owner: Actor, fake: FakeStripe, tell: Any) -> str:
    intent_id = fake.pay(open_page(issued(owner), owner).session_id or "")
    tell(told(fake, "checkout.session.completed"))
    return intent_id


@pytest.fixture
def payout(owner: Actor, fake: FakeStripe, tell: Any) -> Payout:
    """Two payments of 120.00, 20.00 of them given back."""
    first, _second = paid_page(owner, fake, tell), paid_page(owner, fake, tell)
    fake.refund(first, 2000)
    fake.pay_out(KEY)
    event = told(fake, "payout.paid")
    assert (tell(event), outcome_of(event)) == (200, "noted")
    run_due_jobs()
    return Payout.objects.get()


def test_it_is_explained_to_the_cent(payout: Payout) -> None:
    assert (payout.payments_total, payout.refunds_total) == (Decimal("240.00"), Decimal("-20.00"))
    assert (payout.fees_total, payout.amount) == (Decimal("4.10"), Decimal("215.90"))
    assert payout.is_explained and payout.transaction_count == 3
    lines = PayoutTransaction.objects.filter(payout=payout)
    assert sum(line.net for line in lines) == payout.amount
    assert all(line.card_payment for line in lines), "each line names its payment"


def test_told_again_it_is_the_same(payout: Payout, fake: FakeStripe, tell: Any) -> None:
    again = told(fake, "payout.paid") | {"id": "evt_again"}
    assert (tell(again), outcome_of(again)) == (200, "nothing_new")
    run_due_jobs()
    assert (Payout.objects.count(), PayoutTransaction.objects.count()) == (1, 3)


def test_one_that_fails(payout: Payout, fake: FakeStripe, tell: Any) -> None:
    fake._owner(payout.payout_id)[1]["status"] = "failed"
    event = told(fake, "payout.paid") | {"id": "evt_f", "type": "payout.failed"}
    assert tell(event) == 200
    assert Payout.objects.get().status == "failed"
    assert payout_explaining(payout.amount, "EUR", payout.arrival_on) is None


def test_the_bank_s_line_finds_it_once(payout: Payout, owner: Actor) -> None:
    day = payout.arrival_on
    for around in (day, day + timedelta(days=7), day - timedelta(days=7)):
        assert payout_explaining(payout.amount, "EUR", around) == payout
    assert payout_explaining(payout.amount, "EUR", day + timedelta(days=8)) is None
    assert payout_explaining(payout.amount + 1, "EUR", day) is None
    assert payout_explaining(payout.amount, "USD", day) is None

    note_payout_arrived(payout_id=payout.pk, arrived_on=day, by=owner, at=clock.now())
    assert payout_explaining(payout.amount, "EUR", day) is None
    with pytest.raises(PayoutArrived):
        note_payout_arrived(payout_id=payout.pk, arrived_on=day, by=owner, at=clock.now())
    undo_payout_arrived(payout_id=payout.pk, by=owner, at=clock.now())
    assert payout_explaining(payout.amount, "EUR", day) == payout
    with pytest.raises(PayoutNotArrived):
        undo_payout_arrived(payout_id=payout.pk, by=owner, at=clock.now())


def test_of_two_alike_neither_is_chosen(payout: Payout) -> None:
    twin = Payout.objects.get()
    twin.pk, twin.payout_id = None, "po_twin"
    twin.save(force_insert=True)
    assert payout_explaining(payout.amount, "EUR", payout.arrival_on) is None


def test_who_may(payout: Payout, user: Actor) -> None:
    with pytest.raises(NotAllowed):
        note_payout_arrived(payout_id=payout.pk, arrived_on=payout.arrival_on, by=user, at=clock.now())


def test_a_line_that_does_not_add_up_is_refused_by_the_database(payout: Payout) -> None:
    line = PayoutTransaction.objects.first()
    assert line
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutTransaction.objects.filter(pk=line.pk).update(net=line.net + 1)
