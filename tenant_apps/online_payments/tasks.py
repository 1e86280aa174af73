from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared_apps.core import clock
from shared_apps.jobs.actors import current_actor, job
from tenant_apps.online_payments import operations, queries
from tenant_apps.online_payments.adapters import KeyRefused, Stripe, StripeRefused, StripeUnreachable
from tenant_apps.online_payments.finding_out import (
    find_out_about_intent,
    find_out_about_session,
    stripe_of,
    stripe_speaking,
    work_on_event,
)
from tenant_apps.online_payments.models import Checkout, ConnectionState, RefundState, StripeConnection
from tenant_apps.online_payments.rules import SessionFacts, SessionOrder

# How far the first night looks back, how far the others into what was read, how far Stripe remembers.
FIRST_LOOK, OVERLAP, REMEMBERED = timedelta(days=3), timedelta(hours=3), timedelta(days=29)
# What was begun so short a while ago is left to its own jobs.
FRESH = timedelta(minutes=10)
EMAIL_REFUSED = ("email_invalid", "customer_email")
AT_ONCE, WINDOW = 500, timedelta(hours=12)


class EventsFailed(RuntimeError):
    """Some of the events that Stripe told of could not be worked on; they are tried again."""


@job()
def try_stripe_keys(*, connection_id: str, **unknown: Any) -> None:
    """Ask Stripe whose the keys are, and keep the answer. While it does not answer, that is said, and tried
    again.
    """
    connection = queries.connection_of(UUID(connection_id))
    if connection.is_held:
        _try(connection)


@job()
def open_checkout(*, checkout_id: str, **unknown: Any) -> None:
    """Have Stripe make the page where an invoice is paid. Run again, it is the same page."""
    by, asked_id = current_actor(), UUID(checkout_id)
    order = operations.begin_session(checkout_id=asked_id, by=by, at=clock.now())
    if order is None:
        return
    connection = queries.checkout_of(asked_id).connection
    try:
        session = _made(stripe_of(connection), order)
    except StripeRefused as refusal:
        operations.note_session_refused(checkout_id=asked_id, error=refusal.code, by=by, at=clock.now())
        if isinstance(refusal, KeyRefused):
            operations.refuse_stripe_keys(
                connection_id=connection.pk, error=refusal.code, is_final=True, by=by, at=clock.now()
            )
        return
    operations.note_session_opened(checkout_id=asked_id, session=session, by=by, at=clock.now())


@job()
def refresh_checkout(*, checkout_id: str, **unknown: Any) -> None:
    """Ask Stripe what became of a checkout: for one who waits, and when its time is over."""
    checkout = queries.checkout_of(UUID(checkout_id))
    if checkout.session_id and not checkout.is_settled:
        _refresh(checkout)


@job()
def close_checkout(*, checkout_id: str, **unknown: Any) -> None:
    """Close a page at Stripe that is not to be paid on any more. One that was paid after all is booked."""
    checkout = queries.checkout_of(UUID(checkout_id))
    if checkout.session_id and not checkout.is_settled:
        _refresh(checkout, closing=True)


@job()
def retire_checkouts_of_invoice(*, subject_id: str, **unknown: Any) -> None:
    """After an invoice came to owe another amount: its page asks for the wrong one."""
    operations.retire_checkouts(invoice_id=UUID(subject_id), by=current_actor(), at=clock.now())


@job()
def retire_checkouts_of_payment(*, subject_id: str, **unknown: Any) -> None:
    """After a payment was given to invoices, or taken back: their pages ask for the wrong amount."""
    for invoice_id in queries.invoices_of_payment(UUID(subject_id)):
        operations.retire_checkouts(invoice_id=invoice_id, by=current_actor(), at=clock.now())


@job()
def send_card_refund(*, card_refund_id: str, **unknown: Any) -> None:
    """Have Stripe give money back. Run again, it is the same refund."""
    refund = queries.card_refund_of(UUID(card_refund_id))
    if refund.state != RefundState.REQUESTED:
        return
    card, by = refund.card_payment, current_actor()
    try:
        stripe = stripe_of(card.connection)
        made = stripe.refund(
            intent_id=card.intent_id, amount=refund.amount, currency=card.currency, key=str(refund.pk)
        )
    except StripeRefused as refusal:
        error, at = refusal.code, clock.now()
        operations.note_refund_refused(card_refund_id=refund.pk, error=error, by=by, at=at)
        return
    operations.note_refund_sent(card_refund_id=refund.pk, stripe_id=made.id, by=by, at=clock.now())
    find_out_about_intent(card.intent_id, card.connection, stripe)


@job()
def read_payout(*, payout_id: str, **unknown: Any) -> None:
    """Ask Stripe what a payout consists of."""
    payout = queries.payout_by_id(UUID(payout_id))
    if payout.read_at is None and payout.connection.is_held:
        found = stripe_of(payout.connection).transactions_of(payout.payout_id)
        operations.explain_payout(
            payout_id=payout.pk, transactions=list(found), by=stripe_speaking(), at=clock.now()
        )


@job()
def forget_left_keys(**unknown: Any) -> None:
    """After something of a former connection is over: when that was the last, its keys are deleted."""
    operations.forget_left_keys(by=current_actor(), at=clock.now())


@job()
def catch_up_with_stripe(**unknown: Any) -> None:
    """Every night, where Stripe is connected: ask for what no webhook has said."""
    by, at = current_actor(), clock.now()
    failures: list[str] = []
    candidate = queries.candidate_connection()
    if candidate is not None and candidate.state == ConnectionState.CHECKING:
        failures += _unless_it_fails(_try, candidate)
    for connection in list(queries.held_connections()):
        failures += _unless_it_fails(_catch_up, connection, at)
    operations.forget_old_stripe_events(by=by, at=at)
    operations.forget_left_keys(by=by, at=clock.now())
    operations.settle_catching_up(by=by, at=clock.now())
    if failures:
        raise EventsFailed(", ".join(failures))


def _made(stripe: Stripe, order: SessionOrder) -> SessionFacts:
    """The page; without the client's e-mail when Stripe does not take that: they can type another there."""
    try:
        return stripe.create_session(order)
    except StripeRefused as refusal:
        if refusal.code not in EMAIL_REFUSED or not order.email:
            raise
    return stripe.create_session(replace(order, email=""))


def _try(connection: StripeConnection) -> bool:
    """Whether Stripe knows the keys; what it said is kept."""
    by = current_actor()

    def refuse(error: str, *, is_final: bool) -> None:
        operations.refuse_stripe_keys(
            connection_id=connection.pk, error=error, is_final=is_final, by=by, at=clock.now()
        )

    try:
        account = stripe_of(connection).account()
    except StripeUnreachable:
        refuse("unreachable", is_final=False)
        raise
    except StripeRefused as refusal:
        if connection.state == ConnectionState.LEAVING:
            operations.abandon_stripe_keys(connection_id=connection.pk, by=by, at=clock.now())
        else:
            refuse(refusal.code, is_final=True)
        return False
    operations.accept_stripe_keys(connection_id=connection.pk, account=account, by=by, at=clock.now())
    return True


def _refresh(checkout: Checkout, *, closing: bool = False) -> None:
    """Bring a checkout up to date; with `closing`, its page is closed first. When its keys are gone, or
    Stripe does not take them any more, it is given up after its time. One whose page was never made is made
    now, or given up when it is too late for that.
    """
    if not checkout.session_id:
        open_checkout(checkout_id=str(checkout.pk))
        return
    connection, by = checkout.connection, current_actor()
    try:
        if not connection.is_held:
            raise KeyRefused("keys_gone")
        stripe = stripe_of(connection)
        if closing:
            _close(stripe, checkout.session_id)
        find_out_about_session(checkout.session_id, connection, stripe)
    except KeyRefused as refusal:
        operations.note_out_of_sight(checkout_id=checkout.pk, error=refusal.code, by=by, at=clock.now())
    if connection.state == ConnectionState.LEAVING:
        operations.forget_left_keys(by=by, at=clock.now())


def _close(stripe: Stripe, session_id: str) -> None:
    try:
        stripe.expire_session(session_id)
    except KeyRefused:
        raise
    except StripeRefused:
        return  # it is not open any more: what became of it is asked next


def _catch_up(connection: StripeConnection, at: datetime) -> None:
    """What no webhook has said of this connection: whether its keys work, events, pages, refunds, payouts."""
    if not _try(connection):
        return
    stripe = stripe_of(connection)
    failures = [
        *_hear_missed(connection, stripe, at),
        *_each(_refresh, _checkouts(connection, at)),
        *_each(lambda refund: _go_on_with(refund, connection, stripe), _refunds(connection, at)),
        *_each(lambda payout_id: read_payout(payout_id=str(payout_id)), _payouts(connection, at)),
    ]
    if failures:
        raise EventsFailed(", ".join(sorted({type(one).__name__ for one in failures})))


def _unless_it_fails(act: Callable[..., Any], *about: Any) -> list[str]:
    """Do it; what failed, in a word. One account that fails keeps no other from being asked."""
    try:
        act(*about)
    except EventsFailed as error:
        return [str(error)]
    except Exception as error:
        return [type(error).__name__]
    return []


def _hear_missed(connection: StripeConnection, stripe: Stripe, at: datetime) -> list[Exception]:
    """Work on the events that Stripe has told nobody, in the order in which they happened, some hours at a
    time.
    """
    since = max((connection.events_read_until or at - FIRST_LOOK) - OVERLAP, at - REMEMBERED)
    failures: list[Exception] = []
    while since < at:
        until = min(since + WINDOW, at)
        told = list(stripe.events_between(since, until + timedelta(seconds=1)))
        known = queries.known_events([event.id for event in told])
        missed = [event for event in reversed(told) if event.id not in known]
        failures += _each(lambda event: work_on_event(event, [connection], is_found=True), missed)
        if not failures:
            operations.note_events_read(connection_id=connection.pk, until=until, by=current_actor())
        since = until
    return failures


def _each(act: Callable[[Any], Any], things: list[Any]) -> list[Exception]:
    """Do it to each, also after one that fails; the failures. While Stripe is away, nothing more is tried."""
    failures: list[Exception] = []
    for thing in things:
        try:
            act(thing)
        except StripeUnreachable:
            raise
        except Exception as error:
            failures.append(error)
    return failures


def _checkouts(connection: StripeConnection, at: datetime) -> list[Checkout]:
    wanted = queries.checkouts_to_ask(before=at - FRESH).filter(connection_id=connection.pk)
    return [queries.checkout_of(checkout_id) for checkout_id in wanted[:AT_ONCE]]


def _refunds(connection: StripeConnection, at: datetime) -> list[Any]:
    wanted = queries.unanswered_refunds(before=at - FRESH).filter(card_payment__connection_id=connection.pk)
    return list(wanted[:AT_ONCE])


def _payouts(connection: StripeConnection, at: datetime) -> list[UUID]:
    wanted = queries.payouts_to_read(before=at - FRESH).filter(connection_id=connection.pk)
    return list(wanted[:AT_ONCE])


def _go_on_with(refund: Any, connection: StripeConnection, stripe: Stripe) -> None:
    if refund.state == RefundState.REQUESTED:
        send_card_refund(card_refund_id=str(refund.pk))
    else:
        find_out_about_intent(refund.card_payment.intent_id, connection, stripe)
