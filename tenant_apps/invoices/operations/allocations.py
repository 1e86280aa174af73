"""The ledger: money given to invoices and taken back.

Locks: payments first, then invoices, then the deals that these bill, each by ascending id.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.arrays import is_one_of
from shared_apps.core.bulk import insert_rows, update_rows
from shared_apps.core.errors import Refused
from shared_apps.core.formats import format_money
from shared_apps.core.ids import new_id
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import searchable
from tenant_apps.activity.operations import Fact, Subject, record, record_all
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices import rules
from tenant_apps.invoices.events import PaymentEvent
from tenant_apps.invoices.models import Allocation, Payment
from tenant_apps.invoices.operations.issuing import NotIssued, ReasonMissing
from tenant_apps.invoices.operations.ledger import note_reopened, opposite, tell_paid
from tenant_apps.invoices.queries import (
    LedgerInvoice,
    LedgerPayment,
    live_allocations,
    lock_invoice,
    lock_invoices,
    lock_ledger_invoices,
    lock_ledger_payments,
    lock_payment,
    lock_payments,
)

LARGEST_AMOUNT = Decimal("999999999999.99")
CREDITED = ("id", "company_id", "contact_id", "search_text", "unmatched_reason", "updated_at")
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


@dataclass(frozen=True)
class Held:
    """Payments and invoices by id, which the caller has locked and read, as the actor sees them."""

    payments: Mapping[UUID, LedgerPayment]
    invoices: Mapping[UUID, LedgerInvoice]


@operation(permission=Permission.PAYMENTS_MATCH)
def allocate_payment(*, payment_id: UUID, invoice_id: UUID, amount: Decimal, by: Actor, at: datetime) -> UUID:
    """Give `amount` of a payment to an issued invoice, on a person's word, and return the allocation's id.

    Raises `AmountNotPositive`, `PaymentVoided`, `NotIssued`, `CurrencyDiffers`, `MoreThanUnallocated`,
    `AlreadyPaid`, `MoreThanOutstanding`.
    """
    return allocate_payments(wanted=[AllocationInput(payment_id, invoice_id, amount)], by=by, at=at)[0]


@operation(permission=Permission.PAYMENTS_MATCH)
def allocate_payments(
    *, wanted: Sequence[AllocationInput], by: Actor, at: datetime, held: Held | None = None
) -> list[UUID]:
    """Give money to invoices, all or none, each with its evidence, and return the ids of the allocations in
    the order of `wanted`. Refuses as `allocate_payment` does.

    Reads a constant number of times, however many there are, and not at all what the caller has `held`. The
    invoices that owe nothing afterwards are told paid.
    """
    held = held or _hold(wanted, by)
    payments, invoices = held.payments, held.invoices
    given_to = {one.invoice_id: invoices[one.invoice_id] for one in wanted}
    rows = [_row_of(one, payments[one.payment_id], given_to[one.invoice_id], by, at) for one in wanted]
    insert_rows(Allocation, rows)
    facts = [
        Fact(
            PaymentEvent.ALLOCATED,
            _subject(payments[row["payment_id"]]),
            at,
            row["invoice_id"],
            new={
                "invoice": given_to[row["invoice_id"]].number,
                "amount": row["amount"],
                "evidence": row["evidence"],
            },
        )
        for row in rows
    ]
    record_all(facts, by=by)
    tell_paid(given_to.values(), by, at)
    return [row["id"] for row in rows]


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
    taken_back = list(live_allocations().filter(payment=payment, invoice=invoice).order_by("id"))
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


@operation(permission=Permission.PAYMENTS_MATCH)
def undo_allocations(
    *, allocation_ids: Collection[UUID], reason: str, by: Actor, at: datetime
) -> list[Payment]:
    """Take back those of these allocations that still stand, and no others, by opposite rows.

    Reads a constant number of times. Raises `ReasonMissing`, and `NotAllocated` when none of them stands.
    """
    if not reason.strip():
        raise ReasonMissing()
    named = Allocation.objects.filter(pk__in=allocation_ids)
    pairs = list(named.values_list("payment_id", "invoice_id"))
    payments = lock_payments({payment_id for payment_id, _invoice_id in pairs}, by)
    invoices = lock_invoices({invoice_id for _payment_id, invoice_id in pairs}, by)
    taken_back = list(live_allocations().filter(pk__in=allocation_ids).order_by("id"))
    if not taken_back:
        raise NotAllocated()
    reopened = {one.invoice_id for one in taken_back if not invoices[one.invoice_id].outstanding}
    Allocation.objects.bulk_create([opposite(one, reason.strip()[:500], by, at) for one in taken_back])
    for one in taken_back:
        payment, invoice = payments[one.payment_id], invoices[one.invoice_id]
        payment.allocated_total -= one.amount
        invoice.paid_total -= one.amount
        record(
            event=PaymentEvent.DEALLOCATED,
            subject=payment,
            by=by,
            at=at,
            parent=invoice,
            old={"invoice": invoice.number, "amount": one.amount},
            new={"reason": reason.strip()[:500]},
        )
    note_reopened([invoices[key] for key in sorted(reopened)], by, at)
    return list(payments.values())


@operation(
    permission=Permission.PAYMENTS_MATCH, event=None, why="a reason that was known before is not told again"
)
def leave_payments_unmatched(*, reasons: Mapping[UUID, str], by: Actor, at: datetime) -> int:
    """Note why payments found no invoice (payment id → code of `reconciliation.rules`).

    Say how many reasons are new.
    """
    payments = lock_ledger_payments(set(reasons), by).values()
    changed = [one for one in payments if one.unallocated and one.unmatched_reason != reasons[one.pk]]
    facts = [
        Fact(
            PaymentEvent.LEFT_UNMATCHED,
            _subject(payment),
            at,
            payment.company_id or payment.contact_id,
            old={"reason": payment.unmatched_reason},
            new={"reason": reasons[payment.pk]},
        )
        for payment in changed
    ]
    for reason in sorted({reasons[payment.pk] for payment in changed}):
        left = [payment.pk for payment in changed if reasons[payment.pk] == reason]
        Payment.objects.filter(is_one_of("pk", left)).update(unmatched_reason=reason, updated_at=at)
    record_all(facts, by=by)
    return len(changed)


@operation(permission=Permission.PAYMENTS_MATCH)
def leave_credit(
    *, clients: Mapping[UUID, tuple[UUID | None, UUID | None]], code: str, by: Actor, at: datetime
) -> int:
    """Note that what is left of payments is their client's credit (payment id → company id, contact id); one
    whose client is known keeps it. `code` says so as a code of `reconciliation.rules`. Say how many.
    """
    payments = list(lock_payments(set(clients), by).values())
    names = _names([clients[one.pk] for one in payments if one.client is None])
    for payment in payments:
        if payment.client is None:
            payment.company_id, payment.contact_id = clients[payment.pk]
            payment.search_text = f"{payment.search_text} {names[clients[payment.pk]]}".strip()
        payment.unmatched_reason, payment.updated_at = code, at
    update_rows(Payment, [{name: getattr(one, name) for name in CREDITED} for one in payments])
    facts = [
        Fact(
            PaymentEvent.CREDITED,
            payment,
            at,
            payment.company_id or payment.contact_id,
            new={"amount": payment.unallocated},
        )
        for payment in payments
    ]
    record_all(facts, by=by)
    return len(payments)


def is_cents(amount: Decimal) -> bool:
    """Say whether the amount is above 0, has at most two decimals and fits its column."""
    return 0 < amount <= LARGEST_AMOUNT and amount == round(amount, 2)


def _hold(wanted: Sequence[AllocationInput], by: Actor) -> Held:
    payments = lock_ledger_payments({one.payment_id for one in wanted}, by)
    return Held(payments, lock_ledger_invoices({one.invoice_id for one in wanted}, by))


def _subject(payment: LedgerPayment) -> Subject:
    return Subject(Payment, payment.pk, format_money(payment.amount, payment.currency))


def _row_of(
    wanted: AllocationInput, payment: LedgerPayment, invoice: LedgerInvoice, by: Actor, at: datetime
) -> dict[str, Any]:
    """The columns of one allocation, in their order.

    The totals of payment and invoice follow as the trigger will write them.
    """
    _check(payment, invoice, wanted.amount)
    payment.allocated_total += wanted.amount
    payment.unmatched_reason = ""
    invoice.paid_total += wanted.amount
    return {
        "id": new_id(),
        "payment_id": payment.pk,
        "invoice_id": invoice.pk,
        "amount": wanted.amount,
        "evidence": [dict(row) for row in wanted.evidence],
        "reason": "",
        "undoes_id": None,
        "by_kind": str(by.kind),
        "by_id": by.id,
        "by_label": by.label[:250],
        "at": at,
    }


def _names(
    clients: Sequence[tuple[UUID | None, UUID | None]],
) -> dict[tuple[UUID | None, UUID | None], str]:
    """How these clients are searched for."""
    firms = Company.objects.in_bulk({company_id for company_id, _contact in clients if company_id})
    people = Contact.objects.in_bulk({contact_id for _company, contact_id in clients if contact_id})
    return {
        (company_id, contact_id): searchable(
            str(firms[company_id]) if company_id else "", str(people[contact_id]) if contact_id else ""
        )
        for company_id, contact_id in clients
    }


def _check(payment: LedgerPayment, invoice: LedgerInvoice, amount: Decimal) -> None:
    if not is_cents(amount):
        raise AmountNotPositive()
    if payment.voided_at:
        raise PaymentVoided()
    if invoice.state != rules.ISSUED or invoice.kind not in rules.OWED_KINDS:
        raise NotIssued()
    if payment.currency != invoice.currency:
        raise CurrencyDiffers()
    if amount > payment.unallocated:
        raise MoreThanUnallocated()
    if not invoice.outstanding:
        raise AlreadyPaid()
    if amount > invoice.outstanding:
        raise MoreThanOutstanding()
