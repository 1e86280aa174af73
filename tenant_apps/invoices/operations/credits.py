"""What a credit note does to the money of its invoice.

Locks: payments first, then invoices, as everywhere in the ledger.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext

from shared_apps.core.actors import Actor
from tenant_apps.activity.operations import record
from tenant_apps.invoices.events import InvoiceEvent, PaymentEvent
from tenant_apps.invoices.models import Allocation, Invoice, Payment
from tenant_apps.invoices.operations.deals import tell_money_moved
from tenant_apps.invoices.operations.ledger import note_paid, note_reopened, opposite, person
from tenant_apps.invoices.queries import amended_by, live_allocations


def lock_payments_of(invoice_id: UUID) -> None:
    """Lock the payments that the invoice has money of."""
    held = live_allocations().filter(invoice_id=invoice_id).values("payment_id")
    list(Payment.objects.select_for_update().filter(pk__in=held).order_by("id"))


def make_room_for_credit(*, note: Invoice, by: Actor, at: datetime) -> None:
    """Free the money on the invoice that its credit note leaves without a debt, the newest first.

    An allocation is taken back whole, and what the invoice still needs of it is given again.
    """
    invoice = amended_by(note)
    excess = invoice.paid_total + invoice.credited_total + note.total - invoice.total
    for allocation in live_allocations().filter(invoice=invoice).select_related("payment").order_by("-id"):
        if excess <= 0:
            break
        freed = min(excess, allocation.amount)
        _free(allocation, freed, note, by, at)
        excess -= freed


def told_as_credited(*, note: Invoice, by: Actor, at: datetime) -> None:
    """Record on the invoice that a note has taken from it; tell it paid when nothing is left to pay."""
    invoice = amended_by(note)
    told = {"note": note.number, "amount": note.total}
    parent = invoice.company or invoice.contact
    record(event=InvoiceEvent.CREDITED, subject=invoice, parent=parent, by=by, at=at, new=told)
    if invoice.paid_total and not invoice.paid_at:
        note_paid([invoice], by, at)
    else:
        tell_money_moved([invoice], by, at)


def told_as_owed_again(*, note: Invoice, by: Actor, at: datetime) -> None:
    """Record on the invoice that an annulled note gives back what it took."""
    invoice = amended_by(note)
    if invoice.outstanding:
        note_reopened(invoice, by, at)


def _free(allocation: Allocation, amount: Decimal, note: Invoice, by: Actor, at: datetime) -> None:
    reason = gettext("Credit note")
    opposite(allocation, reason, by, at).save(force_insert=True)
    kept = allocation.amount - amount
    if kept:
        Allocation.objects.create(
            payment=allocation.payment,
            invoice_id=allocation.invoice_id,
            amount=kept,
            evidence=allocation.evidence,
            at=at,
            **person(by),
        )
    record(
        event=PaymentEvent.FREED,
        subject=allocation.payment,
        parent=note,
        by=by,
        at=at,
        old={"amount": allocation.amount},
        new={"amount": kept},
    )
