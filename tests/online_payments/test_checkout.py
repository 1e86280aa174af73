"""A page at Stripe for an invoice: one at a time, for what it owes, closed when that changes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared_apps.core import clock
from shared_apps.core.actors import Actor, ActorKind, system_actor
from shared_apps.core.errors import NotAllowed
from shared_apps.jobs.models import Job
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import allocate_payment, annul_invoice
from tenant_apps.invoices.operations.payments import mark_invoice_paid
from tenant_apps.online_payments.adapters import StripeUnreachable
from tenant_apps.online_payments.finding_out import stripe_of
from tenant_apps.online_payments.models import Checkout, CheckoutState
from tenant_apps.online_payments.operations import (
    CardsNotTaken,
    NothingToPay,
    ask_again,
    begin_session,
    request_checkout,
    turn_off_card_payments,
)
from tenant_apps.online_payments.queries import accepts_cards, card_mode, way_back
from tenant_apps.online_payments.rules.outcomes import MADE_WITHIN
from tests.invoices.stories import TODAY, client, draft, issued, line, payment
from tests.online_payments.fake_stripe import FakeStripe
from tests.online_payments.stories import money_of, open_page, run_due_jobs, told

pytestmark = pytest.mark.usefixtures("connected")


@pytest.fixture
def invoice(owner: Actor) -> Invoice:
    return issued(owner)


def ask(invoice: Invoice, by: Actor) -> Checkout:
    return request_checkout(invoice_id=invoice.pk, by=by, at=clock.now())


def test_a_page_is_made_for_what_is_owed(invoice: Invoice, owner: Actor, fake: FakeStripe) -> None:
    asked = ask(invoice, owner)
    assert (asked.state, asked.url) == ("preparing", "")
    run_due_jobs()

    checkout, (session,) = Checkout.objects.get(), fake.sessions()
    assert (checkout.state, checkout.url) == ("open", session["url"])
    assert (session["amount_total"], session["currency"], session["locale"]) == (12000, "eur", "bg")
    assert (
        session["metadata"]
        == session["intent_metadata"]
        == {
            "tefter_organization": str(owner.organization_id),
            "tefter_invoice": str(invoice.pk),
            "tefter_checkout": str(checkout.pk),
        }
    )
    back = urlsplit(session["success_url"])
    assert (back.path, back.hostname) == (f"/pay/return/{way_back(checkout.pk)}/", "alpha.tefter.localhost")
    assert (back.query, urlsplit(session["cancel_url"]).query) == ("from_stripe=back", "from_stripe=left")
    assert invoice.number and invoice.number in session["title"]


def test_who_asks_again_gets_the_same_page(invoice: Invoice, owner: Actor, fake: FakeStripe) -> None:
    first, second = ask(invoice, owner), ask(invoice, owner)
    run_due_jobs()
    third = ask(invoice, owner)
    run_due_jobs()
    assert first.pk == second.pk == third.pk
    assert len(fake.sessions()) == 1


def test_a_job_that_runs_twice_makes_one_page(invoice: Invoice, owner: Actor, fake: FakeStripe) -> None:
    """The worker dies after Stripe made the page and before we wrote it down."""
    checkout = ask(invoice, owner)
    order = begin_session(checkout_id=checkout.pk, by=system(owner), at=clock.now())
    assert order
    stripe_of(checkout.connection).create_session(order)
    run_due_jobs()
    assert len(fake.sessions()) == 1
    assert Checkout.objects.get().session_id == fake.sessions()[0]["id"]


def system(owner: Actor) -> Actor:
    return system_actor(owner.organization_id)


def test_the_client_needs_no_role(invoice: Invoice, owner: Actor) -> None:
    nobody = Actor(ActorKind.CLIENT, "Клиент", organization_id=owner.organization_id, language="en")
    with pytest.raises(Invoice.DoesNotExist):
        ask(invoice, nobody)
    client = replace(nobody, records=frozenset({invoice.pk}))
    checkout = ask(invoice, client)
    assert (checkout.language, checkout.by_kind) == ("en", "client")
    assert ask_again(checkout_id=checkout.pk, by=client, at=clock.now()).pk == checkout.pk
    with pytest.raises(Invoice.DoesNotExist):
        ask_again(checkout_id=checkout.pk, by=nobody, at=clock.now())


def test_one_without_the_permission_is_refused(invoice: Invoice, owner: Actor) -> None:
    nobody = Actor(ActorKind.MEMBER, "x", id=owner.id, organization_id=owner.organization_id)
    with pytest.raises(NotAllowed):
        ask(invoice, nobody)
    with pytest.raises(NotAllowed):
        ask_again(checkout_id=ask(invoice, owner).pk, by=nobody, at=clock.now())


def test_another_s_invoice_is_not_there(owner: Actor, user: Actor) -> None:
    with pytest.raises(Invoice.DoesNotExist):
        ask(issued(owner), user)


def test_nothing_is_asked_for_what_owes_nothing(owner: Actor, invoice: Invoice) -> None:
    mark_invoice_paid(invoice_id=invoice.pk, received_on=TODAY, by=owner, at=clock.now())
    for settled in (invoice, draft(owner)):
        with pytest.raises(NothingToPay):
            ask(settled, owner)


def test_while_cards_are_off_nobody_is_asked(invoice: Invoice, owner: Actor, fake: FakeStripe) -> None:
    open_page(invoice, owner)
    turn_off_card_payments(by=owner, at=clock.now())
    run_due_jobs()
    assert not accepts_cards()
    assert fake.sessions()[0]["status"] == "expired"
    with pytest.raises(CardsNotTaken):
        ask(invoice, owner)


def test_the_mode_is_that_of_the_key() -> None:
    assert (card_mode(), accepts_cards()) == ("live", True)


def test_money_from_another_door_closes_the_page(invoice: Invoice, owner: Actor, fake: FakeStripe) -> None:
    open_page(invoice, owner)
    mark_invoice_paid(invoice_id=invoice.pk, received_on=TODAY, by=owner, at=clock.now())
    run_due_jobs()
    assert fake.sessions()[0]["status"] == "expired"
    checkout = Checkout.objects.get()
    assert (checkout.state, checkout.url, checkout.is_settled) == ("expired", "", True)


def test_a_part_from_another_door_closes_the_page_and_a_new_one_asks_for_the_rest(
    invoice: Invoice, owner: Actor, fake: FakeStripe
) -> None:
    open_page(invoice, owner)
    money = payment(owner, "20.00")
    allocate_payment(payment_id=money.pk, invoice_id=invoice.pk, amount=Decimal(20), by=owner, at=clock.now())
    run_due_jobs()
    assert [one["status"] for one in fake.sessions()] == ["expired"]
    open_page(invoice, owner)
    assert fake.sessions()[-1]["amount_total"] == 10000


def test_an_outdated_page_is_replaced_when_somebody_asks(
    invoice: Invoice, owner: Actor, fake: FakeStripe
) -> None:
    """Before the job that closes the old one has run."""
    old = open_page(invoice, owner)
    money = payment(owner, "20.00")
    allocate_payment(payment_id=money.pk, invoice_id=invoice.pk, amount=Decimal(20), by=owner, at=clock.now())
    new = open_page(invoice, owner)
    assert new.pk != old.pk and new.amount == Decimal("100.00")
    assert [one["status"] for one in fake.sessions()] == ["expired", "open"]


def test_an_annulled_invoice_has_no_page(invoice: Invoice, owner: Actor, fake: FakeStripe) -> None:
    open_page(invoice, owner)
    annul_invoice(invoice_id=invoice.pk, reason="Грешка", by=owner, at=clock.now())
    run_due_jobs()
    assert fake.sessions()[0]["status"] == "expired"


def test_what_was_paid_before_the_page_was_made_makes_none(
    invoice: Invoice, owner: Actor, fake: FakeStripe
) -> None:
    ask(invoice, owner)
    mark_invoice_paid(invoice_id=invoice.pk, received_on=TODAY, by=owner, at=clock.now())
    run_due_jobs()
    assert fake.sessions() == []
    assert Checkout.objects.get().state == "expired"


def test_paid_in_the_old_page_after_all_is_the_client_s_credit(
    invoice: Invoice, owner: Actor, fake: FakeStripe, tell: Any
) -> None:
    page = open_page(invoice, owner)
    fake.pay(page.session_id or "")  # before the bank's money was seen, and its webhook is late
    mark_invoice_paid(invoice_id=invoice.pk, received_on=TODAY, by=owner, at=clock.now())
    run_due_jobs()

    assert money_of(invoice) == (Decimal("120.00"), Decimal("120.00"))
    checkout = Checkout.objects.get()
    assert checkout.is_paid and checkout.payment
    assert checkout.payment.company_id == invoice.company_id
    assert tell(told(fake, "checkout.session.completed")) == 200
    assert money_of(invoice) == (Decimal("120.00"), Decimal("120.00"))


def test_what_stripe_does_not_charge_is_said(owner: Actor, fake: FakeStripe) -> None:
    small = issued(owner, items=(line(unit_price="0.10"),))
    page = open_page(small, owner)
    assert (page.state, page.error, page.is_settled) == ("failed", "amount_too_small", True)


def test_a_page_that_no_worker_opened_in_time_is_given_up(invoice: Invoice, owner: Actor) -> None:
    checkout = ask(invoice, owner)
    at = clock.now() + timedelta(minutes=90)
    assert begin_session(checkout_id=checkout.pk, by=system(owner), at=at) is None
    assert Checkout.objects.get().state == CheckoutState.FAILED
    assert ask(invoice, owner).pk != checkout.pk


def test_stripe_that_does_not_answer_is_asked_again(invoice: Invoice, owner: Actor, fake: FakeStripe) -> None:
    checkout = ask(invoice, owner)
    fake.trouble += [500, 500]
    with pytest.raises(StripeUnreachable):
        run_due_jobs()
    assert Checkout.objects.get(pk=checkout.pk).state == "preparing"
    Job.objects.filter(name="open_checkout").update(due_at=clock.now(), state="queued")
    run_due_jobs()
    assert Checkout.objects.get(pk=checkout.pk).state == "open"


def test_a_page_that_stripe_did_not_make_is_not_waited_for(
    invoice: Invoice, owner: Actor, fake: FakeStripe
) -> None:
    """Its job has given up; who asks a while later gets another page, and the first one is never made."""
    stuck = ask(invoice, owner)
    Job.objects.filter(name="open_checkout").update(state="dead")
    assert ask(invoice, owner).pk == stuck.pk, "it may still come"
    Checkout.objects.update(created_at=clock.now() - MADE_WITHIN - timedelta(seconds=1))
    page = open_page(invoice, owner)
    stuck.refresh_from_db()
    assert (stuck.state, stuck.is_settled, page.state) == ("expired", True, "open")
    Job.objects.filter(name="open_checkout").update(due_at=clock.now(), state="queued")
    run_due_jobs()
    assert len(fake.sessions()) == 1


def test_ask_again_asks_stripe_when_the_webhook_is_late(
    invoice: Invoice, owner: Actor, fake: FakeStripe
) -> None:
    page = open_page(invoice, owner)
    fake.pay(page.session_id or "")
    ask_again(checkout_id=page.pk, by=owner, at=clock.now())
    ask_again(checkout_id=page.pk, by=owner, at=clock.now())
    before = len(fake.requests)
    run_due_jobs()
    assert money_of(invoice) == (Decimal("120.00"), Decimal("0.00"))
    assert len(fake.requests) - before <= 4, "who asks twice at once has Stripe asked once"


def test_an_address_that_stripe_does_not_take_is_left_out(owner: Actor, fake: FakeStripe) -> None:
    for email, told_email in (("x@good.example", "x@good.example"), ("x@bad.example", None)):
        page = open_page(issued(owner, client(owner, email=email)), owner)
        assert page.state == "open"
        assert fake.sessions()[-1]["customer_email"] == told_email
