"""Money given back through Stripe, asked for here."""

from decimal import Decimal
from typing import Any

import pytest

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from shared_apps.jobs.models import Job
from tenant_apps.invoices.models import Invoice, Payment, Refund
from tenant_apps.invoices.operations import ReasonMissing
from tenant_apps.invoices.operations.allocations import AmountNotPositive
from tenant_apps.messages.models import Notification
from tenant_apps.online_payments.adapters import StripeUnreachable
from tenant_apps.online_payments.models import CardRefund
from tenant_apps.online_payments.operations import MoreThanRefundable, NotOfStripe, refund_card_payment
from tests.invoices.stories import issued, payment
from tests.online_payments.fake_stripe import FakeStripe
from tests.online_payments.stories import KEY, money_of, open_page, run_due_jobs, told

pytestmark = pytest.mark.usefixtures("connected")


@pytest.fixture
def invoice(owner: Actor) -> Invoice:
    return issued(owner)


@pytest.fixture
def money(invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any) -> Payment:
    """A payment of 120.00 by card."""
    fake.pay(open_page(invoice, owner).session_id or "")
    tell(told(fake, "checkout.session.completed"))
    return Payment.objects.get()


def give_back(money: Payment, by: Actor, amount: str = "120.00", reason: str = "Отказ") -> CardRefund:
    return refund_card_payment(
        payment_id=money.pk, amount=Decimal(amount), reason=reason, by=by, at=clock.now()
    )


def test_stripe_s_answer_books_it(
    money: Payment, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
) -> None:
    asked = give_back(money, owner, "50.00")
    assert (asked.state, asked.stripe_id) == ("requested", None) and not Refund.objects.exists()
    run_due_jobs()
    refund = CardRefund.objects.get()
    assert (refund.state, refund.pk) == ("succeeded", asked.pk)
    assert (Refund.objects.get().amount, Refund.objects.get().reason) == (Decimal("50.00"), "Отказ")
    assert money_of(invoice) == (Decimal("70.00"), Decimal("0.00"))
    assert [tell(event) for event in fake.events_of(KEY, "charge.refunded", "refund.created")] == [200, 200]
    assert CardRefund.objects.count() == Refund.objects.count() == 1


def test_the_webhook_may_be_quicker_than_the_answer(
    money: Payment, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
) -> None:
    """Stripe tells of the refund before the worker has read what it answered."""
    asked = give_back(money, owner, "50.00")
    fake.answer(
        "POST", "/v1/refunds", KEY, {"payment_intent": money.card_payment.intent_id, "amount": "5000",
        "metadata": {"tefter_refund": str(asked.pk)}}, f"tefter-refund-{asked.pk}",
    )  # fmt: skip
    assert tell(told(fake, "refund.created")) == 200
    assert CardRefund.objects.get().state == "succeeded"
    run_due_jobs()
    assert CardRefund.objects.count() == Refund.objects.count() == 1
    assert len([one for one in fake._all() if one["object"] == "refund"]) == 1


def test_a_worker_that_dies_gives_back_once(money: Payment, owner: Actor, fake: FakeStripe) -> None:
    asked = give_back(money, owner, "50.00")
    run_due_jobs()
    CardRefund.objects.update(state="requested", stripe_id=None, asked_at=None, refund=None)
    Job.objects.filter(name="send_card_refund").update(state="queued")
    run_due_jobs()
    assert len([one for one in fake._all() if one["object"] == "refund"]) == 1
    assert (Refund.objects.count(), CardRefund.objects.get().pk) == (1, asked.pk)


def test_twice_is_twice_and_never_more_than_came(money: Payment, owner: Actor) -> None:
    give_back(money, owner, "70.00")
    give_back(money, owner, "50.00")
    with pytest.raises(MoreThanRefundable):
        give_back(money, owner, "0.01")
    run_due_jobs()
    assert Payment.objects.get().refunded_total == Decimal("120.00")
    with pytest.raises(MoreThanRefundable):
        give_back(money, owner, "0.01")


def test_what_is_disputed_is_not_given_back(
    money: Payment, owner: Actor, fake: FakeStripe, tell: Any
) -> None:
    fake.dispute(money.card_payment.intent_id)
    tell(told(fake, "charge.dispute.created"))
    with pytest.raises(MoreThanRefundable):
        give_back(money, owner, "1.00")


def test_stripe_may_say_no(money: Payment, owner: Actor, fake: FakeStripe) -> None:
    fake.dispute(money.card_payment.intent_id)  # and its webhook has not come
    give_back(money, owner)
    run_due_jobs()
    refund = CardRefund.objects.get()
    assert (refund.state, refund.error) == ("failed", "charge_disputed")
    assert not Refund.objects.exists()
    assert Notification.objects.filter(kind="card_refund_failed").count() == 1


def test_while_stripe_does_not_answer_it_waits(money: Payment, owner: Actor, fake: FakeStripe) -> None:
    give_back(money, owner)
    fake.trouble += [500, 500]
    with pytest.raises(StripeUnreachable):
        run_due_jobs()
    assert CardRefund.objects.get().state == "requested"


def test_refusals(money: Payment, owner: Actor, user: Actor) -> None:
    with pytest.raises(ReasonMissing):
        give_back(money, owner, reason=" ")
    for amount in ("0", "-1", "1.001"):
        with pytest.raises(AmountNotPositive):
            give_back(money, owner, amount)
    with pytest.raises(MoreThanRefundable):
        give_back(money, owner, "120.01")
    with pytest.raises(NotAllowed):
        give_back(money, user)
    with pytest.raises(NotOfStripe):
        give_back(payment(owner), owner)
