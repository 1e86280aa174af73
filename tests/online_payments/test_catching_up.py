"""When webhooks never come: Stripe is asked, every night and when a page is over."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.jobs.models import DueWork, Job
from shared_apps.jobs.operations import enqueue
from tenant_apps.invoices.models import Invoice, Payment, Refund
from tenant_apps.online_payments.models import (
    CardRefund,
    Checkout,
    Dispute,
    Payout,
    StripeConnection,
    StripeEvent,
)
from tenant_apps.online_payments.operations import (
    StripeKeys,
    connect_stripe,
    disconnect_stripe,
    forget_old_stripe_events,
    refund_card_payment,
    request_checkout,
)
from tenant_apps.online_payments.tasks import EventsFailed
from tests.invoices.stories import issued
from tests.online_payments.fake_stripe import FakeStripe
from tests.online_payments.stories import KEY, OTHER_KEY, money_of, open_page, run_due_jobs, told

pytestmark = pytest.mark.usefixtures("connected")


@pytest.fixture
def invoice(owner: Actor) -> Invoice:
    return issued(owner)


def catch_up(owner: Actor) -> None:
    """The night comes."""
    with transaction.atomic():
        enqueue("catch_up_with_stripe", by=system_actor(owner.organization_id))
    run_due_jobs()


def age(model: Any, **by: int) -> None:
    """As if the rows had been made so long ago."""
    for row in model.objects.all():
        model.objects.filter(pk=row.pk).update(created_at=row.created_at - timedelta(**by))


def test_a_payment_of_which_nobody_told(invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any) -> None:
    fake.pay(open_page(invoice, owner).session_id or "")
    catch_up(owner)
    assert money_of(invoice) == (Decimal("120.00"), Decimal("0.00"))
    event = StripeEvent.objects.get(type="checkout.session.completed")
    assert (event.is_found, event.outcome) == (True, "booked")
    assert tell(told(fake, "checkout.session.completed")) == 200
    assert Payment.objects.count() == 1


def test_everything_else_of_which_nobody_told(invoice: Invoice, owner: Actor, fake: FakeStripe) -> None:
    paid = fake.pay(open_page(invoice, owner).session_id or "")
    fake.refund(paid, 2000)
    fake.close_dispute(fake.dispute(paid, 3000), "lost")
    fake.pay_out(KEY)
    catch_up(owner)
    assert money_of(invoice) == (Decimal("70.00"), Decimal("0.00"))
    assert Refund.objects.count() == 2 and Dispute.objects.get().state == "lost"
    assert Payout.objects.get().is_explained
    counts = [model.objects.count() for model in (Payment, Refund, StripeEvent, Payout)]
    catch_up(owner)
    assert counts == [model.objects.count() for model in (Payment, Refund, StripeEvent, Payout)]


def test_more_events_than_stripe_tells_at_once(owner: Actor, fake: FakeStripe) -> None:
    account = fake.account_of(KEY)
    for number in range(130):
        fake._tell(account, "payout.updated", {"id": f"po_none_{number}", "object": "payout"})
    catch_up(owner)
    assert StripeEvent.objects.count() == 130


def test_when_a_page_is_over_stripe_is_asked(invoice: Invoice, owner: Actor, fake: FakeStripe) -> None:
    page = open_page(invoice, owner)
    job = Job.objects.get(name="refresh_checkout")
    assert page.expires_at < job.due_at < page.expires_at + timedelta(minutes=5)
    fake.pay(page.session_id or "")
    Job.objects.filter(pk=job.pk).update(due_at=clock.now())
    run_due_jobs()
    assert money_of(invoice) == (Decimal("120.00"), Decimal("0.00"))


def test_an_open_page_is_asked_about(invoice: Invoice, owner: Actor, fake: FakeStripe) -> None:
    page = open_page(invoice, owner)
    fake._owner(page.session_id or "")[1].update(status="expired", url=None)
    age(Checkout, hours=1)
    catch_up(owner)
    assert Checkout.objects.get().state == "expired"


@pytest.mark.parametrize(
    ("minutes", "state", "error"), [(30, "open", ""), (90, "failed", "too_late")], ids=["young", "late"]
)
def test_a_page_that_was_never_made(
    invoice: Invoice, owner: Actor, minutes: int, state: str, error: str
) -> None:
    """Stripe was away for so long that the job which asks for it has given up."""
    request_checkout(invoice_id=invoice.pk, by=owner, at=clock.now())
    Job.objects.filter(name="open_checkout").update(state="dead")
    age(Checkout, minutes=minutes)
    catch_up(owner)
    checkout = Checkout.objects.get()
    assert (checkout.state, checkout.error, checkout.is_settled) == (state, error, state == "failed")


def test_an_account_that_fails_keeps_no_other_from_being_asked(
    invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
) -> None:
    slow = open_page(invoice, owner)
    fake.pay(slow.session_id or "", delayed=True)
    tell(told(fake, "checkout.session.completed"))
    connect_stripe(keys=StripeKeys(OTHER_KEY, "whsec_of_the_other_one"), by=owner, at=clock.now())
    run_due_jobs()
    fake.arrive(slow.session_id or "")
    fake.trouble += [500, 500]  # to whoever asks first: the working one
    with pytest.raises(EventsFailed, match="StripeUnreachable"):
        catch_up(owner)
    assert money_of(invoice) == (Decimal("120.00"), Decimal("0.00"))
    assert StripeConnection.objects.order_by("id")[0].state == "gone", "nothing of it is on its way any more"


def test_a_refund_that_was_never_sent(invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any) -> None:
    fake.pay(open_page(invoice, owner).session_id or "")
    tell(told(fake, "checkout.session.completed"))
    money = Payment.objects.get()
    refund_card_payment(payment_id=money.pk, amount=Decimal(5), reason="x", by=owner, at=clock.now())
    Job.objects.filter(name="send_card_refund").update(state="dead")
    age(CardRefund, hours=1)
    catch_up(owner)
    assert CardRefund.objects.get().state == "succeeded"


def test_one_event_that_fails_keeps_no_other_from_being_heard(
    invoice: Invoice, owner: Actor, fake: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.pay(open_page(invoice, owner).session_id or "")
    fake.pay_out(KEY)
    with monkeypatch.context() as broken:
        broken.setattr("tenant_apps.online_payments.finding_out.settle_checkout", None)
        with pytest.raises(RuntimeError):
            catch_up(owner)
        assert Payout.objects.exists()
        assert StripeEvent.objects.get(type="checkout.session.completed").outcome == "failed"
    catch_up(owner)
    assert money_of(invoice) == (Decimal("120.00"), Decimal("0.00"))


def test_it_goes_on_where_it_stopped(owner: Actor, fake: FakeStripe) -> None:
    catch_up(owner)
    read = StripeConnection.objects.get().events_read_until
    assert read and clock.now() - read < timedelta(minutes=1)


def test_a_key_that_was_withdrawn_is_noticed(owner: Actor, fake: FakeStripe) -> None:
    fake.revoked.add(KEY)
    catch_up(owner)
    connection = StripeConnection.objects.get()
    assert (connection.state, connection.error) == ("working", "key_invalid")


def test_where_nothing_is_connected_nothing_is_due(owner: Actor) -> None:
    due = DueWork.objects.filter(job="catch_up_with_stripe", organization_id=owner.organization_id)
    assert due.exists()
    disconnect_stripe(by=owner, at=clock.now())
    run_due_jobs()
    catch_up(owner)
    assert not due.exists()


def test_old_events_leave(invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any) -> None:
    fake.pay(open_page(invoice, owner).session_id or "")
    tell(told(fake, "checkout.session.completed"))
    age(StripeEvent, days=181)
    by, at = system_actor(owner.organization_id), clock.now()
    assert forget_old_stripe_events(by=by, at=at) == 1
    assert forget_old_stripe_events(by=by, at=at) == 0
