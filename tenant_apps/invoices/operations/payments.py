"""Money that came: recorded, voided, put down for an invoice by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.iban import is_valid_iban, normalize_iban
from shared_apps.core.constraints import violates
from shared_apps.core.currencies import is_currency
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import searchable
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import Fact, record, record_all
from tenant_apps.crm.models import Company, Contact
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

UNKNOWN = UUID(int=0)


class AlreadyRecorded(Refused):
    """The movement of money with this `external_key` was booked before, as the payment `payment_id`."""

    code = "already_recorded"
    message = _("This money was recorded before.")
    conflict = True

    def __init__(self, payment_id: UUID) -> None:
        self.payment_id = payment_id
        super().__init__()


class MoneyRefunded(Refused):
    code = "money_refunded"
    message = _("Money of this payment was given back. Take the refund back first.")
    conflict = True


class ClientKnown(Refused):
    code = "client_known"
    message = _("The payment is of this client already.")
    conflict = True


@dataclass(frozen=True)
class PaymentInput:
    """Money that came, as somebody wrote it down. `amount` is in `currency`, with at most two decimals.

    `external_key` is the movement of money itself, when another system told of it.
    """

    amount: Decimal
    currency: str
    received_on: date
    method: str = PaymentMethod.BANK_TRANSFER
    reference: str = ""
    payer_name: str = ""
    payer_iban: str = ""
    company_id: UUID | None = None
    contact_id: UUID | None = None
    end_to_end_id: str = ""
    external_key: str | None = None


@operation(permission=Permission.PAYMENTS_RECORD)
def record_payment(*, payment: PaymentInput, by: Actor, at: datetime) -> Payment:
    """Post a payment, unmatched.

    A job looks for its invoice. Raises `DoesNotExist` for an invisible client, `AlreadyRecorded` when the
    `external_key` is taken.
    """
    refuse_all(payment_errors(payment))
    company, contact = _client(payment.company_id, payment.contact_id, by)
    posted = _post(payment, company, contact, by, at)
    record_all([_recorded(posted, at)], by=by)
    return posted


@operation(permission=Permission.PAYMENTS_RECORD)
def record_payments(*, payments: Sequence[PaymentInput], by: Actor, at: datetime) -> list[Payment]:
    """Post many payments, all or none, in a constant number of statements; in their order.

    For doors that match what they record: no job follows those with a key of the bank's. Raises what
    `record_payment` raises; ask `payment_errors` first to refuse one without the others.
    """
    refuse_all(error for payment in payments for error in payment_errors(payment))
    companies, contacts = _clients_of(payments, by)
    posted = [
        _payment(
            one, companies.get(one.company_id or UNKNOWN), contacts.get(one.contact_id or UNKNOWN), by, at
        )
        for one in payments
    ]
    try:
        with transaction.atomic():
            Payment.objects.bulk_create(posted)
    except IntegrityError as error:
        if not violates(error, "invoices_payment_seen_once"):
            raise
        keys = [one.external_key for one in posted if one.external_key]
        raise AlreadyRecorded(Payment.objects.filter(external_key__in=keys).latest("id").pk) from error
    record_all([_recorded(one, at) for one in posted], by=by)
    return posted


@operation(permission=Permission.PAYMENTS_VOID)
def void_payment(*, payment_id: UUID, reason: str, by: Actor, at: datetime) -> Payment:
    """Cancel a payment recorded by mistake.

    Raises `MoneyAllocated`, `MoneyRefunded`, `PaymentVoided`, `ReasonMissing`.
    """
    if not reason.strip():
        raise ReasonMissing()
    payment = lock_payment(payment_id, by)
    require_may_change(payment, by)
    if payment.voided_at:
        raise PaymentVoided()
    if payment.allocated_total:
        raise MoneyAllocated()
    if payment.refunded_total:
        raise MoneyRefunded()
    payment.voided_at, payment.void_reason, payment.updated_at = at, reason.strip()[:500], at
    payment.unmatched_reason = ""
    payment.save(update_fields=["voided_at", "void_reason", "unmatched_reason", "updated_at"])
    record(
        event=PaymentEvent.VOIDED,
        subject=payment,
        by=by,
        at=at,
        parent=payment.client,
        new={"reason": payment.void_reason},
    )
    return payment


@operation(permission=Permission.PAYMENTS_MATCH)
def set_payment_client(
    *,
    payment_id: UUID,
    by: Actor,
    at: datetime,
    company_id: UUID | None = None,
    contact_id: UUID | None = None,
) -> Payment:
    """Say whose the money is, a company's or a person's; with neither, that nobody knows.

    Raises `PaymentVoided`, `ClientKnown`; `DoesNotExist` for an invisible client.
    """
    payment = lock_payment(payment_id, by)
    if payment.voided_at:
        raise PaymentVoided()
    if (payment.company_id, payment.contact_id) == (company_id, contact_id):
        raise ClientKnown()
    before = payment.client
    payment.company, payment.contact = _client(company_id, contact_id, by)
    payment.search_text, payment.updated_at = _search_text(payment), at
    payment.save(update_fields=["company", "contact", "search_text", "updated_at"])
    record(
        event=PaymentEvent.CLIENT_SET,
        subject=payment,
        by=by,
        at=at,
        parent=payment.client or before,
        old={"client": str(before or "")},
        new={"client": str(payment.client or "")},
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
    refuse_all(payment_errors(wanted))
    payment = _post(wanted, invoice.company, invoice.contact, by, at)
    allocate_payment(payment_id=payment.pk, invoice_id=invoice.pk, amount=payment.amount, by=by, at=at)
    payment.refresh_from_db(fields=["allocated_total", "updated_at"])
    return payment


def _client(
    company_id: UUID | None, contact_id: UUID | None, by: Actor
) -> tuple[Company | None, Contact | None]:
    company = visible_to(Company.objects.all(), by).get(pk=company_id) if company_id else None
    contact = visible_to(Contact.objects.all(), by).get(pk=contact_id) if contact_id else None
    return company, contact


def _clients_of(
    payments: Sequence[PaymentInput], by: Actor
) -> tuple[dict[UUID, Company], dict[UUID, Contact]]:
    """The clients of many payments by their ids; `DoesNotExist` when one of them is not visible."""
    firms = {one.company_id for one in payments if one.company_id}
    people = {one.contact_id for one in payments if one.contact_id}
    companies = visible_to(Company.objects.all(), by).in_bulk(firms) if firms else {}
    contacts = visible_to(Contact.objects.all(), by).in_bulk(people) if people else {}
    if len(companies) < len(firms):
        raise Company.DoesNotExist()
    if len(contacts) < len(people):
        raise Contact.DoesNotExist()
    return companies, contacts


def _recorded(payment: Payment, at: datetime) -> Fact:
    told = {"amount": payment.amount, "currency": payment.currency, "method": payment.method}
    client = payment.client
    return Fact(PaymentEvent.RECORDED, payment, at, client.pk if client else None, new=told)


def _post(
    wanted: PaymentInput, company: Company | None, contact: Contact | None, by: Actor, at: datetime
) -> Payment:
    payment = _payment(wanted, company, contact, by, at)
    try:
        with transaction.atomic(savepoint=payment.external_key is not None):
            payment.save(force_insert=True)
    except IntegrityError as error:
        if not violates(error, "invoices_payment_seen_once"):
            raise
        before = Payment.objects.get(external_key=payment.external_key)
        raise AlreadyRecorded(before.pk) from error
    return payment


def _payment(
    wanted: PaymentInput, company: Company | None, contact: Contact | None, by: Actor, at: datetime
) -> Payment:
    """The payment as it is posted, not saved."""
    payment = Payment(
        amount=wanted.amount,
        currency=wanted.currency,
        received_on=wanted.received_on,
        method=wanted.method,
        reference=wanted.reference.strip(),
        payer_name=wanted.payer_name.strip(),
        payer_iban=normalize_iban(wanted.payer_iban),
        end_to_end_id=wanted.end_to_end_id.strip(),
        external_key=wanted.external_key or None,
        company=company,
        contact=contact,
        owner_id=by.id,
        created_at=at,
        updated_at=at,
    )
    payment.search_text = _search_text(payment)
    return payment


def _search_text(payment: Payment) -> str:
    names = (str(party or "") for party in (payment.company, payment.contact))
    told = (payment.reference, payment.payer_name, payment.payer_iban, payment.end_to_end_id)
    return searchable(*told, *names)


def payment_errors(payment: PaymentInput) -> list[FieldError]:
    """What of a payment cannot be posted."""
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
