from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, ListQuery, list_response
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from tenant_apps.online_payments import operations, queries
from tenant_apps.online_payments.schemas import (
    NEWEST_ONLY,
    PAYOUT_ORDERINGS,
    CardPaymentOut,
    CardRefundIn,
    CardRefundOut,
    CardSettingsOut,
    CheckoutIn,
    CheckoutOut,
    NoticeIn,
    PayoutOut,
    PayoutTransactionFilters,
    PayoutTransactionOut,
    StripeEventOut,
    StripeKeysIn,
    card_payment_out,
    card_refund_out,
    card_settings_out,
    checkout_out,
    payout_out,
    payout_transaction_out,
    stripe_event_out,
)

router = Router(tags=["card payments"])
SETTINGS = "card-payments"


@router.get(f"{SETTINGS}/", response=CardSettingsOut, operation_id="read_card_settings")
def read_card_settings(request: ActorRequest) -> HttpResponse:
    """Whether cards are taken, with which Stripe account, and where its webhook belongs."""
    request.actor.require(Permission.CARDS_VIEW)
    return _settings(request)


@router.post(f"{SETTINGS}/connect/", response={202: CardSettingsOut}, operation_id="connect_stripe")
def connect_stripe(request: ActorRequest, data: StripeKeysIn) -> HttpResponse:
    """Keep keys of Stripe, sealed, and have them checked; those in use stay until the new ones have proved to
    work.
    """
    keys = operations.StripeKeys(data.secret_key, data.webhook_secret)
    operations.connect_stripe(keys=keys, by=request.actor, at=clock.now())
    return _settings(request, status=202)


@router.post(f"{SETTINGS}/check/", response={202: CardSettingsOut}, operation_id="check_stripe_keys")
def check_stripe_keys(request: ActorRequest) -> HttpResponse:
    """Have the keys checked again; 409 when there are none."""
    operations.check_stripe_keys(by=request.actor, at=clock.now())
    return _settings(request, status=202)


@router.post(f"{SETTINGS}/disconnect/", response=CardSettingsOut, operation_id="disconnect_stripe")
def disconnect_stripe(request: ActorRequest) -> HttpResponse:
    """Close open payment pages and delete the keys once nothing is on its way; 409 when there are none."""
    operations.disconnect_stripe(by=request.actor, at=clock.now())
    return _settings(request)


@router.post(f"{SETTINGS}/turn-on/", response=CardSettingsOut, operation_id="turn_on_card_payments")
def turn_on_card_payments(request: ActorRequest, data: NoticeIn) -> HttpResponse:
    """Let clients pay by card, having read the notice on fiscal receipts (Ordinance N-18 in Bulgaria)."""
    operations.turn_on_card_payments(is_confirmed=data.is_confirmed, by=request.actor, at=clock.now())
    return _settings(request)


@router.post(f"{SETTINGS}/turn-off/", response=CardSettingsOut, operation_id="turn_off_card_payments")
def turn_off_card_payments(request: ActorRequest) -> HttpResponse:
    """Let nobody pay by card any more; 409 when nobody could."""
    operations.turn_off_card_payments(by=request.actor, at=clock.now())
    return _settings(request)


@router.get(f"{SETTINGS}/events/", response=ListOf[StripeEventOut], operation_id="list_stripe_events")
def list_stripe_events(request: ActorRequest, query: Query[ListQuery]) -> HttpResponse:
    """What Stripe told, newest first, and what came of it."""
    request.actor.require(Permission.CARDS_VIEW)
    found = queries.stripe_events()
    return list_response(found, query, orderings=NEWEST_ONLY, item=stripe_event_out, default="-id")


@router.post("checkouts/", response={202: CheckoutOut}, operation_id="request_checkout")
def request_checkout(request: ActorRequest, data: CheckoutIn) -> HttpResponse:
    """Have a page made where the invoice is paid by card; it has its `url` once it is `open`. Asked twice, it
    is the same page; whoever pays there comes back to the invoice, behind its client link. 409 when the
    invoice owes nothing or cards are not taken.
    """
    checkout = operations.request_checkout(invoice_id=data.invoice_id, by=request.actor, at=clock.now())
    return json_response(checkout_out(checkout), status=202)


@router.get("checkouts/{uuid:checkout_id}/", response=CheckoutOut, operation_id="read_checkout")
def read_checkout(request: ActorRequest, checkout_id: UUID) -> HttpResponse:
    """One checkout: preparing, open, completed, expired or failed, and what became of its money."""
    request.actor.require(Permission.PAYMENTS_VIEW)
    return json_response(checkout_out(queries.visible_checkout(checkout_id, request.actor)))


@router.post("checkouts/{uuid:checkout_id}/ask-again/", response={202: CheckoutOut}, operation_id="ask_again")
def ask_again(request: ActorRequest, checkout_id: UUID) -> HttpResponse:
    """Have Stripe asked what became of a checkout, when its webhook has not come."""
    checkout = operations.ask_again(checkout_id=checkout_id, by=request.actor, at=clock.now())
    return json_response(checkout_out(checkout), status=202)


@router.get("payments/{uuid:payment_id}/card/", response=CardPaymentOut, operation_id="read_card_payment")
def read_card_payment(request: ActorRequest, payment_id: UUID) -> HttpResponse:
    """What Stripe knows of a payment, its refunds and disputes; 404 when it did not come through Stripe."""
    request.actor.require(Permission.PAYMENTS_VIEW)
    return json_response(card_payment_out(queries.visible_card_payment(payment_id, request.actor)))


@router.post(
    "payments/{uuid:payment_id}/refund-card/",
    response={202: CardRefundOut},
    operation_id="refund_card_payment",
)
def refund_card_payment(request: ActorRequest, payment_id: UUID, data: CardRefundIn) -> HttpResponse:
    """Have Stripe give back a part of a payment; its answer books the refund."""
    refund = operations.refund_card_payment(
        payment_id=payment_id, amount=data.amount, reason=data.reason, by=request.actor, at=clock.now()
    )
    return json_response(card_refund_out(refund), status=202)


@router.get("payouts/", response=ListOf[PayoutOut], operation_id="list_payouts")
def list_payouts(request: ActorRequest, query: Query[ListQuery]) -> HttpResponse:
    """What Stripe paid out, newest first."""
    request.actor.require(Permission.CARDS_VIEW)
    found = queries.payouts()
    return list_response(found, query, orderings=PAYOUT_ORDERINGS, item=payout_out, default="-id")


@router.get("payouts/{uuid:payout_id}/", response=PayoutOut, operation_id="read_payout")
def read_payout(request: ActorRequest, payout_id: UUID) -> HttpResponse:
    """One payout: payments minus refunds and fees."""
    request.actor.require(Permission.CARDS_VIEW)
    return json_response(payout_out(queries.payout_by_id(payout_id)))


@router.get(
    "payout-transactions/",
    response=ListOf[PayoutTransactionOut],
    operation_id="list_payout_transactions",
)
def list_payout_transactions(request: ActorRequest, query: Query[PayoutTransactionFilters]) -> HttpResponse:
    """What payouts consist of, line by line; of one payout with `payout_id`."""
    request.actor.require(Permission.CARDS_VIEW)
    found = queries.transactions_of(query.payout_id) if query.payout_id else queries.payout_transactions()
    return list_response(found, query, orderings=NEWEST_ONLY, item=payout_transaction_out, default="id")


def _settings(request: ActorRequest, status: int = 200) -> HttpResponse:
    told = card_settings_out(
        queries.card_settings(),
        working=queries.working_connection(),
        candidate=queries.candidate_connection(),
        webhook_url=request.build_absolute_uri(reverse("receive_stripe_event")),
    )
    return json_response(told, status=status)
