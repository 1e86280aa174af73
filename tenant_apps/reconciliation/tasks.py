from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from shared_apps.core import clock
from shared_apps.jobs.actors import current_actor, job
from tenant_apps.invoices.queries import (
    ids_of_unmatched_payments,
    payments_that_may_name,
    visible_invoice,
    visible_payment,
)
from tenant_apps.reconciliation.operations import (
    learn_payers,
    match_payments,
    settle_matching,
    share_out_matching,
)

BATCH = 1000


@job()
def match_payments_with_invoices(
    *,
    payment_ids: list[str] | None = None,
    subject_id: str | None = None,
    first_id: str | None = None,
    last_id: str | None = None,
    **unknown: Any,
) -> None:
    """Match the given payments: some, the one that an event is about, or those of a span of ids.

    Nightly all of the organization that are not matched: a batch at once, and the others as jobs of their
    own, so that nobody's single payment waits for them and two workers share them.
    """
    if first_id and last_id:
        _match(ids_of_unmatched_payments().filter(pk__gte=UUID(first_id), pk__lte=UUID(last_id)))
    elif payment_ids is not None or subject_id:
        _match(UUID(one) for one in payment_ids or [subject_id or ""])
    else:
        batches = list(_batches(ids_of_unmatched_payments().iterator()))
        _match(batches[0] if batches else [])
        spans = [(one[0], one[-1]) for one in batches[1:]]
        share_out_matching(spans=spans, by=current_actor(), at=clock.now())
        settle_matching(by=current_actor(), at=clock.now())


@job()
def match_payments_with_issued_invoice(*, subject_id: str, **unknown: Any) -> None:
    """After issue: match the payments that came before their invoice."""
    invoice = visible_invoice(UUID(subject_id), current_actor())
    _match(payments_that_may_name(invoice.number or ""))


@job()
def learn_payer_again(*, subject_id: str, **unknown: Any) -> None:
    """After a link was taken back: what the ledger says now of the account that the payment came from."""
    payment = visible_payment(UUID(subject_id), current_actor())
    if payment.payer_iban:
        learn_payers(ibans={payment.payer_iban}, by=current_actor(), at=clock.now())


def _match(payment_ids: Iterable[UUID]) -> None:
    """In batches of a transaction each, so that one killed midway loses only its own batch."""
    for batch in _batches(payment_ids):
        match_payments(payment_ids=batch, by=current_actor(), at=clock.now())


def _batches(payment_ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    waiting = iter(payment_ids)
    while batch := list(islice(waiting, BATCH)):
        yield batch
