"""A suggestion that a human confirms."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.invoices.models import Allocation
from tenant_apps.invoices.operations import AllocationInput, allocate_payments, set_payment_client
from tenant_apps.invoices.queries import lock_invoices, lock_payment
from tenant_apps.reconciliation import rules
from tenant_apps.reconciliation.operations.payers import learn_payers
from tenant_apps.reconciliation.queries import suggestions_for


@operation(permission=Permission.PAYMENTS_MATCH)
def accept_suggestion(
    *, payment_id: UUID, invoice_id: UUID, by: Actor, at: datetime, amount: Decimal | None = None
) -> Allocation:
    """Link a payment with an invoice on a person's word, with what speaks for it as evidence; by default all
    that the one has and the other owes.

    It teaches whose account the money came from; what is left becomes the credit of the invoice's client,
    unless the client of the money is known. Refuses as `invoices.allocate_payment` does.
    """
    payment = lock_payment(payment_id, by)
    invoice = lock_invoices({invoice_id}, by)[invoice_id]
    suggested = {one.invoice.pk: one for one in suggestions_for(payment_id, by)}.get(invoice_id)
    evidence = [*(suggested.evidence if suggested else ()), {"signal": rules.BY_HAND, "value": ""}]
    if amount is None:
        amount = min(payment.unallocated, invoice.outstanding)
    wanted = AllocationInput(payment_id, invoice_id, amount, evidence)
    (given,) = allocate_payments(wanted=[wanted], by=by, at=at)
    if payment.payer_iban:
        learn_payers(ibans={payment.payer_iban}, by=by, at=at)
    if payment.client is None and amount < payment.unallocated:
        client = {"company_id": invoice.company_id}
        if not invoice.company_id:
            client = {"contact_id": invoice.contact_id}
        set_payment_client(payment_id=payment_id, by=by, at=at, **client)
    return given
