"""Money that came: recorded, given to invoices, taken back, voided. Locks: the payment first, then its invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.bulgaria.iban import is_valid_iban, normalize_iban
from shared_apps.core.currencies import is_currency
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.crm.models import Company
from tenant_apps.invoices.events import InvoiceEvent, PaymentEvent
from tenant_apps.invoices.models import Allocation, Invoice, Payment, PaymentMethod
from tenant_apps.invoices.operations.issuing import MoneyAllocated, NotIssued, ReasonMissing
from tenant_apps.invoices.queries import live_allocations, lock_invoice, lock_payment
from tenant_apps.sharing.queries import visible_to

LARGEST_AMOUNT = Decimal("999999999999.99")
BY_HAND = [{"signal": "by_hand", "value": ""}]


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
class PaymentInput:
    """Money that came, as somebody wrote it down. `amount` is in `currency`, with at most two decimals."""

    amount: Decimal
    currency: str
    received_on: date
    method: str = PaymentMethod.BANK_TRANSFER
    reference: str = ""
    payer_name: str = ""
    payer_iban: str = ""
    company_id: UUID | None = None


@operation(permission=Permission.PAYMENTS_RECORD)
def record_payment(*, payment: PaymentInput, by: Actor, at: datetime) -> Payment:
    """Post a payment, unmatched; a job looks for its invoice. Raises `Company.DoesNotExist` for an invisible company."""
    refuse_all(_payment_errors(payment))
    company = visible_to(Company.objects.all(), by).get(pk=payment.company_id) if payment.company_id else None
    posted = _post(payment, company, by, at)
    record(
        event=PaymentEvent.RECORDED, subject=posted, by=by, at=at, parent=company,
        new={"amount": posted.amount, "currency": posted.currency, "method": posted.method},
    )  # fmt: skip
    return posted


@operation(permission=Permission.PAYMENTS_MATCH)
def allocate_payment(
    *,
    payment_id: UUID,
    invoice_id: UUID,
    amount: Decimal,
    by: Actor,
    at: datetime,
    evidence: Sequence[dict[str, str]] = (),
) -> Allocation:
    """Give `amount` of a payment to an issued invoice. `evidence` says why; a person's word when there is none.

    Raises `PaymentVoided`, `NotIssued`, `CurrencyDiffers`, `MoreThanUnallocated`, `AlreadyPaid`, `MoreThanOutstanding`.
    """
    payment = lock_payment(payment_id, by)
    invoice = lock_invoice(invoice_id, by)
    _check_allocation(payment, invoice, amount)
    return _allocate(payment, invoice, amount, list(evidence) or BY_HAND, by, at)


@operation(permission=Permission.PAYMENTS_MATCH)
def deallocate_payment(*, payment_id: UUID, invoice_id: UUID, reason: str, by: Actor, at: datetime) -> Payment:
    """Take back all that this payment gave to the invoice, by opposite rows. Raises `NotAllocated`, `ReasonMissing`."""
    if not reason.strip():
        raise ReasonMissing()
    payment = lock_payment(payment_id, by)
    invoice = lock_invoice(invoice_id, by)
    taken_back = list(live_allocations().filter(payment=payment, invoice=invoice))
    if not taken_back:
        raise NotAllocated()
    amount = sum((allocation.amount for allocation in taken_back), Decimal("0.00"))
    was_paid = _is_paid(invoice)
    Allocation.objects.bulk_create([_opposite(one, reason.strip()[:500], by, at) for one in taken_back])
    _refresh(payment, invoice)
    _reopen(invoice, was_paid, by, at)
    record(
        event=PaymentEvent.DEALLOCATED, subject=payment, by=by, at=at, parent=invoice,
        old={"invoice": invoice.number, "amount": amount}, new={"reason": reason.strip()[:500]},
    )  # fmt: skip
    return payment


@operation(permission=Permission.PAYMENTS_VOID)
def void_payment(*, payment_id: UUID, reason: str, by: Actor, at: datetime) -> Payment:
    """Say that a payment was recorded by mistake. Raises `MoneyAllocated`, `PaymentVoided`, `ReasonMissing`."""
    if not reason.strip():
        raise ReasonMissing()
    payment = lock_payment(payment_id, by)
    if payment.voided_at:
        raise PaymentVoided()
    if payment.allocated_total:
        raise MoneyAllocated()
    payment.voided_at, payment.void_reason, payment.updated_at = at, reason.strip()[:500], at
    payment.unmatched_reason = ""
    payment.save(update_fields=["voided_at", "void_reason", "unmatched_reason", "updated_at"])
    record(
        event=PaymentEvent.VOIDED, subject=payment, by=by, at=at, parent=payment.company,
        new={"reason": payment.void_reason},
    )  # fmt: skip
    return payment


@operation(permission=Permission.PAYMENTS_RECORD)
def mark_invoice_paid(
    *,
    invoice_id: UUID,
    received_on: date,
    by: Actor,
    at: datetime,
    method: str = PaymentMethod.BANK_TRANSFER,
) -> Payment:
    """Record a payment by hand of what is outstanding and give it to the invoice. The second time: `AlreadyPaid`."""
    invoice = lock_invoice(invoice_id, by)
    if not invoice.is_issued:
        raise NotIssued()
    if not invoice.outstanding:
        raise AlreadyPaid()
    wanted = PaymentInput(
        amount=invoice.outstanding,
        currency=invoice.currency,
        received_on=received_on,
        method=method,
        reference=invoice.number or "",
        payer_name=invoice.buyer.get("name", ""),
    )
    refuse_all(_payment_errors(wanted))
    payment = _post(wanted, invoice.company, by, at)
    _allocate(payment, invoice, payment.amount, BY_HAND, by, at)
    return payment


@operation(permission=Permission.PAYMENTS_MATCH, event=None, why="an unchanged reason is not news; a new one records it")
def leave_unmatched(*, payment_id: UUID, reason: str, by: Actor, at: datetime) -> Payment:
    """Note why a payment found no invoice: `reason` is a code of `reconciliation.rules`. The same again changes nothing."""
    payment = lock_payment(payment_id, by)
    if payment.unmatched_reason == reason or payment.voided_at or not payment.unallocated:
        return payment
    old, payment.unmatched_reason, payment.updated_at = payment.unmatched_reason, reason, at
    payment.save(update_fields=["unmatched_reason", "updated_at"])
    record(
        event=PaymentEvent.LEFT_UNMATCHED, subject=payment, by=by, at=at, parent=payment.company,
        old={"reason": old}, new={"reason": reason},
    )  # fmt: skip
    return payment


def _post(wanted: PaymentInput, company: Company | None, by: Actor, at: datetime) -> Payment:
    return Payment.objects.create(
        amount=wanted.amount,
        currency=wanted.currency,
        received_on=wanted.received_on,
        method=wanted.method,
        reference=wanted.reference.strip(),
        payer_name=wanted.payer_name.strip(),
        payer_iban=normalize_iban(wanted.payer_iban),
        company=company,
        owner_id=by.id,
        search_text=fold(f"{wanted.reference} {wanted.payer_name} {wanted.payer_iban} {company or ''}"),
        created_at=at,
        updated_at=at,
    )


def _check_allocation(payment: Payment, invoice: Invoice, amount: Decimal) -> None:
    if not _is_cents(amount):
        raise AmountNotPositive()
    if payment.voided_at:
        raise PaymentVoided()
    if not invoice.is_issued:
        raise NotIssued()
    if payment.currency != invoice.currency:
        raise CurrencyDiffers()
    if amount > payment.unallocated:
        raise MoreThanUnallocated()
    if not invoice.outstanding:
        raise AlreadyPaid()
    if amount > invoice.outstanding:
        raise MoreThanOutstanding()


def _allocate(
    payment: Payment, invoice: Invoice, amount: Decimal, evidence: list[dict[str, str]], by: Actor, at: datetime
) -> Allocation:
    allocation = Allocation.objects.create(
        payment=payment, invoice=invoice, amount=amount, evidence=evidence, at=at, **_person(by)
    )
    _refresh(payment, invoice)
    record(
        event=PaymentEvent.ALLOCATED, subject=payment, by=by, at=at, parent=invoice,
        new={"invoice": invoice.number, "amount": amount, "evidence": evidence},
    )  # fmt: skip
    if _is_paid(invoice):
        _note_paid(invoice, by, at)
    return allocation


def _opposite(allocation: Allocation, reason: str, by: Actor, at: datetime) -> Allocation:
    return Allocation(
        payment_id=allocation.payment_id,
        invoice_id=allocation.invoice_id,
        amount=-allocation.amount,
        undoes=allocation,
        reason=reason,
        at=at,
        **_person(by),
    )


def _person(by: Actor) -> dict[str, Any]:
    return {"by_kind": by.kind, "by_id": by.id, "by_label": by.label[:250]}


def _refresh(payment: Payment, invoice: Invoice) -> None:
    """Read back what the ledger's trigger wrote."""
    payment.refresh_from_db(fields=["allocated_total", "unmatched_reason"])
    invoice.refresh_from_db(fields=["paid_total"])


def _is_paid(invoice: Invoice) -> bool:
    return invoice.is_issued and invoice.outstanding == 0


def _note_paid(invoice: Invoice, by: Actor, at: datetime) -> None:
    invoice.paid_at = invoice.updated_at = at
    invoice.save(update_fields=["paid_at", "updated_at"])
    parent = invoice.company or invoice.contact
    record(event=InvoiceEvent.PAID, subject=invoice, by=by, at=at, parent=parent, new={"paid": invoice.paid_total})


def _reopen(invoice: Invoice, was_paid: bool, by: Actor, at: datetime) -> None:
    invoice.updated_at = at
    invoice.paid_at = None
    invoice.save(update_fields=["paid_at", "updated_at"])
    if was_paid:
        record(
            event=InvoiceEvent.REOPENED, subject=invoice, by=by, at=at, parent=invoice.company or invoice.contact,
            new={"outstanding": invoice.outstanding},
        )  # fmt: skip


def _payment_errors(payment: PaymentInput) -> list[FieldError]:
    errors = []
    if not _is_cents(payment.amount):
        errors.append(FieldError("amount", AmountNotPositive.code, AmountNotPositive.message))
    if not is_currency(payment.currency):
        errors.append(FieldError("currency", "currency_unknown", _("This is not a currency code.")))
    if payment.method not in PaymentMethod.values:
        errors.append(FieldError("method", "method_unknown", _("Choose one of the listed ways to pay.")))
    if payment.payer_iban and not is_valid_iban(payment.payer_iban):
        errors.append(FieldError("payer_iban", "iban_invalid", _("This IBAN is not valid: a character is wrong.")))
    return errors


def _is_cents(amount: Decimal) -> bool:
    return 0 < amount <= LARGEST_AMOUNT and amount == round(amount, 2)
