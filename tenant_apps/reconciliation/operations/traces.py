"""Money as its lines, entries and payments tell of it, in the one shape in which they are compared."""

from uuid import UUID

from tenant_apps.invoices.models import Payment
from tenant_apps.reconciliation.models import BankLine
from tenant_apps.reconciliation.rules import invoice_number_tokens
from tenant_apps.reconciliation.rules.entries import Entry
from tenant_apps.reconciliation.rules.sameness import Trace


def trace_of_line(line: BankLine) -> Trace:
    tokens = invoice_number_tokens(line.text)
    return Trace(
        id=line.pk,
        amount=line.amount,
        currency=line.currency,
        on=line.booked_on,
        name=line.payer_name,
        iban=line.payer_iban,
        text=line.text,
        end_to_end_id=line.end_to_end_id,
        bank_reference=line.bank_reference,
        numbers=tokens.numbers,
        full_numbers=tokens.full,
    )


def trace_of_entry(entry: Entry) -> Trace:
    return Trace(
        id=UUID(int=0),
        amount=entry.amount,
        currency=entry.currency,
        on=entry.booked_on,
        name=entry.payer_name,
        iban=entry.payer_iban,
        text=entry.text,
        end_to_end_id=entry.end_to_end_id,
        bank_reference=entry.bank_reference,
    )


def trace_of_payment(payment: Payment) -> Trace:
    """A payment as another door recorded it; invoices that have of its money are numbers that it names."""
    tokens = invoice_number_tokens(payment.reference)
    linked = frozenset(one.invoice.number or "" for one in getattr(payment, "live_allocations", ())) - {""}
    return Trace(
        id=payment.pk,
        amount=payment.amount,
        currency=payment.currency,
        on=payment.received_on,
        name=payment.payer_name or str(payment.client or ""),
        iban=payment.payer_iban,
        text=payment.reference,
        end_to_end_id=payment.end_to_end_id,
        numbers=tokens.numbers | linked,
        full_numbers=tokens.full | linked,
    )
