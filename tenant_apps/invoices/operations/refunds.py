"""Money that went back to the payer.

Locks: the payment first, then the invoices that it is taken from, by ascending id.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.clock import day_in
from shared_apps.core.constraints import violates
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.invoices.events import PaymentEvent
from tenant_apps.invoices.models import Invoice, Payment, Refund
from tenant_apps.invoices.operations.allocations import (
    AmountNotPositive,
    MoreThanUnallocated,
    PaymentVoided,
    is_cents,
)
from tenant_apps.invoices.operations.issuing import ReasonMissing
from tenant_apps.invoices.operations.ledger import free, note_reopened, person
from tenant_apps.invoices.queries import live_allocations, live_refunds, lock_payment
from tenants.context import current_organization


class AlreadyRefunded(Refused):
    """The movement of money with this `external_key` was recorded before, as the refund `refund_id`."""

    code = "already_refunded"
    message = _("This refund was recorded before.")
    conflict = True

    def __init__(self, refund_id: UUID) -> None:
        self.refund_id = refund_id
        super().__init__()


class MoreThanReceived(Refused):
    code = "more_than_received"
    message = _("This is more than what came and was not given back yet.")
    field = "amount"


class NotRefunded(Refused):
    code = "not_refunded"
    message = _("This refund was taken back already.")
    conflict = True


@operation(permission=Permission.PAYMENTS_REFUND)
def refund_payment(
    *,
    payment_id: UUID,
    amount: Decimal,
    refunded_on: date,
    reason: str,
    by: Actor,
    at: datetime,
    external_key: str | None = None,
    frees_allocations: bool = False,
) -> Refund:
    """Record that money of a payment went back to the payer.

    Only what no invoice has may go back, unless `frees_allocations`: then what else is needed is taken from
    the invoices, the newest first, and they owe it again. The second time with the same `external_key`:
    `AlreadyRefunded`. Raises `ReasonMissing`, `AmountNotPositive`, `PaymentVoided`, `MoreThanUnallocated`,
    `MoreThanReceived`.
    """
    if not reason.strip():
        raise ReasonMissing()
    payment = lock_payment(payment_id, by)
    if external_key and (before := Refund.objects.filter(external_key=external_key).first()):
        raise AlreadyRefunded(before.pk)
    _check(payment, amount, frees_allocations=frees_allocations)
    reason = reason.strip()[:500]
    _free_allocations(payment, amount - payment.unallocated, reason, by, at)
    refund = Refund(
        payment=payment,
        amount=amount,
        refunded_on=refunded_on,
        reason=reason,
        external_key=external_key or None,
        at=at,
        **person(by),
    )
    _insert(refund)
    payment.refunded_total += amount
    record(
        event=PaymentEvent.REFUNDED,
        subject=payment,
        by=by,
        at=at,
        parent=payment.client,
        new={"amount": amount, "reason": reason},
    )
    return refund


@operation(permission=Permission.PAYMENTS_REFUND)
def undo_refund(*, payment_id: UUID, refund_id: UUID, reason: str, by: Actor, at: datetime) -> Refund:
    """Take a refund back by its opposite: recorded by mistake, or the money came again.

    The money is free; no invoice gets it by itself. Raises `ReasonMissing`, `NotRefunded`.
    """
    if not reason.strip():
        raise ReasonMissing()
    payment = lock_payment(payment_id, by)
    refund = Refund.objects.get(pk=refund_id, payment=payment, undoes=None)
    if not live_refunds().filter(pk=refund.pk).exists():
        raise NotRefunded()
    opposite = Refund.objects.create(
        payment=payment,
        amount=-refund.amount,
        refunded_on=day_in(current_organization().time_zone, at),
        reason=reason.strip()[:500],
        undoes=refund,
        at=at,
        **person(by),
    )
    record(
        event=PaymentEvent.REFUND_UNDONE,
        subject=payment,
        by=by,
        at=at,
        parent=payment.client,
        old={"amount": refund.amount},
        new={"reason": opposite.reason},
    )
    return opposite


def _check(payment: Payment, amount: Decimal, *, frees_allocations: bool) -> None:
    if not is_cents(amount):
        raise AmountNotPositive()
    if payment.voided_at:
        raise PaymentVoided()
    if amount > payment.amount - payment.refunded_total:
        raise MoreThanReceived()
    if amount > payment.unallocated and not frees_allocations:
        raise MoreThanUnallocated()


def _free_allocations(payment: Payment, needed: Decimal, reason: str, by: Actor, at: datetime) -> None:
    """Take `needed` from the invoices that have money of the payment, the newest first."""
    if needed <= 0:
        return
    held = list(live_allocations().filter(payment=payment).order_by("-id"))
    invoices = _locked({one.invoice_id for one in held})
    were_paid = {pk for pk, invoice in invoices.items() if not invoice.outstanding}
    touched: set[UUID] = set()
    for allocation in held:
        if needed <= 0:
            break
        freed, invoice = min(needed, allocation.amount), invoices[allocation.invoice_id]
        allocation.payment = payment
        free(allocation, freed, event=PaymentEvent.RETURNED, reason=reason, parent=invoice, by=by, at=at)
        payment.allocated_total -= freed
        invoice.paid_total -= freed
        needed -= freed
        touched.add(invoice.pk)
    note_reopened([invoices[pk] for pk in sorted(touched & were_paid)], by, at)


def _locked(invoice_ids: set[UUID]) -> dict[UUID, Invoice]:
    """The invoices under row locks, also those that the one who gives back does not see."""
    locked = Invoice.objects.select_related("company", "contact").select_for_update(of=("self",))
    return {one.pk: one for one in locked.filter(pk__in=invoice_ids).order_by("id")}


def _insert(refund: Refund) -> None:
    try:
        with transaction.atomic():
            refund.save(force_insert=True)
    except IntegrityError as error:
        if not violates(error, "invoices_refund_seen_once"):
            raise
        before = Refund.objects.get(external_key=refund.external_key)
        raise AlreadyRefunded(before.pk) from error
