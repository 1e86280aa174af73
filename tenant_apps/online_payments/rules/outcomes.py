"""What follows from what Stripe said, whichever of its events came first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tenant_apps.online_payments.rules.facts import IntentFacts, SessionFacts

PREPARING, OPEN, COMPLETED, EXPIRED, FAILED = "preparing", "open", "completed", "expired", "failed"
PROCESSING, PAID, NOT_PAID = "processing", "paid", "failed"
ON_ITS_WAY = frozenset({"processing", "requires_action", "requires_capture", "requires_confirmation"})

# A page is made in seconds. One that is not there by then is not waited for: who asks gets another.
MADE_WITHIN = timedelta(minutes=10)

SUCCEEDED, PENDING, CANCELED = "succeeded", "pending", "canceled"
DISPUTE_OPEN, WON, LOST = "open", "won", "lost"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a checkout stands: `state` and, once the client has done their part, `payment_status`."""

    state: str
    payment_status: str = ""


def standing_of(session: SessionFacts, intent: IntentFacts | None) -> Standing:
    """Where the checkout of this session stands; `intent` is its payment, once there is one."""
    if intent is not None and intent.status == SUCCEEDED:
        return Standing(COMPLETED, PAID)
    if session.status != "complete":
        return Standing(EXPIRED if session.status == EXPIRED else OPEN)
    if intent is None or intent.status in ON_ITS_WAY:
        return Standing(COMPLETED, PROCESSING)
    return Standing(FAILED, NOT_PAID)


def is_stuck(state: str, created_at: datetime, at: datetime) -> bool:
    """Say whether a page is still being prepared so long after it was asked for that nobody should wait."""
    return state == PREPARING and at - created_at > MADE_WITHIN


def refund_state(status: str) -> str:
    """What we call a refund's status: pending, succeeded, failed, canceled."""
    return status if status in {SUCCEEDED, FAILED, CANCELED} else PENDING


def dispute_state(status: str) -> str:
    """What we call a dispute's status: open, won, lost. An inquiry that was closed, and a dispute that was
    kept from becoming one, took no money: they are won.
    """
    if status in {"won", "warning_closed", "prevented"}:
        return WON
    return LOST if status == "lost" else DISPUTE_OPEN
