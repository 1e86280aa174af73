"""Money that goes back through Stripe: asked for here, given back there, or taken by the client's bank."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from shared_apps.core.actors import Actor
from shared_apps.core.clock import day_in
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.invoices.models import Payment, Refund
from tenant_apps.invoices.operations import (
    AlreadyRefunded,
    NotRefunded,
    ReasonMissing,
    refund_payment,
    undo_refund,
)
from tenant_apps.invoices.operations.allocations import AmountNotPositive, PaymentVoided
from tenant_apps.invoices.queries import live_refunds, lock_payment
from tenant_apps.online_payments import rules
from tenant_apps.online_payments.events import CardPaymentEvent
from tenant_apps.online_payments.models import CardPayment, CardRefund, Dispute, DisputeState, RefundState
from tenant_apps.online_payments.operations.telling import tell_people
from tenant_apps.online_payments.queries import refundable
from tenants.context import current_organization

DISPUTED, DISPUTE_OVER, REFUND_FAILED = "card_dispute_opened", "card_dispute", "card_refund_failed"
OVER = (RefundState.FAILED, RefundState.CANCELED)
SAME_MORE_THAN_ONCE = "Stripe says the same more than once"


class NotOfStripe(Refused):
    code = "not_of_stripe"
    message = gettext_lazy("This payment did not come through Stripe.")
    conflict = True


class KeysGone(Refused):
    code = "keys_gone"
    message = gettext_lazy(
        "The keys of the Stripe account that has this money were deleted. Give it back there,"
        " and record the refund."
    )
    conflict = True


class MoreThanRefundable(Refused):
    code = "more_than_refundable"
    message = gettext_lazy("This is more than can still be given back.")
    field = "amount"


@operation(permission=Permission.PAYMENTS_REFUND)
def refund_card_payment(
    *, payment_id: UUID, amount: Decimal, reason: str, by: Actor, at: datetime
) -> CardRefund:
    """Have Stripe give back a part of a payment. A job asks it; its answer books the refund.

    Raises `ReasonMissing`, `NotOfStripe`, `KeysGone`, `PaymentVoided`, `AmountNotPositive`,
    `MoreThanRefundable`.
    """
    if not reason.strip():
        raise ReasonMissing()
    payment = lock_payment(payment_id, by)
    card = CardPayment.objects.select_related("connection").filter(payment=payment).first()
    if card is None:
        raise NotOfStripe()
    if not card.connection.is_held:
        raise KeysGone()
    if payment.voided_at:
        raise PaymentVoided()
    _check_amount(amount, card, payment)
    refund = CardRefund.objects.create(
        card_payment=card,
        amount=amount,
        reason=reason.strip()[:500],
        by_kind=by.kind,
        by_id=by.id,
        by_label=by.label[:250],
        created_at=at,
        updated_at=at,
    )
    key = f"send_card_refund:{refund.pk}"
    enqueue("send_card_refund", by=by, key=key, card_refund_id=str(refund.pk))
    new = {"amount": amount, "reason": refund.reason}
    record(event=CardPaymentEvent.REFUND_REQUESTED, subject=card, by=by, at=at, parent=payment, new=new)
    return refund


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="one that Stripe took is not refused any more"
)
def note_refund_refused(*, card_refund_id: UUID, error: str, by: Actor, at: datetime) -> None:
    """Stripe does not give the money back; `error` is its code."""
    payment_id = CardRefund.objects.values_list("card_payment__payment_id", flat=True).get(pk=card_refund_id)
    lock_payment(payment_id, by)
    refund = _locked_refunds().get(pk=card_refund_id)
    if refund.state != RefundState.REQUESTED or refund.stripe_id:
        return
    refund.state, refund.error, refund.updated_at = RefundState.FAILED, error[:60], at
    refund.save(update_fields=["state", "error", "updated_at"])
    _tell_refund_failed(refund.card_payment, refund, by, at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=SAME_MORE_THAN_ONCE)
def note_refund_sent(*, card_refund_id: UUID, stripe_id: str, by: Actor, at: datetime) -> None:
    """Stripe took the refund and called it `stripe_id`; what becomes of it is settled as ever."""
    sent = CardRefund.objects.filter(pk=card_refund_id, stripe_id=None)
    sent.update(stripe_id=stripe_id, state=RefundState.PENDING, updated_at=at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=SAME_MORE_THAN_ONCE)
def book_what_went_back(*, intent: rules.IntentFacts, by: Actor, at: datetime) -> bool:
    """Book refunds and lost disputes of a booked payment; says whether anything was news."""
    found = CardPayment.objects.select_related("checkout__invoice").filter(intent_id=intent.id).first()
    if found is None or not (intent.refunds or intent.disputes):
        return False
    found.payment = lock_payment(found.payment_id, by)
    news = [_note_refund(found, facts, intent.as_of, by, at) for facts in intent.refunds]
    news += [_note_dispute(found, facts, intent.as_of, by, at) for facts in intent.disputes]
    return any(news)


def _note_refund(
    card: CardPayment, facts: rules.RefundFacts, as_of: datetime, by: Actor, at: datetime
) -> bool:
    row = _row_of(card, facts, by, at)
    if row.asked_at is not None and as_of <= row.asked_at:
        return False
    before, state = row.state, RefundState(rules.refund_state(facts.status))
    row.state, row.stripe_id, row.asked_at, row.updated_at = state, facts.id, as_of, at
    row.error = facts.reason[:60] if state in OVER else ""
    if state == RefundState.SUCCEEDED and row.refund is None:
        by_hand = _booked_by_hand(card.payment, facts.amount) if facts.asked_as is None else None
        row.refund = by_hand or _give_back(
            card, facts.amount, facts.id, facts.created_at, _reason_of(row), by, at
        )
    elif state in OVER and row.refund is not None:
        _came_back(row.refund, by, at)
        row.refund = None
    row.save()
    if before == state:
        return False
    if state == RefundState.SUCCEEDED:
        new = {"amount": row.amount}
        record(event=CardPaymentEvent.REFUNDED, subject=card, by=by, at=at, parent=card.payment, new=new)
    elif state in OVER:
        _tell_refund_failed(card, row, by, at)
    return True


def _note_dispute(
    card: CardPayment, facts: rules.DisputeFacts, as_of: datetime, by: Actor, at: datetime
) -> bool:
    found = Dispute.objects.select_related("refund").select_for_update(of=("self",))
    row = found.filter(dispute_id=facts.id).first()
    is_new = row is None
    row = row or Dispute(card_payment=card, dispute_id=facts.id, created_at=facts.created_at, asked_at=as_of)
    if not is_new and as_of <= row.asked_at:
        return False
    before, state = row.state, DisputeState(rules.dispute_state(facts.status))
    row.state, row.amount, row.reason = state, facts.amount, facts.reason
    row.evidence_due_at, row.asked_at, row.updated_at = facts.evidence_due_at, as_of, at
    if state == DisputeState.LOST and row.refund is None:
        with override(current_organization().language):
            reason = _("Dispute lost")
        row.refund = _booked_by_hand(card.payment, facts.amount) or _give_back(
            card, facts.amount, facts.id, as_of, reason, by, at
        )
    elif state == DisputeState.WON and row.refund is not None:
        _came_back(row.refund, by, at)
        row.refund = None
    row.save()
    if not is_new and before == state:
        return False
    _tell_dispute(card, row, by, at, is_new=is_new)
    return True


def _booked_by_hand(payment: Payment, amount: Decimal) -> Refund | None:
    """The oldest refund of just this amount that a person booked and that is nothing else of Stripe's: what
    they saw there before we heard of it. What was asked for here is never it.
    """
    by_hand = live_refunds().filter(payment=payment, amount=amount, external_key=None)
    in_refund = Exists(CardRefund.objects.filter(refund=OuterRef("pk")))
    in_dispute = Exists(Dispute.objects.filter(refund=OuterRef("pk")))
    return by_hand.exclude(in_refund).exclude(in_dispute).order_by("id").first()


def _give_back(
    card: CardPayment,
    amount: Decimal,
    source_id: str,
    happened_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
) -> Refund | None:
    """Book in the ledger what went back, as far as anything is left there; None where nothing is."""
    payment = card.payment
    left = payment.amount - payment.refunded_total
    if payment.voided_at or not left:
        return None
    try:
        refund = refund_payment(
            payment_id=payment.pk,
            amount=min(amount, left),
            refunded_on=day_in(current_organization().time_zone, happened_at),
            reason=reason,
            external_key=_key_of(payment, source_id),
            frees_allocations=True,
            by=by,
            at=at,
        )
    except AlreadyRefunded as known:
        return Refund.objects.get(pk=known.refund_id)
    payment.refresh_from_db(fields=["allocated_total", "refunded_total"])
    return refund


def _key_of(payment: Payment, source_id: str) -> str:
    """The key of this movement in the ledger; of one that came back and goes once more, another one."""
    key = f"stripe:{source_id}"
    same = Q(external_key=key) | Q(external_key__startswith=f"{key}:")
    times = Refund.objects.filter(same, payment=payment, undone_by__isnull=False).count()
    return f"{key}:{times + 1}" if times else key


def _came_back(refund: Refund, by: Actor, at: datetime) -> None:
    """Money that was booked as given back is here again: it is the client's credit. No refund has it then."""
    with override(current_organization().language):
        reason = _("Stripe returned it")
    try:
        undo_refund(payment_id=refund.payment_id, refund_id=refund.pk, reason=reason, by=by, at=at)
    except NotRefunded:
        return  # a person was quicker


def _row_of(card: CardPayment, facts: rules.RefundFacts, by: Actor, at: datetime) -> CardRefund:
    """Our row of a refund: known by its id at Stripe, or the one that we asked for, or new."""
    of_payment = _locked_refunds().filter(card_payment=card)
    found = of_payment.filter(stripe_id=facts.id).first()
    if found is None and facts.asked_as:
        found = of_payment.filter(pk=facts.asked_as, stripe_id=None).first()
    return found or CardRefund(
        card_payment=card,
        amount=facts.amount,
        by_kind=by.kind,
        by_id=by.id,
        by_label=by.label[:250],
        created_at=at,
    )


def _locked_refunds() -> QuerySet[CardRefund]:
    return CardRefund.objects.select_related("refund", "card_payment__checkout__invoice").select_for_update(
        of=("self",)
    )


def _reason_of(row: CardRefund) -> str:
    if row.reason:
        return row.reason
    with override(current_organization().language):
        return _("Given back at Stripe")


def _check_amount(amount: Decimal, card: CardPayment, payment: Payment) -> None:
    if amount <= 0 or amount != round(amount, 2):
        raise AmountNotPositive()
    try:
        rules.to_minor(amount, card.currency)
    except rules.FewerPlaces:
        raise AmountNotPositive() from None
    if amount > min(refundable(card), payment.amount - payment.refunded_total):
        raise MoreThanRefundable()


def _tell_refund_failed(card: CardPayment, row: CardRefund, by: Actor, at: datetime) -> None:
    new = {"amount": row.amount, "error": row.error}
    record(event=CardPaymentEvent.REFUND_FAILED, subject=card, by=by, at=at, parent=card.payment, new=new)
    with override(current_organization().language):
        text = _("The refund of %(amount)s by Stripe failed.") % {"amount": str(row)}
    invoice = card.checkout.invoice if card.checkout else None
    url = card.get_absolute_url()
    tell_people(kind=REFUND_FAILED, because=row, url=url, invoice=invoice, text=text, by=by, at=at)


def _tell_dispute(card: CardPayment, row: Dispute, by: Actor, at: datetime, *, is_new: bool) -> None:
    """Tell of a dispute that it was opened, and how it ended; one that we hear of only at its end, both."""
    invoice = card.checkout.invoice if card.checkout else None
    told, url = {"amount": row.amount, "reason": row.reason}, card.get_absolute_url()
    if is_new:
        record(event=CardPaymentEvent.DISPUTED, subject=card, by=by, at=at, parent=card.payment, new=told)
        with override(current_organization().language):
            text = _("The client's bank disputes the card payment of %(amount)s. Answer at Stripe in time.")
            words = text % {"amount": str(row)}
        tell_people(kind=DISPUTED, because=row, url=url, invoice=invoice, text=words, by=by, at=at)
    if row.state == DisputeState.OPEN:
        return
    is_lost = row.state == DisputeState.LOST
    event = CardPaymentEvent.DISPUTE_LOST if is_lost else CardPaymentEvent.DISPUTE_WON
    record(event=event, subject=card, by=by, at=at, parent=card.payment, new=told)
    with override(current_organization().language):
        text = (
            _("The dispute of %(amount)s was lost.") if is_lost else _("The dispute of %(amount)s was won.")
        )
        words = text % {"amount": str(row)}
    kind = f"{DISPUTE_OVER}_{row.state}"
    tell_people(kind=kind, because=row, url=url, invoice=invoice, text=words, by=by, at=at)
