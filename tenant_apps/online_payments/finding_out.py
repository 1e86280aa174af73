"""Asks Stripe what is true of something, and has it booked: for the webhook and for jobs alike."""

from collections.abc import Sequence
from dataclasses import replace

from shared_apps.core import clock
from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.sealing import CannotBeOpened
from tenant_apps.online_payments.adapters import IN_A_JOB, KeyRefused, Stripe, StripeRefused
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

MISSING, UNREADABLE = "resource_missing", "keys_unreadable"
Patience = tuple[float, float]


def stripe_speaking() -> Actor:
    """The product at work on what Stripe says, in the organization's language."""
    organization = current_organization()
    return replace(system_actor(organization.id, organization.language), label="Stripe")


def stripe_of(connection: StripeConnection, patience: Patience = IN_A_JOB) -> Stripe:
    """The organization's account, asked with the keys of this connection. Raises `KeyRefused` for keys that
    we cannot open any more.
    """
    try:
        key = secret_key_of(connection)
    except CannotBeOpened:
        raise KeyRefused(UNREADABLE) from None
    return Stripe(key, now=clock.now, patience=patience)


def work_on_event(
    event: EventFacts,
    connections: Sequence[StripeConnection],
    *,
    patience: Patience = IN_A_JOB,
    is_found: bool = False,
) -> EventOutcome:
    """Do what an event leads to, once. What fails is noted and rises, so that it comes again.

    `connections`: those whose account it may be of, the one that heard it first. They are asked in this
    order.
    """
    by = stripe_speaking()
    row = receive_stripe_event(
        event=event, connection_id=connections[0].pk, is_found=is_found, by=by, at=clock.now()
    )
    if row.is_done:
        return EventOutcome(row.outcome)
    try:
        outcome = _outcome(event, connections, patience)
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


def _outcome(event: EventFacts, connections: Sequence[StripeConnection], patience: Patience) -> EventOutcome:
    """What comes of an event: what the first of the accounts says that knows what it is about. Not ours is
    only what none of them knows; while one cannot be asked in which it may be, that is a failure.
    """
    refusals: list[tuple[StripeConnection, KeyRefused]] = []
    is_missing = False
    for connection in connections:
        if connection.is_live != event.is_live:
            continue
        try:
            return _found_out(event, connection, stripe_of(connection, patience))
        except KeyRefused as refusal:
            refusals.append((connection, refusal))
        except StripeRefused as refusal:
            if refusal.code != MISSING:
                raise
            is_missing = True
    for connection, refused in refusals:
        # Nothing was ever asked for with keys that have not proved to work: they hide nothing.
        if not connection.is_candidate or not is_missing:
            raise refused
    return EventOutcome.NOT_OURS


def _found_out(event: EventFacts, connection: StripeConnection, stripe: Stripe) -> EventOutcome:
    """What an event leads to in one account. It only says where to look: what is true there is asked for."""
    if event.type.startswith("checkout.session."):
        return find_out_about_session(event.object_id, connection, stripe)
    if event.type.startswith(("charge.", "refund.")) and event.intent_id:
        return find_out_about_intent(event.intent_id, connection, stripe)
    if event.type.startswith("payout."):
        return find_out_about_payout(event.object_id, connection, stripe)
    return EventOutcome.IGNORED
