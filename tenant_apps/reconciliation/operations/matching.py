"""Matching: payments that name their invoice are allocated to it, the others say why not."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.actors import Queue
from shared_apps.jobs.operations import enqueue, set_next_due, settle_next_due
from tenant_apps.invoices.operations import (
    AllocationInput,
    Held,
    allocate_payments,
    leave_credit,
    leave_payments_unmatched,
)
from tenant_apps.invoices.queries import (
    LedgerInvoice,
    LedgerPayment,
    lock_invoices_by_number,
    lock_ledger_payments,
    payments_taken_back,
    unmatched_payments,
)
from tenant_apps.reconciliation import rules
from tenant_apps.reconciliation.operations.payers import teach, what_is_known
from tenant_apps.reconciliation.queries import (
    Client,
    Payer,
    client_of_invoice,
    invoice_facts,
    owing_just,
    payment_facts,
)
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
    """Link those of the payments of which `rules.decide` is sure; note for the others why not.

    Payments and invoices are locked, so two who match the same payment end with one link. Takes a constant
    number of statements. A payment that a person has unlinked is left to people. Run again, it changes
    nothing. Links teach whose account it was. What is left is due again at night.
    """
    payments = [one for one in lock_ledger_payments(payment_ids, by).values() if one.unallocated]
    known = what_is_known({one.payer_iban for one in payments if one.payer_iban})
    batch = _Batch(payments, known, by)
    for payment in payments:
        batch.decide(payment)
    if batch.wanted:
        allocate_payments(wanted=batch.wanted, held=batch.held, by=by, at=at)
        teach(batch.taught, batch.known, at)
    if batch.credits:
        leave_credit(clients=batch.credits, code=rules.CREDIT, by=by, at=at)
    if batch.reasons:
        leave_payments_unmatched(reasons=batch.reasons, by=by, at=at)
    if batch.reasons or batch.credits:
        set_next_due(NIGHTLY_JOB, organization_id=current_organization().id, at=at)
    return Matching(batch.linked_count, len(batch.reasons))


@operation(permission=Permission.PAYMENTS_MATCH, event=None, why="the payments themselves say what is left")
def settle_matching(*, by: Actor, at: datetime) -> None:
    """After all were tried: while a payment is not matched, the organization is asked again next night."""
    settle_next_due(
        NIGHTLY_JOB,
        organization_id=current_organization().id,
        remaining=lambda: at if unmatched_payments().exists() else None,
    )


@operation(permission=Permission.PAYMENTS_MATCH, event=None, why="asking for work changes nothing yet")
def share_out_matching(*, spans: Sequence[tuple[UUID, UUID]], by: Actor, at: datetime) -> None:
    """Ask for the matching of the unmatched payments of each span of ids, both ends included, as jobs that
    yield to everybody's.
    """
    for first, last in spans:
        enqueue(
            NIGHTLY_JOB,
            by=by,
            organization_id=current_organization().id,
            queue=Queue.PATIENT,
            first_id=str(first),
            last_id=str(last),
        )


class _Batch:
    """Payments that are decided together: an invoice owes less to those that come later."""

    def __init__(self, payments: Sequence[LedgerPayment], known: dict[str, Payer], by: Actor) -> None:
        self.known = known
        self.wanted: list[AllocationInput] = []
        self.reasons: dict[UUID, str] = {}
        self.credits: dict[UUID, Client] = {}
        self.taught: list[tuple[str, Client]] = []
        self.linked_count = 0
        self._taken_back = payments_taken_back([one.pk for one in payments])
        self._facts = payment_facts(payments, known, by)
        self._invoices: dict[str, rules.InvoiceFacts] = {}
        self._clients: dict[UUID, Client] = {}
        self.held = Held({one.pk: one for one in payments}, self._lock_invoices(by))
        self._look_for_better()

    def decide(self, payment: LedgerPayment) -> None:
        """Note what is to be done with a payment."""
        if payment.pk in self._taken_back:
            self.reasons[payment.pk] = rules.TAKEN_BACK
            return
        decision = rules.decide(self._facts[payment.pk], self._invoices)
        if isinstance(decision, rules.Linked):
            self._link(payment, decision)
        elif payment.unmatched_reason == rules.CREDIT or (
            decision.reason == rules.ALREADY_PAID and payment.allocated_total
        ):
            self.reasons[payment.pk] = rules.CREDIT
        else:
            self.reasons[payment.pk] = decision.reason

    def _link(self, payment: LedgerPayment, decision: rules.Linked) -> None:
        self.linked_count += 1
        for link in decision.links:
            self.wanted.append(AllocationInput(payment.pk, link.invoice_id, link.amount, link.evidence))
            owing = self._invoices[link.number]
            self._invoices[link.number] = replace(owing, outstanding=owing.outstanding - link.amount)
        client = self._clients[decision.links[0].invoice_id]
        if payment.payer_iban:
            self.taught.append((payment.payer_iban, client))
        if decision.is_credit:
            self.credits[payment.pk] = client

    def _lock_invoices(self, by: Actor) -> dict[UUID, LedgerInvoice]:
        """The invoices that are named, and note what there is to know of them."""
        numbers = {number for one in self._facts.values() for number in one.numbers}
        named = lock_invoices_by_number(numbers, by) if numbers else []
        for invoice in named:
            self._invoices[str(invoice.number)] = invoice_facts(invoice)
            self._clients[invoice.pk] = client_of_invoice(invoice)
        return {invoice.pk: invoice for invoice in named}

    def _look_for_better(self) -> None:
        """Note of which payments another invoice of the same client owes just the amount."""
        asked: dict[UUID, set[tuple[UUID, Decimal, str]]] = defaultdict(set)
        for pk, facts in self._facts.items():
            for number in facts.numbers & self._invoices.keys():
                invoice = self._invoices[number]
                if invoice.client and not invoice.objection and invoice.outstanding != facts.amount:
                    asked[pk].add((invoice.client, facts.amount, facts.currency))
        better = owing_just({one for owed in asked.values() for one in owed})
        for pk, owed in asked.items():
            if owed & better:
                self._facts[pk] = replace(self._facts[pk], fits_another=True)
