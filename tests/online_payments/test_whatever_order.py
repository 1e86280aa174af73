"""Whatever happens at Stripe, in whatever order we hear of it: nothing is booked twice, nothing is lost."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import Refused
from shared_apps.jobs.operations import enqueue
from tenant_apps.invoices.models import Invoice, Payment, Refund
from tenant_apps.invoices.operations import mark_invoice_paid
from tenant_apps.online_payments.models import CardPayment, CardRefund, Checkout, Dispute
from tenant_apps.online_payments.operations import refund_card_payment, request_checkout
from tests.invoices.stories import TODAY, client, issued
from tests.online_payments.fake_stripe import FakeStripe, Json, Refusal
from tests.online_payments.stories import KEY, run_due_jobs

VERBS = (
    "ask", "pay", "pay_slowly", "arrive", "fail", "expire", "refund", "refund_here", "dispute", "win", "lose",
    "bank", "hear", "hear_last", "work",
)  # fmt: skip
ACTS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 30), st.integers(1, 12000)), max_size=14)


class Impossible(Exception):
    """There is nothing to do it with."""


class Town:
    """One organization, two invoices, one Stripe."""

    def __init__(self, owner: Actor, fake: FakeStripe, tell: Callable[..., int]) -> None:
        self.owner, self.fake, self.tell = owner, fake, tell
        company = client(owner)
        self.invoices = [issued(owner, company) for _one in range(2)]

    def act(self, verb: str, which: int, cents: int) -> None:
        """Do it where it can be done; elsewhere nothing happens."""
        with suppress(Refused, Refusal, Impossible):
            getattr(self, verb)(which, cents)

    def ask(self, which: int, cents: int) -> None:
        invoice = self.invoices[which % 2]
        request_checkout(invoice_id=invoice.pk, by=self.owner, at=clock.now())

    def pay(self, which: int, cents: int) -> None:
        self.fake.pay(self._one(self._sessions("open"), which)["id"])

    def pay_slowly(self, which: int, cents: int) -> None:
        self.fake.pay(self._one(self._sessions("open"), which)["id"], delayed=True)

    def arrive(self, which: int, cents: int) -> None:
        self.fake.arrive(self._one(self._waiting(), which)["id"])

    def fail(self, which: int, cents: int) -> None:
        self.fake.arrive(self._one(self._waiting(), which)["id"], fails=True)

    def expire(self, which: int, cents: int) -> None:
        self.fake.expire(self._one(self._sessions("open"), which)["id"])

    def refund(self, which: int, cents: int) -> None:
        self.fake.refund(self._one(self._paid(), which)["id"], cents)

    def refund_here(self, which: int, cents: int) -> None:
        card = self._one(list(CardPayment.objects.order_by("id")), which)
        refund_card_payment(
            payment_id=card.payment_id, amount=Decimal(cents) / 100, reason="x", by=self.owner, at=clock.now()
        )

    def dispute(self, which: int, cents: int) -> None:
        intent = self._one(self._paid(), which)
        left = self.fake._owner(intent["latest_charge"])[1]
        if not left["disputed"] and cents <= left["amount"] - left["amount_refunded"]:
            self.fake.dispute(intent["id"], cents)

    def win(self, which: int, cents: int) -> None:
        self.fake.close_dispute(self._one(self._of("dispute"), which)["id"], "won")

    def lose(self, which: int, cents: int) -> None:
        self.fake.close_dispute(self._one(self._of("dispute"), which)["id"], "lost")

    def bank(self, which: int, cents: int) -> None:
        invoice = self.invoices[which % 2]
        mark_invoice_paid(invoice_id=invoice.pk, received_on=TODAY, by=self.owner, at=clock.now())

    def hear(self, which: int, cents: int) -> None:
        """Any event that ever was, told once more."""
        assert self.tell(self._one(self.fake.events_of(KEY), which)) == 200

    def hear_last(self, which: int, cents: int) -> None:
        assert self.tell(self._one(self.fake.events_of(KEY)[::-1], 0)) == 200

    def work(self, which: int, cents: int) -> None:
        run_due_jobs()

    def night(self) -> None:
        """Everything that waits is done, and Stripe is asked for the rest."""
        run_due_jobs()
        with transaction.atomic():
            enqueue("catch_up_with_stripe", by=system_actor(self.owner.organization_id))
        run_due_jobs()

    def _one(self, things: list[Any], which: int) -> Any:
        if not things:
            raise Impossible
        return things[which % len(things)]

    def _of(self, kind: str) -> list[Json]:
        return [one for one in self.fake._all() if one["object"] == kind]

    def _sessions(self, status: str) -> list[Json]:
        return [one for one in self.fake.sessions() if one["status"] == status]

    def _waiting(self) -> list[Json]:
        slow = [one for one in self._sessions("complete") if one["payment_status"] == "unpaid"]
        return [one for one in slow if self.fake._owner(one["payment_intent"])[1]["status"] == "processing"]

    def _paid(self) -> list[Json]:
        return [one for one in self._of("payment_intent") if one["status"] == "succeeded"]


def check_always(town: Town) -> None:
    """What holds at every moment."""
    succeeded = {one["id"] for one in town._paid()}
    for card in CardPayment.objects.select_related("payment"):
        assert card.intent_id in succeeded
        assert card.payment.amount == card.amount == Decimal("120.00")
    for money in Payment.objects.all():
        assert 0 <= money.allocated_total <= money.amount - money.refunded_total
    for invoice in Invoice.objects.filter(pk__in=[one.pk for one in town.invoices]):
        assert 0 <= invoice.paid_total <= invoice.total


def check_in_the_end(town: Town) -> None:
    """What holds when everything was heard: each cent at Stripe is in the ledger, once."""
    paid = town._paid()
    assert CardPayment.objects.count() == Payment.objects.filter(method="stripe").count() == len(paid)
    for intent in paid:
        card = CardPayment.objects.select_related("payment").get(intent_id=intent["id"])
        refunds = [one for one in town._of("refund") if one["payment_intent"] == intent["id"]]
        disputes = [one for one in town._of("dispute") if one["payment_intent"] == intent["id"]]
        gone = sum(one["amount"] for one in refunds)
        gone += sum(one["amount"] for one in disputes if one["status"] == "lost")
        assert card.payment.refunded_total == Decimal(gone) / 100
        assert card.refunds.filter(state="succeeded").count() == len(refunds)
        assert card.disputes.count() == len(disputes)
    assert not CardRefund.objects.filter(state__in=("requested", "pending")).exists()
    keys = [one.external_key for one in Refund.objects.filter(undoes=None)]
    assert len(keys) == len(set(keys))
    for checkout in Checkout.objects.filter(is_settled=True, payment__isnull=True):
        assert not checkout.is_paid
    waiting = {one["id"] for one in town._waiting()}
    assert waiting == set(
        Checkout.objects.filter(payment_status="processing").values_list("session_id", flat=True)
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
@pytest.mark.usefixtures("connected")
def test_nothing_is_booked_twice_and_nothing_is_lost(
    owner: Actor, fake: FakeStripe, tell: Callable[..., int], acts: list[tuple[str, int, int]]
) -> None:
    accounts, keys = dict(fake.accounts), dict(fake.keys)
    with transaction.atomic():
        town = Town(owner, fake, tell)
        for verb, which, cents in [("ask", 0, 0), ("work", 0, 0), *acts]:
            town.act(verb, which, cents)
            check_always(town)
        town.night()
        check_always(town)
        check_in_the_end(town)
        booked = [model.objects.count() for model in (Payment, Refund, CardRefund, Dispute)]
        for event in fake.events_of(KEY):
            assert tell(event) == 200
        town.night()
        assert booked == [model.objects.count() for model in (Payment, Refund, CardRefund, Dispute)]
        transaction.set_rollback(True)
    fake.accounts, fake.keys = accounts, keys
    for account in fake.accounts.values():
        account.objects.clear(), account.events.clear(), account.answers.clear()
    assert connection.is_usable()
