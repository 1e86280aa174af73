"""Matching: payments that name their invoice are allocated to it, the others say why not."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import set_next_due, settle_next_due
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.invoices.operations import AllocationInput, allocate_payments, leave_payments_unmatched
from tenant_apps.invoices.queries import (
    lock_invoices_by_number,
    lock_payments,
    payments_taken_back,
    unmatched_payments,
)
from tenant_apps.reconciliation import rules
from tenants.context import current_organization

NIGHTLY_JOB = "match_payments_with_invoices"


@dataclass(frozen=True)
class Matching:
    """What came of it: how many payments were linked, and how many were left to a human."""

    linked_count: int
    unmatched_count: int


@operation(
    permission=Permission.PAYMENTS_MATCH, event=None, why="each link and each new reason is told by invoices"
)
def match_payments(*, payment_ids: Collection[UUID], by: Actor, at: datetime) -> Matching:
    """Link those of the payments that name an open invoice and fit it exactly; note for the others why not.

    Payments and invoices are locked, so two who match the same payment end with one link. Reads a constant
    number of times. A payment that a person has unlinked is left to people. Run again, it changes nothing.
    What is left is due again at night.
    """
    payments = [one for one in lock_payments(payment_ids, by).values() if one.unallocated]
    taken_back = payments_taken_back([one.pk for one in payments])
    invoices = _named_invoices(payments, by)
    links: list[AllocationInput] = []
    reasons = {}
    for payment in payments:
        decision = _decide(payment, invoices.values(), is_taken_back=payment.pk in taken_back)
        if isinstance(decision, rules.Link):
            links.append(AllocationInput(payment.pk, decision.invoice_id, decision.amount, decision.evidence))
            _spend(invoices, decision)
        else:
            reasons[payment.pk] = decision.reason
    if links:
        allocate_payments(wanted=links, by=by, at=at)
    leave_payments_unmatched(reasons=reasons, by=by, at=at)
    if reasons:
        set_next_due(NIGHTLY_JOB, organization_id=current_organization().id, at=at)
    return Matching(len(links), len(reasons))


@operation(permission=Permission.PAYMENTS_MATCH, event=None, why="the payments themselves say what is left")
def settle_matching(*, by: Actor, at: datetime) -> None:
    """After all were tried: while a payment is not matched, the organization is asked again next night."""
    settle_next_due(
        NIGHTLY_JOB,
        organization_id=current_organization().id,
        remaining=lambda: at if unmatched_payments().exists() else None,
    )


def _named_invoices(payments: Iterable[Payment], by: Actor) -> dict[UUID, rules.InvoiceFacts]:
    numbers = {number for one in payments for number in rules.invoice_number_tokens(one.reference).numbers}
    return {one.pk: _facts(one) for one in lock_invoices_by_number(numbers, by)} if numbers else {}


def _facts(invoice: Invoice) -> rules.InvoiceFacts:
    return rules.InvoiceFacts(
        id=invoice.pk,
        number=str(invoice.number),
        state=invoice.state,
        currency=invoice.currency,
        outstanding=invoice.outstanding,
    )


def _decide(
    payment: Payment, invoices: Iterable[rules.InvoiceFacts], *, is_taken_back: bool
) -> rules.Decision:
    if is_taken_back:
        return rules.Unmatched(rules.TAKEN_BACK)
    facts = rules.PaymentFacts(payment.unallocated, payment.currency, payment.reference)
    return rules.decide(facts, invoices)


def _spend(invoices: dict[UUID, rules.InvoiceFacts], link: rules.Link) -> None:
    """The invoice owes less to the payments that follow in the same batch."""
    invoice = invoices[link.invoice_id]
    invoices[link.invoice_id] = replace(invoice, outstanding=invoice.outstanding - link.amount)
