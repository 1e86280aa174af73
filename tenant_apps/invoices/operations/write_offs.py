"""A small rest of an invoice that is not waited for: a fee that a bank kept, a difference of cents."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.formats import format_money
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice, WriteOff, WriteOffKind
from tenant_apps.invoices.operations.allocations import (
    AlreadyPaid,
    AmountNotPositive,
    MoreThanOutstanding,
    is_cents,
)
from tenant_apps.invoices.operations.issuing import NotIssued, ReasonMissing
from tenant_apps.invoices.operations.ledger import (
    note_paid,
    note_reopened,
    opposite_write_off,
    person,
    written_off_day,
)
from tenant_apps.invoices.queries import live_write_offs, lock_invoice
from tenant_apps.workspace.queries import profile


class KindUnknown(Refused):
    code = "kind_unknown"
    message = _("Choose why the rest is written off.")
    field = "kind"


class MoreThanTolerated(Refused):
    """More than the organization forgives of one invoice; the message says how much."""

    code = "more_than_tolerated"
    field = "amount"

    def __init__(self, limit: str) -> None:
        told = gettext(
            "At most %(limit)s of an invoice may be written off. Issue a credit note, or raise the limit."
        )
        super().__init__(message=told % {"limit": limit})


class NotWrittenOff(Refused):
    code = "not_written_off"
    message = _("Nothing of this invoice is written off.")
    conflict = True


@operation(permission=Permission.INVOICES_WRITE_OFF)
def write_off(
    *, invoice_id: UUID, amount: Decimal, kind: str, reason: str, by: Actor, at: datetime
) -> WriteOff:
    """Stop waiting for a rest of an issued invoice; with nothing left to pay, it is told paid.

    The document stays as it is: what lowers the tax base is a credit note. Raises `ReasonMissing`,
    `KindUnknown`, `AmountNotPositive`, `NotIssued`, `AlreadyPaid`, `MoreThanOutstanding`,
    `MoreThanTolerated`.
    """
    if not reason.strip():
        raise ReasonMissing()
    if kind not in WriteOffKind.values:
        raise KindUnknown()
    invoice = lock_invoice(invoice_id, by)
    _check(invoice, amount)
    written_off = WriteOff.objects.create(
        invoice=invoice,
        amount=amount,
        kind=kind,
        reason=reason.strip()[:500],
        written_off_on=written_off_day(at),
        at=at,
        **person(by),
    )
    invoice.written_off_total += amount
    record(
        event=InvoiceEvent.WRITTEN_OFF,
        subject=invoice,
        by=by,
        at=at,
        parent=invoice.company or invoice.contact,
        new={"amount": amount, "kind": kind, "reason": written_off.reason},
    )
    note_paid([invoice], by, at)
    return written_off


@operation(permission=Permission.INVOICES_WRITE_OFF)
def undo_write_off(
    *, invoice_id: UUID, reason: str, by: Actor, at: datetime, write_off_id: UUID | None = None
) -> Invoice:
    """Wait again for all that was written off of the invoice, or for one such rest, by opposite rows.

    Raises `ReasonMissing`, `NotWrittenOff`.
    """
    if not reason.strip():
        raise ReasonMissing()
    invoice = lock_invoice(invoice_id, by)
    rests = live_write_offs().filter(invoice=invoice)
    taken_back = list(rests.filter(pk=write_off_id) if write_off_id else rests)
    if not taken_back:
        raise NotWrittenOff()
    was_paid, reason = not invoice.outstanding, reason.strip()[:500]
    for one in taken_back:
        opposite_write_off(one, reason, by, at).save(force_insert=True)
    amount = sum((one.amount for one in taken_back), Decimal("0.00"))
    invoice.written_off_total -= amount
    record(
        event=InvoiceEvent.WRITE_OFF_UNDONE,
        subject=invoice,
        by=by,
        at=at,
        parent=invoice.company or invoice.contact,
        old={"amount": amount},
        new={"reason": reason},
    )
    if was_paid:
        note_reopened([invoice], by, at)
    return invoice


def _check(invoice: Invoice, amount: Decimal) -> None:
    if not is_cents(amount):
        raise AmountNotPositive()
    if not invoice.is_issued or invoice.kind not in rules.OWED_KINDS:
        raise NotIssued()
    if not invoice.outstanding:
        raise AlreadyPaid()
    if amount > invoice.outstanding:
        raise MoreThanOutstanding()
    limit = profile().write_off_limit
    if invoice.written_off_total + amount > limit:
        raise MoreThanTolerated(format_money(limit, invoice.currency))
