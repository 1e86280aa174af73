"""What a credit note does to the money of its invoice.

Locks: payments first, then invoices, as everywhere in the ledger.
"""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from shared_apps.core.actors import Actor
from tenant_apps.activity.operations import record
from tenant_apps.invoices.events import InvoiceEvent, PaymentEvent
from tenant_apps.invoices.models import Invoice, WriteOff
from tenant_apps.invoices.operations.deals import tell_money_moved
from tenant_apps.invoices.operations.ledger import (
    free,
    note_paid,
    note_reopened,
    opposite_write_off,
    person,
    written_off_day,
)
from tenant_apps.invoices.queries import amended_by, live_allocations, live_write_offs


def make_room_for_credit(*, note: Invoice, by: Actor, at: datetime) -> None:
    """Free the money on the invoice that its credit note leaves without a debt, the newest first; before it
    what was written off, which then is not needed.

    What is taken back is taken whole, and what the invoice still needs of it is given again.
    """
    invoice = amended_by(note)
    settled = invoice.paid_total + invoice.credited_total + invoice.written_off_total
    excess = settled + note.total - invoice.total
    excess -= _withdraw_write_offs(invoice, excess, note, by, at)
    for allocation in live_allocations().filter(invoice=invoice).select_related("payment").order_by("-id"):
        if excess <= 0:
            break
        freed = min(excess, allocation.amount)
        free(
            allocation,
            freed,
            event=PaymentEvent.FREED,
            reason=gettext("Credit note"),
            parent=note,
            by=by,
            at=at,
        )
        excess -= freed


def told_as_credited(*, note: Invoice, by: Actor, at: datetime) -> None:
    """Record on the invoice that a note has taken from it; tell it paid when nothing is left to pay."""
    invoice = amended_by(note)
    told = {"note": note.number, "amount": note.total}
    parent = invoice.company or invoice.contact
    record(event=InvoiceEvent.CREDITED, subject=invoice, parent=parent, by=by, at=at, new=told)
    if (invoice.paid_total or invoice.written_off_total) and not invoice.paid_at:
        note_paid([invoice], by, at)
    else:
        tell_money_moved([invoice], by, at)


def told_as_owed_again(*, note: Invoice, by: Actor, at: datetime) -> None:
    """Tell that an annulled note gives back what it took; an invoice that was paid is open again."""
    invoice = amended_by(note)
    if invoice.paid_at and invoice.outstanding:
        note_reopened([invoice], by, at)
    else:
        tell_money_moved([invoice], by, at)


def _withdraw_write_offs(invoice: Invoice, most: Decimal, note: Invoice, by: Actor, at: datetime) -> Decimal:
    """Take up to `most` of what was written off back, the newest first, and say how much that was."""
    left = most
    for write_off in live_write_offs().filter(invoice=invoice).order_by("-id"):
        if left <= 0:
            break
        taken = min(left, write_off.amount)
        opposite_write_off(write_off, gettext("Credit note"), by, at).save(force_insert=True)
        if taken < write_off.amount:
            WriteOff.objects.create(
                invoice=invoice,
                amount=write_off.amount - taken,
                kind=write_off.kind,
                reason=write_off.reason,
                written_off_on=written_off_day(at),
                at=at,
                **person(by),
            )
        record(
            event=InvoiceEvent.WRITE_OFF_UNDONE,
            subject=invoice,
            parent=note,
            by=by,
            at=at,
            old={"amount": write_off.amount},
            new={"amount": write_off.amount - taken},
        )
        left -= taken
    return max(most, Decimal("0.00")) - max(left, Decimal("0.00"))
