"""Invoices that a payment may be for, the best first."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared_apps.core.actors import Actor
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.queries import likely_invoices, visible_payments
from tenant_apps.reconciliation import rules


@dataclass(frozen=True)
class Suggestion:
    """An invoice for a payment, with what speaks for it and against it."""

    invoice: Invoice
    amount: Decimal
    evidence: list[dict[str, str]]
    score: int
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Advice:
    """What to say of a payment, the likeliest first; what is `rejected` it names, but cannot be given to."""

    suggestions: list[Suggestion] = field(default_factory=list)
    rejected: list[Suggestion] = field(default_factory=list)


def suggestions_for(payment_id: UUID, by: Actor, limit: int = 5) -> list[Suggestion]:
    """The likeliest invoices of one payment."""
    return suggestions_for_many([payment_id], by, limit=limit).get(payment_id, [])


def advice_for_many(
    payment_ids: Collection[UUID], by: Actor, limit: int = 5, *, on: date | None = None
) -> dict[UUID, Advice]:
    """What to say of each payment."""
    return {key: Advice(told) for key, told in suggestions_for_many(payment_ids, by, limit).items()}


def suggestions_for_many(
    payment_ids: Collection[UUID], by: Actor, limit: int = 5
) -> dict[UUID, list[Suggestion]]:
    """The likeliest invoices of each payment."""
    told = {}
    for payment in visible_payments(by).filter(pk__in=payment_ids):
        numbers = rules.invoice_number_tokens(payment.reference).numbers
        found = []
        for invoice in likely_invoices(payment, by, on=payment.received_on)[:limit]:
            evidence = []
            if invoice.number in numbers:
                evidence.append({"signal": "invoice_number", "value": str(invoice.number)})
            if invoice.outstanding == payment.unallocated:
                evidence.append({"signal": "amount_equals_outstanding", "value": str(invoice.outstanding)})
            if not evidence and not (payment.company_id and payment.company_id == invoice.company_id):
                continue
            amount = min(invoice.outstanding, payment.unallocated)
            found.append(Suggestion(invoice, amount, evidence, len(evidence)))
        told[payment.pk] = sorted(found, key=lambda one: -one.score)
    return told
