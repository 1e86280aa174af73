"""Whole sets of payments and invoices under locks, as plain rows: an object of the model for each would cost
more than what is done with it.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from shared_apps.core.actors import Actor
from shared_apps.core.arrays import is_one_of, is_text_of
from tenant_apps.invoices import rules
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.invoices.queries.ledger import with_kept_client
from tenant_apps.sharing.queries import visible_to

R = TypeVar("R", "LedgerPayment", "LedgerInvoice")
ZERO = Decimal("0.00")


@dataclass(slots=True)
class LedgerPayment:
    """A payment as the ledger and matching ask for it."""

    pk: UUID
    amount: Decimal
    currency: str
    allocated_total: Decimal
    refunded_total: Decimal
    voided_at: datetime | None
    unmatched_reason: str
    company_id: UUID | None
    contact_id: UUID | None
    reference: str
    end_to_end_id: str
    payer_name: str
    payer_iban: str
    received_on: date

    @property
    def unallocated(self) -> Decimal:
        """As of a `Payment`."""
        return ZERO if self.voided_at else self.amount - self.allocated_total - self.refunded_total


@dataclass(slots=True)
class LedgerInvoice:
    """An invoice as the ledger asks for it."""

    pk: UUID
    number: str | None
    kind: str
    state: str
    currency: str
    total: Decimal
    paid_total: Decimal
    credited_total: Decimal
    written_off_total: Decimal
    issue_date: date | None
    company_id: UUID | None
    contact_id: UUID | None
    deal_id: UUID | None

    @property
    def outstanding(self) -> Decimal:
        """As of an `Invoice`."""
        return rules.outstanding(
            kind=self.kind,
            state=self.state,
            total=self.total,
            paid_total=self.paid_total,
            credited_total=self.credited_total,
            written_off_total=self.written_off_total,
        )


@dataclass(slots=True)
class NamedInvoice(LedgerInvoice):
    """One that was asked for by its number, `ledger.with_kept_client`."""

    buyer_name: str | None = None
    kept_company_id: UUID | None = None
    kept_contact_id: UUID | None = None


def lock_ledger_payments(payment_ids: Collection[UUID], actor: Actor) -> dict[UUID, LedgerPayment]:
    """The payments under row locks, taken by ascending id; `DoesNotExist` when one of them is not visible."""
    locked = Payment.objects.select_for_update().filter(is_one_of("pk", payment_ids))
    return _all_of(LedgerPayment, visible_to(locked, actor), payment_ids)


def lock_ledger_invoices(invoice_ids: Collection[UUID], actor: Actor) -> dict[UUID, LedgerInvoice]:
    """The invoices under row locks, taken by ascending id; `DoesNotExist` when one of them is not visible."""
    locked = Invoice.objects.select_for_update().filter(is_one_of("pk", invoice_ids))
    return _all_of(LedgerInvoice, visible_to(locked, actor), invoice_ids)


def lock_invoices_by_number(numbers: Collection[str], actor: Actor) -> list[NamedInvoice]:
    """The invoices with these numbers, whatever their state, under row locks taken by ascending id."""
    locked = Invoice.objects.select_for_update(of=("self",)).filter(is_text_of("number", numbers))
    rows = visible_to(with_kept_client(locked), actor)
    return [NamedInvoice(*values) for values in rows.order_by("id").values_list(*_columns(NamedInvoice))]


def _columns(row: type[Any]) -> list[str]:
    return [field.name for field in fields(row)]


def _all_of(row: type[R], rows: QuerySet[Any], ids: Collection[UUID]) -> dict[UUID, R]:
    found = {values[0]: row(*values) for values in rows.order_by("id").values_list(*_columns(row))}
    if len(found) < len(set(ids)):
        raise rows.model.DoesNotExist()
    return found
