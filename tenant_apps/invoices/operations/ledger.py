"""Rows of the ledger, and what follows for the invoice when money comes or goes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared_apps.core.actors import Actor
from tenant_apps.activity.operations import record
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Allocation, Invoice
from tenant_apps.invoices.operations.deals import tell_money_moved


def opposite(allocation: Allocation, reason: str, by: Actor, at: datetime) -> Allocation:
    """The row, not yet saved, that takes an allocation back."""
    return Allocation(
        payment_id=allocation.payment_id,
        invoice_id=allocation.invoice_id,
        amount=-allocation.amount,
        undoes=allocation,
        reason=reason,
        at=at,
        **person(by),
    )


def person(by: Actor) -> dict[str, Any]:
    """Who gave or took, as a row of the ledger keeps it."""
    return {"by_kind": by.kind, "by_id": by.id, "by_label": by.label[:250]}


def note_paid(invoices: Iterable[Invoice], by: Actor, at: datetime) -> None:
    """Tell those of the invoices paid that owe nothing any more."""
    paid = [invoice for invoice in invoices if not invoice.outstanding]
    for invoice in paid:
        _set_paid_at(invoice, at, at)
        parent = invoice.company or invoice.contact
        record(
            event=InvoiceEvent.PAID,
            subject=invoice,
            by=by,
            at=at,
            parent=parent,
            new={"paid": invoice.paid_total},
        )
    tell_money_moved(paid, by, at)


def note_reopened(invoice: Invoice, by: Actor, at: datetime) -> None:
    """Tell that an invoice which was paid owes something again."""
    _set_paid_at(invoice, None, at)
    record(
        event=InvoiceEvent.REOPENED,
        subject=invoice,
        by=by,
        at=at,
        parent=invoice.company or invoice.contact,
        new={"outstanding": invoice.outstanding},
    )
    tell_money_moved([invoice], by, at)


def _set_paid_at(invoice: Invoice, paid_at: datetime | None, at: datetime) -> None:
    invoice.paid_at, invoice.updated_at = paid_at, at
    invoice.save(update_fields=["paid_at", "updated_at"])
