"""Asks Stripe what is true of something, and has it booked: for the webhook and for jobs alike."""

from collections.abc import Callable
from dataclasses import replace

from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from tenant_apps.online_payments.adapters import IN_A_JOB, Stripe, StripeRefused
from tenant_apps.online_payments.models import EventOutcome, StripeConnection
from tenant_apps.online_payments.operations import (
    book_card_payment,
    book_what_went_back,
    fail_stripe_event,
    finish_stripe_event,
    note_payout,
    receive_stripe_event,
    settle_checkout,
)
from tenant_apps.online_payments.queries import is_ours, secret_key_of
from tenant_apps.online_payments.rules import EventFacts
from tenants.context import current_organization

MISSING = "resource_missing"


def stripe_speaking() -> Actor:
    """The product at work on what Stripe says, in the organization's language."""
    organization = current_organization()
    return replace(system_actor(organization.id, organization.language), label="Stripe")


def stripe_of(connection: StripeConnection, patience: tuple[float, float] = IN_A_JOB) -> Stripe:
    """The organization's account, asked with the keys of this connection."""
    return Stripe(secret_key_of(connection), now=clock.now, patience=patience)


def work_on_event(
    event: EventFacts, connection: StripeConnection, stripe: Stripe, *, is_found: bool = False
) -> EventOutcome:
    """Do what an event leads to, once. What fails is noted and rises, so that it comes again."""
    by = stripe_speaking()
    row = receive_stripe_event(
        event=event, connection_id=connection.pk, is_found=is_found, by=by, at=clock.now()
    )
    if row.is_done:
        return EventOutcome(row.outcome)
    try:
        outcome = _outcome(event, connection, stripe)
    except Exception as error:
        fail_stripe_event(event_id=event.id, error=type(error).__name__, by=by, at=clock.now())
        raise
    finish_stripe_event(event_id=event.id, outcome=outcome, by=by, at=clock.now())
    return outcome


def find_out_about_session(session_id: str, connection: StripeConnection, stripe: Stripe) -> EventOutcome:
    """Bring a checkout up to date with its page at Stripe and its payment."""
    by, session = stripe_speaking(), stripe.session(session_id)
    if not is_ours(session.named):
        return EventOutcome.NOT_OURS
    intent = stripe.intent(session.intent_id) if session.intent_id else None
    is_news = settle_checkout(
        session=session, intent=intent, connection_id=connection.pk, by=by, at=clock.now()
    )
    went_back = intent is not None and book_what_went_back(intent=intent, by=by, at=clock.now())
    if not is_news and not went_back:
        return EventOutcome.NOTHING_NEW
    is_paid = intent is not None and intent.status == "succeeded"
    return EventOutcome.BOOKED if is_paid else EventOutcome.NOTED


def find_out_about_intent(intent_id: str, connection: StripeConnection, stripe: Stripe) -> EventOutcome:
    """Book what is not booked of a payment: itself, its refunds, its lost disputes."""
    by, intent = stripe_speaking(), stripe.intent(intent_id)
    if not is_ours(intent.named):
        return EventOutcome.NOT_OURS
    came = book_card_payment(intent=intent, connection_id=connection.pk, by=by, at=clock.now())
    went_back = book_what_went_back(intent=intent, by=by, at=clock.now())
    return EventOutcome.BOOKED if came or went_back else EventOutcome.NOTHING_NEW


def find_out_about_payout(payout_id: str, connection: StripeConnection, stripe: Stripe) -> EventOutcome:
    """Write down what Stripe says of a payout."""
    is_news = note_payout(
        payout=stripe.payout(payout_id), connection_id=connection.pk, by=stripe_speaking(), at=clock.now()
    )
    return EventOutcome.NOTED if is_news else EventOutcome.NOTHING_NEW


def _outcome(event: EventFacts, connection: StripeConnection, stripe: Stripe) -> EventOutcome:
    """What comes of an event. It only says where to look: what is true there is asked for."""
    if event.is_live != connection.is_live:
        return EventOutcome.NOT_OURS
    if event.type.startswith("checkout.session."):
        return _unless_missing(lambda: find_out_about_session(event.object_id, connection, stripe))
    if event.type.startswith(("charge.", "refund.")) and event.intent_id:
        return _unless_missing(lambda: find_out_about_intent(event.intent_id, connection, stripe))
    if event.type.startswith("payout."):
        return _unless_missing(lambda: find_out_about_payout(event.object_id, connection, stripe))
    return EventOutcome.IGNORED


def _unless_missing(find_out: Callable[[], EventOutcome]) -> EventOutcome:
    try:
        return find_out()
    except StripeRefused as refusal:
        if refusal.code != MISSING:
            raise
        return EventOutcome.NOT_OURS
