"""What Stripe tells is booked once, whatever the order, and only when it is for this organization."""

import time
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from shared_apps.accounts.queries import actor_of
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.activity.models import Event
from tenant_apps.invoices.models import Allocation, Invoice, Payment, Refund
from tenant_apps.invoices.operations import mark_invoice_paid, refund_payment
from tenant_apps.messages.models import Notification
from tenant_apps.online_payments.models import (
    CardPayment,
    CardRefund,
    Checkout,
    Dispute,
    StripeConnection,
    StripeEvent,
)
from tenant_apps.online_payments.operations import (
    PaymentOnItsWay,
    StripeKeys,
    ask_again,
    connect_stripe,
    refund_card_payment,
    request_checkout,
)
from tenants.context import OrganizationRef, in_organization
from tests.conftest import member_of
from tests.invoices.stories import TODAY, issued
from tests.online_payments.fake_stripe import WEBHOOK_SECRET, FakeStripe, Json
from tests.online_payments.stories import (
    KEY,
    OTHER_KEY,
    TEST_KEY,
    host_of_webhook,
    money_of,
    open_page,
    outcome_of,
    run_due_jobs,
    told,
)

pytestmark = pytest.mark.usefixtures("connected")
PAID = (Decimal("120.00"), Decimal("0.00"))
NOTHING = (Decimal("0.00"), Decimal("0.00"))


@pytest.fixture
def invoice(owner: Actor) -> Invoice:
    return issued(owner)


@pytest.fixture
def page(invoice: Invoice, owner: Actor) -> Checkout:
    return open_page(invoice, owner)


@pytest.fixture
def paid(page: Checkout, fake: FakeStripe, tell: Any) -> str:
    """The id of a payment that was told and booked."""
    intent_id = fake.pay(page.session_id or "")
    assert tell(told(fake, "checkout.session.completed")) == 200
    return intent_id


def events_of_type(kind: str) -> int:
    return Event.objects.filter(type=kind).count()


class TestPaid:
    def test_the_invoice_is_paid_with_evidence(
        self, page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        intent_id = fake.pay(page.session_id or "")
        event = told(fake, "checkout.session.completed")
        assert tell(event) == 200

        assert money_of(invoice) == PAID
        (money,) = Payment.objects.all()
        assert (money.method, money.external_key) == ("stripe", f"stripe:{intent_id}")
        assert (money.company_id, money.reference) == (invoice.company_id, invoice.number)
        (link,) = Allocation.objects.all()
        assert link.evidence == [{"signal": "online_payment", "value": intent_id}]
        assert link.by_label == "Stripe"
        checkout = Checkout.objects.get()
        assert (checkout.state, checkout.payment_status, checkout.payment_id) == (
            "completed",
            "paid",
            money.pk,
        )
        card = CardPayment.objects.get()
        assert (card.fee, card.fee_currency, card.means) == (Decimal("2.05"), "EUR", "card · visa ···· 4242")
        assert outcome_of(event) == "booked"
        assert events_of_type("invoices.invoice_paid") == 1

    def test_the_same_event_twice_books_once(
        self, page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        fake.pay(page.session_id or "")
        event = told(fake, "checkout.session.completed")
        assert [tell(event), tell(event)] == [200, 200]
        before = len(fake.requests)
        assert tell(event) == 200
        assert len(fake.requests) == before, "what is done is not asked for again"
        assert money_of(invoice) == PAID
        assert Payment.objects.count() == 1
        assert StripeEvent.objects.get(event_id=event["id"]).attempts == 3

    def test_the_webhook_before_the_client_is_back(
        self, page: Checkout, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        fake.pay(page.session_id or "")
        assert tell(told(fake, "checkout.session.completed")) == 200
        before = len(fake.requests)
        ask_again(checkout_id=page.pk, by=owner, at=clock.now())
        run_due_jobs()
        assert len(fake.requests) == before, "there is nothing more to ask"

    def test_the_webhook_long_after_the_client_is_back(
        self, page: Checkout, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        fake.pay(page.session_id or "")
        ask_again(checkout_id=page.pk, by=owner, at=clock.now())
        run_due_jobs()
        assert money_of(invoice) == PAID
        event = told(fake, "checkout.session.completed")
        assert tell(event) == 200
        assert outcome_of(event) == "nothing_new"
        assert Payment.objects.count() == 1

    def test_the_webhook_before_we_know_of_the_page(
        self, page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        """The worker died between Stripe's answer and our writing it down."""
        fake.pay(page.session_id or "")
        Checkout.objects.update(session_id=None, url="", state="preparing")
        assert tell(told(fake, "checkout.session.completed")) == 200
        assert money_of(invoice) == PAID
        assert Checkout.objects.get().session_id == page.session_id

    def test_an_invoice_that_the_bank_paid_meanwhile(
        self, page: Checkout, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        mark_invoice_paid(invoice_id=invoice.pk, received_on=TODAY, by=owner, at=clock.now())
        fake.pay(page.session_id or "")
        assert tell(told(fake, "checkout.session.completed")) == 200
        assert money_of(invoice) == (Decimal("120.00"), Decimal("120.00"))
        credit = Payment.objects.get(method="stripe")
        assert credit.company_id == invoice.company_id
        assert Notification.objects.filter(kind="card_payment_left").count() == 1

    def test_with_test_keys_the_money_says_so(
        self, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        connect_stripe(keys=StripeKeys(TEST_KEY, "whsec_of_the_test_mode"), by=owner, at=clock.now())
        run_due_jobs()
        page = open_page(invoice, owner)
        assert not page.is_live
        fake.pay(page.session_id or "")
        event = told(fake, "checkout.session.completed", TEST_KEY)
        assert tell(event) == 400, "the other account's secret"
        assert tell(event, "whsec_of_the_test_mode") == 200
        assert Payment.objects.get().reference == f"TEST {invoice.number}"
        assert not CardPayment.objects.get().is_live


class TestDelayed:
    def test_it_is_processing_and_then_paid(
        self, page: Checkout, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        fake.pay(page.session_id or "", delayed=True)
        assert tell(told(fake, "checkout.session.completed")) == 200
        checkout = Checkout.objects.get()
        assert (checkout.state, checkout.is_processing, checkout.is_settled) == ("completed", True, False)
        assert money_of(invoice) == NOTHING

        with pytest.raises(PaymentOnItsWay):
            request_checkout(invoice_id=invoice.pk, by=owner, at=clock.now())

        fake.arrive(page.session_id or "")
        assert tell(told(fake, "checkout.session.async_payment_succeeded")) == 200
        assert money_of(invoice) == PAID
        assert Checkout.objects.get().is_paid

    def test_it_does_not_arrive(
        self, page: Checkout, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        fake.pay(page.session_id or "", delayed=True)
        fake.arrive(page.session_id or "", fails=True)
        assert tell(told(fake, "checkout.session.async_payment_failed")) == 200
        checkout = Checkout.objects.get()
        assert (checkout.state, checkout.payment_status, checkout.is_settled) == ("failed", "failed", True)
        assert money_of(invoice) == NOTHING
        assert open_page(invoice, owner).pk != page.pk, "the client may try again"

    def test_success_before_completed(
        self, page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        fake.pay(page.session_id or "", delayed=True)
        fake.arrive(page.session_id or "")
        last, first = (
            told(fake, "checkout.session.async_payment_succeeded"),
            told(fake, "checkout.session.completed"),
        )
        assert [tell(last), tell(first)] == [200, 200]
        assert money_of(invoice) == PAID
        assert Payment.objects.count() == 1

    def test_a_card_that_is_declined_leaves_the_page_open(
        self, page: Checkout, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        fake.pay(page.session_id or "", fails=True)
        ask_again(checkout_id=page.pk, by=owner, at=clock.now())
        run_due_jobs()
        assert Checkout.objects.get().state == "open"

    def test_an_expired_page(self, page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any) -> None:
        fake.expire(page.session_id or "")
        assert tell(told(fake, "checkout.session.expired")) == 200
        assert Checkout.objects.get().state == "expired"
        assert events_of_type("online_payments.checkout_expired") == 1

    def test_an_old_answer_changes_nothing(self, page: Checkout, fake: FakeStripe, tell: Any) -> None:
        """Asked before the last one was, it comes after it."""
        fake.expire(page.session_id or "")
        later = clock.now().replace(year=2030)
        Checkout.objects.update(asked_at=later)
        assert tell(told(fake, "checkout.session.expired")) == 200
        assert Checkout.objects.get().state == "open"


def by_hand(owner: Actor, amount: str) -> None:
    """A person saw at Stripe that money went back, and books it."""
    refund_payment(
        payment_id=Payment.objects.get().pk, amount=Decimal(amount), refunded_on=TODAY, reason="x",
        frees_allocations=True, by=owner, at=clock.now(),
    )  # fmt: skip


class TestRefunded:
    def test_whole(self, paid: str, invoice: Invoice, fake: FakeStripe, tell: Any) -> None:
        refund_id = fake.refund(paid)
        assert tell(told(fake, "charge.refunded")) == 200
        assert tell(told(fake, "refund.created")) == 200
        (refund,) = Refund.objects.all()
        assert (refund.amount, refund.external_key) == (Decimal("120.00"), f"stripe:{refund_id}")
        assert money_of(invoice) == NOTHING
        assert CardRefund.objects.get().state == "succeeded"
        assert events_of_type("online_payments.card_payment_refunded") == 1

    def test_in_two_parts(self, paid: str, invoice: Invoice, fake: FakeStripe, tell: Any) -> None:
        for amount in (2000, 3000):
            fake.refund(paid, amount)
        for event in reversed(fake.events_of(KEY, "charge.refunded")):
            assert tell(event) == 200
        assert sorted(one.amount for one in Refund.objects.all()) == [Decimal("20.00"), Decimal("30.00")]
        assert money_of(invoice) == (Decimal("70.00"), Decimal("0.00"))

    def test_before_the_payment_was_told(
        self, page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        intent_id = fake.pay(page.session_id or "")
        fake.refund(intent_id, 5000)
        assert tell(told(fake, "charge.refunded")) == 200
        assert money_of(invoice) == (Decimal("70.00"), Decimal("0.00"))
        assert tell(told(fake, "checkout.session.completed")) == 200
        assert money_of(invoice) == (Decimal("70.00"), Decimal("0.00"))

    def test_one_that_is_pending_is_booked_when_it_has_gone(
        self, paid: str, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        refund_id = fake.refund(paid, 2000, status="pending")
        assert tell(told(fake, "refund.created")) == 200
        assert CardRefund.objects.get().state == "pending" and not Refund.objects.exists()
        fake.finish_refund(refund_id, "succeeded")
        assert tell(told(fake, "refund.updated")) == 200
        assert Refund.objects.get().amount == Decimal("20.00")

    def test_one_that_comes_back_is_the_client_s_credit(
        self, paid: str, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        refund_id = fake.refund(paid, 2000)
        tell(told(fake, "charge.refunded"))
        fake.finish_refund(refund_id, "failed", "expired_or_canceled_card")
        assert tell(told(fake, "refund.failed")) == 200
        assert money_of(invoice) == (Decimal("100.00"), Decimal("20.00"))
        assert Payment.objects.get().refunded_total == 0
        assert (CardRefund.objects.get().state, CardRefund.objects.get().error) == (
            "failed",
            "expired_or_canceled_card",
        )
        assert Notification.objects.filter(kind="card_refund_failed").count() == 1

    def test_what_a_person_booked_by_hand_is_not_booked_again(
        self, paid: str, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        by_hand(owner, "120.00")
        fake.refund(paid)
        assert tell(told(fake, "charge.refunded")) == 200
        assert Refund.objects.count() == 1
        assert CardRefund.objects.get().refund == Refund.objects.get()

    def test_what_a_person_booked_in_parts_is_not_booked_again(
        self, paid: str, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        by_hand(owner, "20.00")
        fake.refund(paid, 2000)
        assert tell(told(fake, "charge.refunded")) == 200
        assert (Refund.objects.count(), CardRefund.objects.get().refund) == (1, Refund.objects.get())
        assert Payment.objects.get().refunded_total == Decimal("20.00")
        fake.refund(paid, 2000)
        assert tell(told(fake, "charge.refunded")) == 200
        assert Payment.objects.get().refunded_total == Decimal("40.00"), "each of theirs stands for one"

    def test_what_a_person_booked_and_stripe_took_back_is_the_client_s_credit(
        self, paid: str, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        by_hand(owner, "20.00")
        refund_id = fake.refund(paid, 2000)
        tell(told(fake, "charge.refunded"))
        fake.finish_refund(refund_id, "failed", "expired_or_canceled_card")
        assert tell(told(fake, "refund.failed")) == 200
        assert Payment.objects.get().refunded_total == 0
        assert money_of(invoice) == (Decimal("100.00"), Decimal("20.00"))

    def test_what_a_person_booked_is_not_what_they_ask_stripe_for_afterwards(
        self, paid: str, owner: Actor, fake: FakeStripe
    ) -> None:
        by_hand(owner, "20.00")
        money = Payment.objects.get()
        refund_card_payment(payment_id=money.pk, amount=Decimal(20), reason="x", by=owner, at=clock.now())
        run_due_jobs()
        assert Payment.objects.get().refunded_total == Decimal("40.00")


class TestDisputed:
    def test_opened_people_are_told(self, paid: str, invoice: Invoice, fake: FakeStripe, tell: Any) -> None:
        fake.dispute(paid)
        assert tell(told(fake, "charge.dispute.created")) == 200
        dispute = Dispute.objects.get()
        assert (dispute.state, dispute.amount, dispute.reason) == ("open", Decimal("120.00"), "fraudulent")
        assert dispute.evidence_due_at
        assert money_of(invoice) == PAID
        assert Notification.objects.filter(kind="card_dispute_opened").count() == 1

    def test_won(self, paid: str, invoice: Invoice, fake: FakeStripe, tell: Any) -> None:
        fake.close_dispute(fake.dispute(paid), "won")
        assert tell(told(fake, "charge.dispute.closed")) == 200
        assert tell(told(fake, "charge.dispute.created")) == 200
        assert Dispute.objects.get().state == "won"
        assert money_of(invoice) == PAID
        assert set(Notification.objects.values_list("kind", flat=True)) == {
            "card_dispute_opened",
            "card_dispute_won",
        }

    def test_lost_the_money_is_gone_and_the_invoice_owes_it(
        self, paid: str, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        dispute_id = fake.dispute(paid, 5000)
        tell(told(fake, "charge.dispute.created"))
        fake.close_dispute(dispute_id, "lost")
        closed = told(fake, "charge.dispute.closed")
        assert [tell(closed), tell(closed)] == [200, 200]
        assert Refund.objects.get().external_key == f"stripe:{dispute_id}"
        assert money_of(invoice) == (Decimal("70.00"), Decimal("0.00"))
        assert Dispute.objects.get().refund == Refund.objects.get()

    def test_lost_and_booked_by_a_person_already(
        self, paid: str, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        by_hand(owner, "50.00")
        fake.close_dispute(fake.dispute(paid, 5000), "lost")
        assert tell(told(fake, "charge.dispute.closed")) == 200
        assert Dispute.objects.get().refund == Refund.objects.get()
        assert money_of(invoice) == (Decimal("70.00"), Decimal("0.00"))

    def test_lost_and_then_won_after_all(
        self, paid: str, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        dispute_id = fake.dispute(paid)
        fake.close_dispute(dispute_id, "lost")
        assert tell(told(fake, "charge.dispute.closed")) == 200
        fake.close_dispute(dispute_id, "won")
        assert tell(told(fake, "charge.dispute.closed")) == 200
        assert money_of(invoice) == (Decimal("0.00"), Decimal("120.00"))
        fake.close_dispute(dispute_id, "lost")
        assert tell(told(fake, "charge.dispute.closed")) == 200
        assert money_of(invoice) == NOTHING

    def test_lost_after_a_part_went_back_takes_what_is_left(
        self, paid: str, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        fake.refund(paid, 10000)
        fake.close_dispute(fake.dispute(paid), "lost")
        for event in fake.events_of(KEY, "charge.refunded", "charge.dispute.closed"):
            assert tell(event) == 200
        assert sum(one.amount for one in Refund.objects.all()) == Decimal("120.00")


class TestWhoSpeaks:
    def test_a_wrong_secret(self, page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any) -> None:
        fake.pay(page.session_id or "")
        event = told(fake, "checkout.session.completed")
        assert tell(event, "whsec_of_somebody_else") == 400
        assert not StripeEvent.objects.exists()
        assert money_of(invoice) == NOTHING

    def test_an_old_signature(self, page: Checkout, fake: FakeStripe, tell: Any) -> None:
        fake.pay(page.session_id or "")
        event = told(fake, "checkout.session.completed")
        assert tell(event, timestamp=int(time.time()) - 301) == 400
        assert tell(event, timestamp=int(time.time()) - 200) == 200

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"object": "event"}'])
    def test_rubbish(self, alpha: OrganizationRef, body: bytes) -> None:
        client = Client(headers={"host": host_of_webhook(alpha)}, raise_request_exception=False)
        for signature in ("", "x", "t=1,v1=0", "t=x,v1=0", ",,,", "t=1"):
            headers = {"stripe-signature": signature}
            answer = client.post("/stripe/webhook/", body, content_type="application/json", headers=headers)
            assert answer.status_code == 400

    def test_a_signed_body_that_is_no_event(self, tell: Any) -> None:
        assert tell({"object": "event", "id": "evt_1"}) == 400
        assert tell({}) == 400

    def test_a_get(self, alpha: OrganizationRef) -> None:
        assert Client(headers={"host": host_of_webhook(alpha)}).get("/stripe/webhook/").status_code == 405

    def test_where_nothing_is_connected(self, tell: Any, beta: OrganizationRef) -> None:
        assert tell({"object": "event"}, organization=beta) == 404

    def test_another_organization_s_metadata(
        self, page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any, beta: OrganizationRef
    ) -> None:
        """Two organizations share an account: each hears of both."""
        intent_id = fake.pay(page.session_id or "")
        for kind in (page.session_id or "", intent_id):
            _account, found = fake._owner(kind)
            found["metadata"]["tefter_organization"] = str(beta.id)
        event = told(fake, "checkout.session.completed")
        assert tell(event) == 200
        assert outcome_of(event) == "not_ours"
        fake.refund(intent_id)
        assert tell(told(fake, "charge.refunded")) == 200
        assert money_of(invoice) == NOTHING
        assert not CardPayment.objects.exists()

    def test_what_the_account_sells_elsewhere(self, page: Checkout, fake: FakeStripe, tell: Any) -> None:
        """A shop of theirs takes cards with the same account: nothing of it is an invoice's."""
        intent_id = fake.pay(page.session_id or "")
        for kind in (page.session_id or "", intent_id):
            fake._owner(kind)[1]["metadata"] = {}
        event = told(fake, "checkout.session.completed")
        assert (tell(event), outcome_of(event)) == (200, "not_ours")

    @pytest.mark.parametrize(
        "key", [TEST_KEY, OTHER_KEY, "sk_live_mistyped99"], ids=["test mode", "another account", "mistyped"]
    )
    def test_a_secret_that_was_entered_with_another_key_too(
        self, page: Checkout, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any, key: str
    ) -> None:
        """While the other key is checked, and after: an event is whose account knows what it is about."""
        fake.revoked.add("sk_live_mistyped99")
        connect_stripe(keys=StripeKeys(key, WEBHOOK_SECRET), by=owner, at=clock.now())
        fake.pay(page.session_id or "", delayed=True)
        event = told(fake, "checkout.session.completed")
        assert (tell(event), outcome_of(event)) == (200, "noted")
        run_due_jobs()
        fake.arrive(page.session_id or "")
        event = told(fake, "checkout.session.async_payment_succeeded")
        assert (tell(event), outcome_of(event)) == (200, "booked")
        assert money_of(invoice) == PAID

    def test_what_no_account_knows_is_not_ours(
        self, page: Checkout, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        """Also while keys that were refused have the same secret."""
        fake.revoked.add(OTHER_KEY)
        connect_stripe(keys=StripeKeys(OTHER_KEY, WEBHOOK_SECRET), by=owner, at=clock.now())
        run_due_jobs()
        fake.pay(page.session_id or "")
        event = told(fake, "checkout.session.completed") | {"id": "evt_of_a_stranger"}
        event["data"]["object"]["id"] = "cs_of_a_stranger"
        assert (tell(event), outcome_of(event)) == (200, "not_ours")

    def test_what_may_be_of_an_account_that_cannot_be_asked_comes_again(
        self, page: Checkout, invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
    ) -> None:
        fake.pay(page.session_id or "")
        fake.revoked.add(KEY)
        event = told(fake, "checkout.session.completed")
        assert (tell(event), outcome_of(event)) == (500, "failed")
        fake.revoked.clear()
        assert (tell(event), money_of(invoice)) == (200, PAID)

    def test_an_unknown_event(self, tell: Any) -> None:
        event: Json = {
            "id": "evt_9", "object": "event", "type": "customer.created", "created": int(time.time()),
            "livemode": True, "data": {"object": {"id": "cus_1", "object": "customer"}},
        }  # fmt: skip
        assert (tell(event), outcome_of(event)) == (200, "ignored")

    def test_an_object_that_stripe_does_not_know(self, tell: Any) -> None:
        event: Json = {
            "id": "evt_9", "object": "event", "type": "checkout.session.completed",
            "created": int(time.time()), "livemode": True,
            "data": {"object": {"id": "cs_none", "object": "checkout.session"}},
        }  # fmt: skip
        assert (tell(event), outcome_of(event)) == (200, "not_ours")

    def test_an_event_of_the_other_mode(
        self, page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        fake.pay(page.session_id or "")
        event = told(fake, "checkout.session.completed") | {"livemode": False}
        assert (tell(event), outcome_of(event)) == (200, "not_ours")
        assert money_of(invoice) == NOTHING

    def test_while_stripe_does_not_answer_it_is_asked_to_repeat(
        self, page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any
    ) -> None:
        fake.pay(page.session_id or "")
        event = told(fake, "checkout.session.completed")
        fake.trouble += [500]
        assert (tell(event), outcome_of(event)) == (500, "failed")
        fake.trouble += ["hang"]
        assert tell(event) == 500
        assert money_of(invoice) == NOTHING
        assert (tell(event), outcome_of(event)) == (200, "booked")
        assert money_of(invoice) == PAID

    def test_when_something_of_ours_breaks_it_is_asked_to_repeat(
        self, page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fake.pay(page.session_id or "")
        event = told(fake, "checkout.session.completed")
        with monkeypatch.context() as broken:
            broken.setattr("tenant_apps.online_payments.finding_out.settle_checkout", None)
            assert (tell(event), outcome_of(event)) == (500, "failed")
        assert (tell(event), outcome_of(event)) == (200, "booked")

    def test_the_connection_knows_when_it_was_last_told(self, paid: str) -> None:
        assert StripeConnection.objects.get().event_seen_at

    def test_nothing_of_an_event_is_kept_but_its_name(self, paid: str) -> None:
        event = StripeEvent.objects.get()
        assert "4242" not in repr(vars(event))


def test_the_isolation_of_hosts(
    page: Checkout, invoice: Invoice, fake: FakeStripe, tell: Any, beta: OrganizationRef, settings: Any
) -> None:
    """Beta has a Stripe of its own. Alpha's event means nothing there, with whichever secret."""
    with in_organization(beta):
        keys = StripeKeys("sk_live_51betabetabeta", "whsec_of_beta_of_beta")
        connect_stripe(keys=keys, by=actor_of(member_of(beta, "owner")), at=clock.now())
        run_due_jobs()
    fake.pay(page.session_id or "")
    event = told(fake, "checkout.session.completed")
    assert tell(event, WEBHOOK_SECRET, organization=beta) == 400
    assert tell(event, "whsec_of_beta_of_beta", organization=beta) == 200
    with in_organization(beta):
        assert outcome_of(event) == "not_ours"
        assert not Payment.objects.exists()
    assert money_of(invoice) == NOTHING
    assert tell(event, "whsec_of_beta_of_beta") == 400
    assert tell(event) == 200
    assert money_of(invoice) == PAID
