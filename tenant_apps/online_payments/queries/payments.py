from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum

from shared_apps.core.actors import Actor
from tenant_apps.invoices.queries import visible_payments
from tenant_apps.online_payments.models import CardPayment, CardRefund, Dispute, DisputeState, RefundState
from tenant_apps.online_payments.models.payments import TAKEN


def card_payment_of(payment_id: UUID) -> CardPayment | None:
    """What Stripe knows of a payment, with refunds and disputes; None for one that did not come through it.

    Load the payment by its own query first.
    """
    found = CardPayment.objects.select_related("connection").prefetch_related("refunds", "disputes")
    return found.filter(payment_id=payment_id).first()


def visible_card_payment(payment_id: UUID, actor: Actor) -> CardPayment:
    """What Stripe knows of a payment; `DoesNotExist` when the actor may not see it, or it is none of
    Stripe's.
    """
    seen = visible_payments(actor).values("pk")
    found = CardPayment.objects.select_related("payment", "connection").prefetch_related(
        "refunds", "disputes"
    )
    return found.get(payment_id=payment_id, payment_id__in=seen)


def payments_by_intent(intent_ids: Collection[str]) -> dict[str, UUID]:
    """Stripe's id of a payment → our id of what we know of it."""
    found = CardPayment.objects.filter(intent_id__in=intent_ids)
    return dict(found.values_list("intent_id", "pk"))


def refundable(card_payment: CardPayment) -> Decimal:
    """What of the payment may still be given back: neither gone, nor on its way, nor disputed."""
    taken = card_payment.refunds.filter(state__in=TAKEN).aggregate(sum=Sum("amount"))["sum"] or Decimal()
    held = (
        card_payment.disputes.exclude(state=DisputeState.WON).aggregate(sum=Sum("amount"))["sum"] or Decimal()
    )
    return max(card_payment.amount - taken - held, Decimal("0.00"))


def card_refund_of(refund_id: UUID) -> CardRefund:
    return CardRefund.objects.select_related("card_payment__connection").get(pk=refund_id)


def unanswered_refunds(*, before: datetime) -> QuerySet[CardRefund]:
    """Refunds that were asked for before an instant and are not over."""
    waiting = (RefundState.REQUESTED, RefundState.PENDING)
    found = CardRefund.objects.filter(state__in=waiting, created_at__lt=before)
    return found.select_related("card_payment").order_by("id")


def open_dispute_count() -> int:
    return Dispute.objects.filter(state=DisputeState.OPEN).count()
