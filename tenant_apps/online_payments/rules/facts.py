"""What Stripe said of something, in our words: amounts as decimals, currencies in capitals, instants in UTC.

`as_of` is when we asked, before the answer was under way: of two answers the one that was asked for later is
newer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

ORGANIZATION, INVOICE, CHECKOUT = "tefter_organization", "tefter_invoice", "tefter_checkout"


@dataclass(frozen=True, slots=True)
class Named:
    """Whose an object at Stripe is, as its metadata says."""

    organization_id: UUID
    invoice_id: UUID
    checkout_id: UUID


def named_with(named: Named) -> dict[str, str]:
    """The metadata that names an object ours."""
    return {
        ORGANIZATION: str(named.organization_id),
        INVOICE: str(named.invoice_id),
        CHECKOUT: str(named.checkout_id),
    }


def named_in(metadata: Mapping[str, str]) -> Named | None:
    """Whom the metadata names; None where it is not of our making."""
    try:
        return Named(UUID(metadata[ORGANIZATION]), UUID(metadata[INVOICE]), UUID(metadata[CHECKOUT]))
    except (KeyError, ValueError, AttributeError, TypeError):
        return None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    id: str
    name: str
    country: str
    default_currency: str
    charges_enabled: bool


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """What a checkout session is asked for with. `key` makes asking twice the same as asking once."""

    key: str
    named: Named
    amount: Decimal
    currency: str
    title: str
    language: str
    email: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """`status`: open, complete, expired; `payment_status`: paid, unpaid, no_payment_required."""

    id: str
    named: Named | None
    status: str
    payment_status: str
    url: str
    intent_id: str
    expires_at: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """`status`: pending, requires_action, succeeded, failed, canceled. `asked_as`: our row, when it was we
    who asked for it.
    """

    id: str
    amount: Decimal
    status: str
    reason: str
    created_at: datetime
    asked_as: UUID | None = None


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    id: str
    amount: Decimal
    status: str
    reason: str
    created_at: datetime
    evidence_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class IntentFacts:
    """A payment: `status` succeeded, processing, requires_payment_method, canceled, …; `fee` once it is
    known.
    """

    id: str
    named: Named | None
    is_live: bool
    status: str
    amount: Decimal
    currency: str
    received_at: datetime
    charge_id: str
    means: str
    fee: Decimal | None
    fee_currency: str
    refunds: tuple[RefundFacts, ...]
    disputes: tuple[DisputeFacts, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class PayoutFacts:
    """`status`: paid, pending, in_transit, canceled, failed."""

    id: str
    amount: Decimal
    currency: str
    status: str
    arrival_on: date
    is_automatic: bool
    is_live: bool
    created_at: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class TransactionFacts:
    """One line of a payout. `intent_id`: the payment that it is about, empty for a fee or an adjustment."""

    id: str
    kind: str
    amount: Decimal
    fee: Decimal
    net: Decimal
    currency: str
    intent_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EventFacts:
    """That something happened to an object at Stripe; what is true of it is asked for anew."""

    id: str
    type: str
    is_live: bool
    created_at: datetime
    object_id: str
    intent_id: str
