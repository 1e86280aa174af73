from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.jobs.actors import Scope, current_actor, job
from shared_apps.jobs.operations import enqueue
from tenant_apps.invoices.queries import ids_of_unmatched_payments, payments_that_may_name, visible_invoice
from tenant_apps.reconciliation.operations import match_payments
from tenants.context import for_each_organization

BATCH = 200


@job()
def match_payments_with_invoices(
    *, payment_ids: list[str] | None = None, subject_id: str | None = None, **unknown: Any
) -> None:
    """Match the given payments.

    The one that an event is about; or all of the organization that are not matched.
    """
    named = payment_ids if payment_ids is not None else [subject_id] if subject_id else None
    _match(ids_of_unmatched_payments() if named is None else [UUID(one) for one in named])


@job()
def match_payments_with_issued_invoice(*, subject_id: str, **unknown: Any) -> None:
    """After issue: match the payments that came before their invoice."""
    invoice = visible_invoice(UUID(subject_id), current_actor())
    _match(payments_that_may_name(invoice.number or ""))


@job(scope=Scope.PLATFORM)
def match_everybodys_payments(**unknown: Any) -> None:
    """Once a day: one job for every organization that has unmatched payments."""
    for organization in for_each_organization():
        with transaction.atomic():
            if ids_of_unmatched_payments().exists():
                enqueue(
                    "match_payments_with_invoices", by=system_actor(organization.id, organization.language)
                )


def _match(payment_ids: Iterable[UUID]) -> None:
    """In batches of a transaction each, so that one killed midway loses only its own batch."""
    waiting = list(payment_ids)
    for start in range(0, len(waiting), BATCH):
        match_payments(payment_ids=waiting[start : start + BATCH], by=current_actor(), at=clock.now())
