"""Money that came: recorded, voided, put down for an invoice by hand."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.iban import is_valid_iban, normalize_iban
from shared_apps.core.currencies import is_currency
from shared_apps.core.errors import FieldError, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import searchable
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import record
from tenant_apps.crm.models import Company
from tenant_apps.invoices.events import PaymentEvent
from tenant_apps.invoices.models import Payment, PaymentMethod
from tenant_apps.invoices.operations.allocations import (
    AlreadyPaid,
    AmountNotPositive,
    PaymentVoided,
    allocate_payment,
    is_cents,
)
from tenant_apps.invoices.operations.issuing import MoneyAllocated, NotIssued, ReasonMissing
from tenant_apps.invoices.queries import lock_invoice, lock_payment
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to


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
    """Post a payment, unmatched.

    A job looks for its invoice. Raises `Company.DoesNotExist` for an invisible company.
    """
    refuse_all(_payment_errors(payment))
    company = visible_to(Company.objects.all(), by).get(pk=payment.company_id) if payment.company_id else None
    posted = _post(payment, company, by, at)
    record(
        event=PaymentEvent.RECORDED,
        subject=posted,
        by=by,
        at=at,
        parent=company,
        new={"amount": posted.amount, "currency": posted.currency, "method": posted.method},
    )
    return posted


@operation(permission=Permission.PAYMENTS_VOID)
def void_payment(*, payment_id: UUID, reason: str, by: Actor, at: datetime) -> Payment:
    """Cancel a payment recorded by mistake. Raises `MoneyAllocated`, `PaymentVoided`, `ReasonMissing`."""
    if not reason.strip():
        raise ReasonMissing()
    payment = lock_payment(payment_id, by)
    require_may_change(payment, by)
    if payment.voided_at:
        raise PaymentVoided()
    if payment.allocated_total:
        raise MoneyAllocated()
    payment.voided_at, payment.void_reason, payment.updated_at = at, reason.strip()[:500], at
    payment.unmatched_reason = ""
    payment.save(update_fields=["voided_at", "void_reason", "unmatched_reason", "updated_at"])
    record(
        event=PaymentEvent.VOIDED,
        subject=payment,
        by=by,
        at=at,
        parent=payment.company,
        new={"reason": payment.void_reason},
    )
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
    """Record a payment by hand of what is outstanding and give it to the invoice.

    The second time: `AlreadyPaid`.
    """
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
    allocate_payment(payment_id=payment.pk, invoice_id=invoice.pk, amount=payment.amount, by=by, at=at)
    payment.refresh_from_db(fields=["allocated_total", "updated_at"])
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
        search_text=searchable(wanted.reference, wanted.payer_name, wanted.payer_iban, str(company or "")),
        created_at=at,
        updated_at=at,
    )


def _payment_errors(payment: PaymentInput) -> list[FieldError]:
    errors = text_errors(Payment, vars(payment))
    if not is_cents(payment.amount):
        errors.append(FieldError("amount", AmountNotPositive.code, AmountNotPositive.message))
    if not is_currency(payment.currency):
        errors.append(FieldError("currency", "currency_unknown", _("This is not a currency code.")))
    if payment.method not in PaymentMethod.values:
        errors.append(FieldError("method", "method_unknown", _("Choose one of the listed ways to pay.")))
    if payment.payer_iban.strip() and not is_valid_iban(payment.payer_iban):
        errors.append(
            FieldError("payer_iban", "iban_invalid", _("This IBAN is not valid: a character is wrong."))
        )
    return errors
