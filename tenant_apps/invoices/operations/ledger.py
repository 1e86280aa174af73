"""Rows of the ledger, and what follows for the invoice when money comes or goes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Model

from shared_apps.core.actors import Actor
from shared_apps.core.clock import day_in
from tenant_apps.activity.operations import Fact, Subject, record, record_all
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Allocation, Invoice, Payment, WriteOff
from tenant_apps.invoices.operations.deals import tell_money_moved
from tenant_apps.invoices.queries import LedgerInvoice, live_allocations
from tenants.context import current_organization


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


def opposite_write_off(write_off: WriteOff, reason: str, by: Actor, at: datetime) -> WriteOff:
    """The row, not yet saved, that takes a write-off back."""
    return WriteOff(
        invoice_id=write_off.invoice_id,
        amount=-write_off.amount,
        kind=write_off.kind,
        reason=reason,
        written_off_on=written_off_day(at),
        undoes=write_off,
        at=at,
        **person(by),
    )


def written_off_day(at: datetime) -> date:
    """The day on which a write-off counts: that of the organization."""
    return day_in(current_organization().time_zone, at)


def free(
    allocation: Allocation,
    amount: Decimal,
    *,
    event: StrEnum,
    reason: str,
    parent: Model,
    by: Actor,
    at: datetime,
) -> None:
    """Take `amount` of an allocation back: the whole of it, and what the invoice keeps is given again."""
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
        event=event,
        subject=allocation.payment,
        parent=parent,
        by=by,
        at=at,
        old={"amount": allocation.amount},
        new={"amount": kept},
    )


def lock_payments_of(invoice_id: UUID) -> None:
    """Lock the payments that the invoice has money of."""
    held = live_allocations().filter(invoice_id=invoice_id).values("payment_id")
    list(Payment.objects.select_for_update().filter(pk__in=held).order_by("id"))


def person(by: Actor) -> dict[str, Any]:
    """Who gave or took, as a row of the ledger keeps it."""
    return {"by_kind": by.kind, "by_id": by.id, "by_label": by.label[:250]}


def note_paid(invoices: Iterable[Invoice], by: Actor, at: datetime) -> None:
    """Tell those of the invoices paid that owe nothing any more since the last of it was written off or
    credited. Where money covers them, the ledger itself sets `paid_at`, and `tell_paid` is enough.
    """
    paid = [invoice for invoice in invoices if not invoice.outstanding]
    for invoice in paid:
        invoice.paid_at, invoice.updated_at = at, at
        invoice.save(update_fields=["paid_at", "updated_at"])
    tell_paid(paid, by, at)


def tell_paid(invoices: Iterable[Invoice | LedgerInvoice], by: Actor, at: datetime) -> None:
    """Tell those of the invoices paid that owe nothing any more, and let their deals follow."""
    paid = [invoice for invoice in invoices if not invoice.outstanding]
    facts = [
        Fact(
            InvoiceEvent.PAID,
            Subject(Invoice, invoice.pk, invoice.number or ""),
            at,
            invoice.company_id or invoice.contact_id,
            new={"paid": invoice.paid_total},
        )
        for invoice in paid
    ]
    record_all(facts, by=by)
    tell_money_moved(paid, by, at)


def note_reopened(invoices: Sequence[Invoice], by: Actor, at: datetime) -> None:
    """Tell that invoices which were paid owe something again."""
    for invoice in invoices:
        invoice.paid_at, invoice.updated_at = None, at
        invoice.save(update_fields=["paid_at", "updated_at"])
        record(
            event=InvoiceEvent.REOPENED,
            subject=invoice,
            by=by,
            at=at,
            parent=invoice.company or invoice.contact,
            new={"outstanding": invoice.outstanding},
        )
    tell_money_moved(invoices, by, at)
