"""What Stripe pays out: seen, explained by its transactions, found in the bank."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.online_payments.events import PayoutEvent
from tenant_apps.online_payments.models import Payout, PayoutStatus, PayoutTransaction
from tenant_apps.online_payments.queries import payments_by_intent
from tenant_apps.online_payments.rules import PayoutFacts, TransactionFacts

PAYMENTS, REFUNDS = frozenset({"charge", "payment"}), frozenset({"refund", "payment_refund"})


class PayoutArrived(Refused):
    """The payout was found in the bank before."""

    code = "payout_arrived"
    message = _("This payout was found in the bank already.")
    conflict = True


class PayoutNotArrived(Refused):
    code = "payout_not_arrived"
    message = _("This payout was not found in the bank.")
    conflict = True


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="Stripe says the same more than once")
def note_payout(*, payout: PayoutFacts, connection_id: UUID, by: Actor, at: datetime) -> bool:
    """Write down what Stripe says of a payout, and have a job ask what it consists of; says whether it was
    news.
    """
    fresh = _fresh(payout, connection_id, at)
    Payout.objects.bulk_create([fresh], ignore_conflicts=True)
    row = Payout.objects.select_for_update().get(payout_id=payout.id)
    is_new = row.pk == fresh.pk
    if not is_new and payout.as_of <= row.asked_at:
        return False
    before, row.status = row.status, PayoutStatus(payout.status)
    row.arrival_on, row.asked_at, row.updated_at = payout.arrival_on, payout.as_of, at
    row.save(update_fields=["status", "arrival_on", "asked_at", "updated_at"])
    if row.is_automatic and row.read_at is None:
        moment = payout.as_of.isoformat()
        enqueue("read_payout", by=by, key=f"read_payout:{row.pk}:{moment}", payout_id=str(row.pk))
    if is_new:
        new = {"amount": row.amount, "arrival_on": row.arrival_on}
        record(event=PayoutEvent.SEEN, subject=row, by=by, at=at, new=new)
    return is_new or before != row.status


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="read again, it tells nothing new")
def explain_payout(
    *, payout_id: UUID, transactions: Iterable[TransactionFacts], by: Actor, at: datetime
) -> Payout:
    """Keep what a payout consists of: payments, refunds, fees, the rest."""
    payout = Payout.objects.select_for_update().get(pk=payout_id)
    if payout.read_at is not None:
        return payout
    found = list(transactions)
    if not found:
        return payout
    ours = payments_by_intent({one.intent_id for one in found if one.intent_id})
    PayoutTransaction.objects.bulk_create(
        [_row(payout, one, ours.get(one.intent_id)) for one in found], batch_size=1000, ignore_conflicts=True
    )
    payout.payments_total = _sum(one.amount for one in found if one.kind in PAYMENTS)
    payout.refunds_total = _sum(one.amount for one in found if one.kind in REFUNDS)
    payout.fees_total = _sum(one.fee for one in found)
    others = (one.amount for one in found if one.kind not in PAYMENTS | REFUNDS)
    payout.other_total, payout.transaction_count = _sum(others), len(found)
    payout.read_at = payout.updated_at = at
    payout.save()
    new = {"payments": payout.payments_total, "fees": payout.fees_total, "count": len(found)}
    record(event=PayoutEvent.EXPLAINED, subject=payout, by=by, at=at, new=new)
    return payout


@operation(permission=Permission.PAYMENTS_MATCH)
def note_payout_arrived(*, payout_id: UUID, arrived_on: date, by: Actor, at: datetime) -> Payout:
    """A line of the bank was found to be this payout: no other line can be. Who knows the line keeps its id.

    The second time: `PayoutArrived`.
    """
    payout = Payout.objects.select_for_update().get(pk=payout_id)
    if payout.arrived_on is not None:
        raise PayoutArrived()
    payout.arrived_on, payout.updated_at = arrived_on, at
    payout.save(update_fields=["arrived_on", "updated_at"])
    record(event=PayoutEvent.ARRIVED, subject=payout, by=by, at=at, new={"arrived_on": arrived_on})
    return payout


@operation(permission=Permission.PAYMENTS_MATCH)
def undo_payout_arrived(*, payout_id: UUID, by: Actor, at: datetime) -> Payout:
    """The line of the bank was something else. Raises `PayoutNotArrived`."""
    payout = Payout.objects.select_for_update().get(pk=payout_id)
    if payout.arrived_on is None:
        raise PayoutNotArrived()
    old, payout.arrived_on, payout.updated_at = payout.arrived_on, None, at
    payout.save(update_fields=["arrived_on", "updated_at"])
    record(event=PayoutEvent.ARRIVAL_UNDONE, subject=payout, by=by, at=at, old={"arrived_on": old})
    return payout


def _fresh(payout: PayoutFacts, connection_id: UUID, at: datetime) -> Payout:
    return Payout(
        connection_id=connection_id,
        payout_id=payout.id,
        amount=payout.amount,
        currency=payout.currency,
        status=payout.status,
        arrival_on=payout.arrival_on,
        is_automatic=payout.is_automatic,
        is_live=payout.is_live,
        asked_at=payout.as_of,
        created_at=at,
        updated_at=at,
    )


def _row(payout: Payout, facts: TransactionFacts, card_payment_id: UUID | None) -> PayoutTransaction:
    return PayoutTransaction(
        payout=payout,
        transaction_id=facts.id,
        kind=facts.kind,
        card_payment_id=card_payment_id,
        amount=facts.amount,
        fee=facts.fee,
        net=facts.net,
        currency=facts.currency,
        happened_at=facts.created_at,
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
