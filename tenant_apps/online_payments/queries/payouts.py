from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from tenant_apps.online_payments.models import Payout, PayoutStatus, PayoutTransaction

# How far the day in the bank may be from the day that Stripe expected.
NEAR = timedelta(days=7)
NEVER_COMES = (PayoutStatus.FAILED, PayoutStatus.CANCELED)


def payouts() -> QuerySet[Payout]:
    """What Stripe paid out."""
    return Payout.objects.select_related("connection")


def payout_by_id(payout_id: UUID) -> Payout:
    return payouts().get(pk=payout_id)


def payout_explaining(amount: Decimal, currency: str, around_on: date) -> Payout | None:
    """The payout of just this amount that was to arrive about that day and has not been found in the bank
    yet.

    None when there is none, and when two would fit: then a person decides.
    """
    fitting = Payout.objects.filter(
        amount=amount,
        currency=currency,
        is_live=True,
        arrived_on=None,
        arrival_on__range=(around_on - NEAR, around_on + NEAR),
    ).exclude(status__in=NEVER_COMES)
    found = list(fitting.order_by("arrival_on", "id")[:2])
    return found[0] if len(found) == 1 else None


def transactions_of(payout_id: UUID) -> QuerySet[PayoutTransaction]:
    """What a payout consists of, each line with the payment that it is about."""
    return payout_transactions().filter(payout_id=payout_id)


def payout_transactions() -> QuerySet[PayoutTransaction]:
    """What all payouts consist of."""
    return PayoutTransaction.objects.select_related("card_payment__payment__company")


def payouts_to_read(*, before: datetime) -> QuerySet[Payout, UUID]:
    """The ids of automatic payouts that have left, and of which it is not known what they consist of."""
    unread = Payout.objects.filter(Q(read_at=None), is_automatic=True, created_at__lt=before)
    return unread.exclude(status__in=NEVER_COMES).order_by("id").values_list("pk", flat=True)
