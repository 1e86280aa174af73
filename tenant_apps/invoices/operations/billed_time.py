"""Which logged time is on which invoice; the entries themselves are told by the crm's operations."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from shared_apps.core.actors import Actor
from tenant_apps.crm.operations import bill_time, free_time
from tenant_apps.crm.queries import unbilled_among
from tenant_apps.invoices.models import BilledTime, Invoice


def put_time_on(invoice: Invoice, entry_ids: Collection[UUID], by: Actor, at: datetime) -> None:
    """Let the entries be billed by a draft. Raises the crm's `TimeBilled` and `TimeNotBillable`."""
    entries = bill_time(entry_ids=entry_ids, invoice_id=invoice.pk, by=by, at=at)
    BilledTime.objects.bulk_create(
        BilledTime(entry=entry, invoice=invoice, created_at=at) for entry in entries
    )


def free_time_of(invoice: Invoice, by: Actor, at: datetime) -> None:
    """Let the time on an invoice be billed again: it is about to go, or was annulled."""
    rows = BilledTime.objects.filter(invoice=invoice, freed_at=None)
    entry_ids = list(rows.values_list("entry_id", flat=True))
    if entry_ids:
        rows.update(freed_at=at)
        free_time(entry_ids=entry_ids, invoice_id=invoice.pk, by=by, at=at)


def take_time_over(annulled: Invoice, replacement: Invoice, by: Actor, at: datetime) -> None:
    """The draft that takes the place of an annulled invoice bills its time, as far as nothing else does and
    `by` sees it.
    """
    ids = list(BilledTime.objects.filter(invoice=annulled).values_list("entry_id", flat=True))
    free = unbilled_among(ids, by) if ids else []
    if free:
        put_time_on(replacement, free, by, at)
