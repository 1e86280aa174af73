"""The ledger: money given to invoices and taken back.

Locks: payments first, then invoices, then the deals that these bill, each by ascending id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import PaymentEvent
from tenant_apps.invoices.models import Allocation, Invoice, Payment
from tenant_apps.invoices.operations.issuing import NotIssued, ReasonMissing
from tenant_apps.invoices.operations.ledger import note_paid, note_reopened, opposite, person
from tenant_apps.invoices.queries import (
    live_allocations,
    lock_invoice,
    lock_invoices,
    lock_payment,
    lock_payments,
)

LARGEST_AMOUNT = Decimal("999999999999.99")
BY_HAND = ({"signal": "by_hand", "value": ""},)


class AlreadyPaid(Refused):
    code = "already_paid"
    message = _("This invoice is already paid.")
    conflict = True


class CurrencyDiffers(Refused):
    code = "currency_differs"
    message = _("The payment and the invoice are in different currencies.")
    field = "invoice_id"


class MoreThanOutstanding(Refused):
    code = "more_than_outstanding"
    message = _("This is more than the invoice still owes.")
    field = "amount"


class MoreThanUnallocated(Refused):
    code = "more_than_unallocated"
    message = _("This is more than what is left of the payment.")
    field = "amount"


class AmountNotPositive(Refused):
    code = "not_positive"
    message = _("Enter an amount above 0 with at most two decimals.")
    field = "amount"


class PaymentVoided(Refused):
    code = "payment_voided"
    message = _("This payment is void.")
    conflict = True


class NotAllocated(Refused):
    code = "not_allocated"
    message = _("This payment is not linked to this invoice.")
    conflict = True


@dataclass(frozen=True)
class AllocationInput:
    """Give `amount` of a payment to an invoice. `evidence` is `{"signal", "value"}` rows that say why."""

    payment_id: UUID
    invoice_id: UUID
    amount: Decimal
    evidence: Sequence[Mapping[str, str]] = BY_HAND


@operation(permission=Permission.PAYMENTS_MATCH)
def allocate_payment(
    *, payment_id: UUID, invoice_id: UUID, amount: Decimal, by: Actor, at: datetime
) -> Allocation:
    """Give `amount` of a payment to an issued invoice, on a person's word.

    Raises `AmountNotPositive`, `PaymentVoided`, `NotIssued`, `CurrencyDiffers`, `MoreThanUnallocated`,
    `AlreadyPaid`, `MoreThanOutstanding`.
    """
    return allocate_payments(wanted=[AllocationInput(payment_id, invoice_id, amount)], by=by, at=at)[0]


@operation(permission=Permission.PAYMENTS_MATCH)
def allocate_payments(*, wanted: Sequence[AllocationInput], by: Actor, at: datetime) -> list[Allocation]:
    """Give money to invoices, all or none, each with its evidence. Refuses as `allocate_payment` does.

    Reads a constant number of times, however many there are. The invoices that owe nothing afterwards are
    told paid.
    """
    payments = lock_payments({one.payment_id for one in wanted}, by)
    invoices = lock_invoices({one.invoice_id for one in wanted}, by)
    rows = [_allocation(one, payments[one.payment_id], invoices[one.invoice_id], by, at) for one in wanted]
    Allocation.objects.bulk_create(rows)
    for row in rows:
        record(
            event=PaymentEvent.ALLOCATED,
            subject=row.payment,
            by=by,
            at=at,
            parent=row.invoice,
            new={"invoice": row.invoice.number, "amount": row.amount, "evidence": row.evidence},
        )
    note_paid(invoices.values(), by, at)
    return rows


@operation(permission=Permission.PAYMENTS_MATCH)
def deallocate_payment(
    *, payment_id: UUID, invoice_id: UUID, reason: str, by: Actor, at: datetime
) -> Payment:
    """Take back all that this payment gave to the invoice, by opposite rows.

    Raises `NotAllocated`, `ReasonMissing`.
    """
    if not reason.strip():
        raise ReasonMissing()
    payment, invoice = lock_payment(payment_id, by), lock_invoice(invoice_id, by)
    taken_back = list(live_allocations().filter(payment=payment, invoice=invoice))
    if not taken_back:
        raise NotAllocated()
    was_paid = not invoice.outstanding
    amount = sum((one.amount for one in taken_back), Decimal("0.00"))
    Allocation.objects.bulk_create([opposite(one, reason.strip()[:500], by, at) for one in taken_back])
    payment.allocated_total -= amount
    invoice.paid_total -= amount
    record(
        event=PaymentEvent.DEALLOCATED,
        subject=payment,
        by=by,
        at=at,
        parent=invoice,
        old={"invoice": invoice.number, "amount": amount},
        new={"reason": reason.strip()[:500]},
    )
    if was_paid:
        note_reopened([invoice], by, at)
    return payment


@operation(
    permission=Permission.PAYMENTS_MATCH, event=None, why="a reason that was known before is not told again"
)
def leave_payments_unmatched(*, reasons: Mapping[UUID, str], by: Actor, at: datetime) -> int:
    """Note why payments found no invoice (payment id → code of `reconciliation.rules`).

    Say how many reasons are new.
    """
    payments = lock_payments(set(reasons), by).values()
    changed = [one for one in payments if one.unallocated and one.unmatched_reason != reasons[one.pk]]
    for payment in changed:
        old, payment.unmatched_reason, payment.updated_at = payment.unmatched_reason, reasons[payment.pk], at
        record(
            event=PaymentEvent.LEFT_UNMATCHED,
            subject=payment,
            by=by,
            at=at,
            parent=payment.client,
            old={"reason": old},
            new={"reason": payment.unmatched_reason},
        )
    Payment.objects.bulk_update(changed, ["unmatched_reason", "updated_at"])
    return len(changed)


def is_cents(amount: Decimal) -> bool:
    """Say whether the amount is above 0, has at most two decimals and fits its column."""
    return 0 < amount <= LARGEST_AMOUNT and amount == round(amount, 2)


def _allocation(
    wanted: AllocationInput, payment: Payment, invoice: Invoice, by: Actor, at: datetime
) -> Allocation:
    """The row of one allocation, not yet saved.

    The totals of payment and invoice follow as the trigger will write them.
    """
    _check(payment, invoice, wanted.amount)
    payment.allocated_total += wanted.amount
    payment.unmatched_reason = ""
    invoice.paid_total += wanted.amount
    return Allocation(
        payment=payment,
        invoice=invoice,
        amount=wanted.amount,
        evidence=[dict(row) for row in wanted.evidence],
        at=at,
        **person(by),
    )


def _check(payment: Payment, invoice: Invoice, amount: Decimal) -> None:
    if not is_cents(amount):
        raise AmountNotPositive()
    if payment.voided_at:
        raise PaymentVoided()
    if not invoice.is_issued or invoice.kind not in rules.OWED_KINDS:
        raise NotIssued()
    if payment.currency != invoice.currency:
        raise CurrencyDiffers()
    if amount > payment.unallocated:
        raise MoreThanUnallocated()
    if not invoice.outstanding:
        raise AlreadyPaid()
    if amount > invoice.outstanding:
        raise MoreThanOutstanding()
