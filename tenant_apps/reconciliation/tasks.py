from collections.abc import Iterable
from typing import Any
from uuid import UUID

from shared_apps.core import clock
from shared_apps.jobs.actors import current_actor, job
from tenant_apps.invoices.queries import ids_of_unmatched_payments, payments_that_may_name, visible_invoice
from tenant_apps.reconciliation.operations import match_payments, settle_matching

BATCH = 200


@job()
def match_payments_with_invoices(
    *, payment_ids: list[str] | None = None, subject_id: str | None = None, **unknown: Any
) -> None:
    """Match the given payments.

    The one that an event is about; or, nightly, all of the organization that are not matched.
    """
    named = payment_ids if payment_ids is not None else [subject_id] if subject_id else None
    if named is not None:
        _match(UUID(one) for one in named)
        return
    _match(ids_of_unmatched_payments())
    settle_matching(by=current_actor(), at=clock.now())


@job()
def match_payments_with_issued_invoice(*, subject_id: str, **unknown: Any) -> None:
    """After issue: match the payments that came before their invoice."""
    invoice = visible_invoice(UUID(subject_id), current_actor())
    _match(payments_that_may_name(invoice.number or ""))


def _match(payment_ids: Iterable[UUID]) -> None:
    """In batches of a transaction each, so that one killed midway loses only its own batch."""
    waiting = list(payment_ids)
    for start in range(0, len(waiting), BATCH):
        match_payments(payment_ids=waiting[start : start + BATCH], by=current_actor(), at=clock.now())
