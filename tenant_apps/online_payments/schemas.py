from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from shared_apps.core.api import Amount, Input, ListQuery, decimal_text
from tenant_apps.online_payments.models import (
    CardPayment,
    CardRefund,
    CardSettings,
    Checkout,
    Dispute,
    Payout,
    PayoutTransaction,
    StripeConnection,
    StripeEvent,
)

PAYOUT_ORDERINGS = {"created_at": "id", "arrival_on": "arrival_on"}
NEWEST_ONLY = {"created_at": "id"}


class StripeKeysIn(Input):
    """Keys of the organization's own Stripe account. They are kept sealed and never told again."""

    secret_key: str = Field(
        ..., max_length=260, description="`sk_live_…`, `sk_test_…`, `rk_live_…` or `rk_test_…`"
    )
    webhook_secret: str = Field(
        "",
        max_length=260,
        description="`whsec_…`; empty keeps the one that is there, for a key of the same account.",
    )


class NoticeIn(Input):
    is_confirmed: bool = Field(..., description="That the notice on fiscal receipts was read.")


class CheckoutIn(Input):
    invoice_id: UUID


class CardRefundIn(Input):
    amount: Amount
    reason: str


class ConnectionOut(Schema):
    id: UUID
    state: str
    key: str
    is_live: bool
    account_id: str
    account_name: str
    country: str
    default_currency: str
    charges_enabled: bool
    error: str | None
    checked_at: datetime | None
    last_event_at: datetime | None
    created_at: datetime


class CardSettingsOut(Schema):
    is_on: bool
    accepts_cards: bool
    mode: str | None = Field(description="`live` or `test`, as the working key says.")
    webhook_url: str
    notice_confirmed_at: datetime | None
    notice_confirmed_by: str | None
    working: ConnectionOut | None
    candidate: ConnectionOut | None = Field(description="Keys that were entered last and do not work (yet).")


class StripeEventOut(Schema):
    id: UUID
    event_id: str
    type: str
    object_id: str
    is_live: bool
    is_found: bool
    outcome: str
    error: str | None
    happened_at: datetime
    created_at: datetime


class CheckoutOut(Schema):
    id: UUID
    invoice_id: UUID
    state: str
    payment_status: str | None
    amount: str
    currency: str
    is_live: bool
    url: str | None
    payment_id: UUID | None
    error: str | None
    expires_at: datetime
    created_at: datetime


class CardRefundOut(Schema):
    id: UUID
    stripe_id: str | None
    amount: str
    state: str
    reason: str
    error: str | None
    created_at: datetime


class DisputeOut(Schema):
    id: UUID
    dispute_id: str
    amount: str
    state: str
    reason: str
    evidence_due_at: datetime | None
    created_at: datetime


class CardPaymentOut(Schema):
    payment_id: UUID
    intent_id: str
    charge_id: str
    is_live: bool
    amount: str
    currency: str
    fee: str | None
    fee_currency: str | None
    refunds: list[CardRefundOut]
    disputes: list[DisputeOut]


class PayoutOut(Schema):
    id: UUID
    payout_id: str
    amount: str
    currency: str
    status: str
    is_live: bool
    is_explained: bool
    payments_total: str
    refunds_total: str
    fees_total: str
    other_total: str
    transaction_count: int
    arrival_on: date
    arrived_on: date | None
    created_at: datetime


class PayoutTransactionFilters(ListQuery):
    payout_id: UUID | None = None


class PayoutTransactionOut(Schema):
    id: UUID
    transaction_id: str
    payout_id: UUID
    kind: str
    payment_id: UUID | None
    amount: str
    fee: str
    net: str
    currency: str
    happened_at: datetime


def connection_out(connection: StripeConnection | None) -> dict[str, Any] | None:
    """The connection without its keys; null for none."""
    if connection is None:
        return None
    return {
        "id": connection.pk,
        "state": connection.state,
        "key": str(connection),
        "is_live": connection.is_live,
        "account_id": connection.account_id,
        "account_name": connection.account_name,
        "country": connection.country,
        "default_currency": connection.default_currency,
        "charges_enabled": connection.charges_enabled,
        "error": connection.error or None,
        "checked_at": connection.checked_at,
        "last_event_at": connection.event_seen_at,
        "created_at": connection.created_at,
    }


def card_settings_out(
    settings: CardSettings | None,
    *,
    working: StripeConnection | None,
    candidate: StripeConnection | None,
    webhook_url: str,
) -> dict[str, Any]:
    is_on = settings is not None and settings.is_on
    return {
        "is_on": is_on,
        "accepts_cards": is_on and working is not None and working.charges_enabled,
        "mode": ("live" if working.is_live else "test") if working else None,
        "webhook_url": webhook_url,
        "notice_confirmed_at": settings.notice_confirmed_at if settings else None,
        "notice_confirmed_by": (settings.notice_confirmed_by or None) if settings else None,
        "working": connection_out(working),
        "candidate": connection_out(candidate),
    }


def stripe_event_out(event: StripeEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "event_id": event.event_id,
        "type": event.type,
        "object_id": event.object_id,
        "is_live": event.is_live,
        "is_found": event.is_found,
        "outcome": event.outcome,
        "error": event.error or None,
        "happened_at": event.happened_at,
        "created_at": event.created_at,
    }


def checkout_out(checkout: Checkout) -> dict[str, Any]:
    return {
        "id": checkout.pk,
        "invoice_id": checkout.invoice_id,
        "state": checkout.state,
        "payment_status": checkout.payment_status or None,
        "amount": decimal_text(checkout.amount),
        "currency": checkout.currency,
        "is_live": checkout.is_live,
        "url": checkout.url or None,
        "payment_id": checkout.payment_id,
        "error": checkout.error or None,
        "expires_at": checkout.expires_at,
        "created_at": checkout.created_at,
    }


def card_refund_out(refund: CardRefund) -> dict[str, Any]:
    return {
        "id": refund.pk,
        "stripe_id": refund.stripe_id,
        "amount": decimal_text(refund.amount),
        "state": refund.state,
        "reason": refund.reason,
        "error": refund.error or None,
        "created_at": refund.created_at,
    }


def card_payment_out(card: CardPayment) -> dict[str, Any]:
    """What Stripe knows of a payment, loaded with refunds and disputes."""
    return {
        "payment_id": card.payment_id,
        "intent_id": card.intent_id,
        "charge_id": card.charge_id,
        "is_live": card.is_live,
        "amount": decimal_text(card.amount),
        "currency": card.currency,
        "fee": decimal_text(card.fee),
        "fee_currency": card.fee_currency or None,
        "refunds": [card_refund_out(one) for one in card.refunds.all()],
        "disputes": [_dispute_out(one) for one in card.disputes.all()],
    }


def payout_out(payout: Payout) -> dict[str, Any]:
    return {
        "id": payout.pk,
        "payout_id": payout.payout_id,
        "amount": decimal_text(payout.amount),
        "currency": payout.currency,
        "status": payout.status,
        "is_live": payout.is_live,
        "is_explained": payout.is_explained,
        "payments_total": decimal_text(payout.payments_total),
        "refunds_total": decimal_text(payout.refunds_total),
        "fees_total": decimal_text(payout.fees_total),
        "other_total": decimal_text(payout.other_total),
        "transaction_count": payout.transaction_count,
        "arrival_on": payout.arrival_on,
        "arrived_on": payout.arrived_on,
        "created_at": payout.created_at,
    }


def payout_transaction_out(line: PayoutTransaction) -> dict[str, Any]:
    return {
        "id": line.pk,
        "transaction_id": line.transaction_id,
        "payout_id": line.payout_id,
        "kind": line.kind,
        "payment_id": line.card_payment.payment_id if line.card_payment else None,
        "amount": decimal_text(line.amount),
        "fee": decimal_text(line.fee),
        "net": decimal_text(line.net),
        "currency": line.currency,
        "happened_at": line.happened_at,
    }


def _dispute_out(dispute: Dispute) -> dict[str, Any]:
    return {
        "id": dispute.pk,
        "dispute_id": dispute.dispute_id,
        "amount": decimal_text(dispute.amount),
        "state": dispute.state,
        "reason": dispute.reason,
        "evidence_due_at": dispute.evidence_due_at,
        "created_at": dispute.created_at,
    }
