from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from ninja import Field, Schema

from shared_apps.core.api import (
    Amount,
    CurrencyCode,
    FilteredQuery,
    Input,
    decimal_text,
)
from tenant_apps.invoices import queries
from tenant_apps.invoices.models import Allocation, Payment, Refund
from tenant_apps.invoices.operations import PaymentInput
from tenant_apps.invoices.schemas.documents import Method, _given

PAYMENT_ORDERINGS = {
    "created_at": "id",
    "updated_at": "updated_at",
    "received_on": "received_on",
    "amount": "amount",
}


PaymentStatus = Literal["unmatched", "partly_matched", "matched", "refunded"]
WriteOffReason = Literal["bank_fee", "difference"]


class PaymentIn(Input):
    """Money that came. The reference is where the number of its invoice is looked for."""

    amount: Amount
    currency: CurrencyCode
    received_on: date
    method: Method
    reference: str | None = None
    payer_name: str | None = None
    payer_iban: str | None = None
    company_id: UUID | None = None
    contact_id: UUID | None = None
    end_to_end_id: str | None = None

    def payment(self) -> PaymentInput:
        return PaymentInput(**self.model_dump(exclude_none=True))


class AllocateIn(Input):
    invoice_id: UUID
    amount: Amount


class DeallocateIn(Input):
    invoice_id: UUID
    reason: str


class ClientIn(Input):
    """Whose the money is; with neither, nobody knows."""

    company_id: UUID | None = None
    contact_id: UUID | None = None


class RefundIn(Input):
    """Money that went back. With `frees_allocations` it may be taken from invoices, the newest link first."""

    amount: Amount
    refunded_on: date
    reason: str
    frees_allocations: bool = False


class WriteOffIn(Input):
    amount: Amount
    kind: WriteOffReason
    reason: str


class EvidenceOut(Schema):
    signal: str
    value: str


class AllocationOut(Schema):
    invoice_id: UUID
    invoice_number: str
    amount: str
    evidence: list[EvidenceOut]


class RefundOut(Schema):
    id: UUID
    amount: str
    refunded_on: date
    reason: str


class PaymentOut(Schema):
    id: UUID
    amount: str
    currency: str
    received_on: date
    method: Method
    reference: str
    payer_name: str
    payer_iban: str
    end_to_end_id: str
    company_id: UUID | None
    contact_id: UUID | None
    status: PaymentStatus
    unmatched_reason: str | None
    allocated_total: str
    refunded_total: str
    unallocated: str
    allocations: list[AllocationOut]
    refunds: list[RefundOut]
    voided_at: datetime | None
    void_reason: str | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class PaymentFilters(FilteredQuery):
    status: PaymentStatus | Literal["voided"] | None = None
    method: Method | None = None
    currency: str = ""
    company_id: UUID | None = None
    contact_id: UUID | None = None
    received_on: date | None = None
    received_on_from: date | None = None
    received_on_to: date | None = Field(None, description="This day included.")

    def narrow(self, payments: QuerySet[Payment]) -> QuerySet[Payment]:
        """The payments that the query asks for."""
        found = queries.payments_with_status(payments, self.status) if self.status else payments
        return found.filter(
            queries.of_client(company_id=self.company_id, contact_id=self.contact_id),
            **_given(
                method=self.method,
                currency=self.currency.upper(),
                received_on=self.received_on,
                received_on__gte=self.received_on_from,
                received_on__lte=self.received_on_to,
            ),
        )


def payment_out(payment: Payment) -> dict[str, Any]:
    """The whole payment, loaded with its `live_allocations` and `live_refunds`."""
    return {
        "id": payment.pk,
        "amount": decimal_text(payment.amount),
        "currency": payment.currency,
        "received_on": payment.received_on,
        "method": payment.method,
        "reference": payment.reference,
        "payer_name": payment.payer_name,
        "payer_iban": payment.payer_iban,
        "end_to_end_id": payment.end_to_end_id,
        "company_id": payment.company_id,
        "contact_id": payment.contact_id,
        "status": payment.status,
        "unmatched_reason": payment.unmatched_reason or None,
        "allocated_total": decimal_text(payment.allocated_total),
        "refunded_total": decimal_text(payment.refunded_total),
        "unallocated": decimal_text(payment.unallocated),
        "allocations": [_allocation_out(one) for one in payment.live_allocations],  # type: ignore[attr-defined]
        "refunds": [_refund_out(one) for one in payment.live_refunds],  # type: ignore[attr-defined]
        "voided_at": payment.voided_at,
        "void_reason": payment.void_reason or None,
        "created_at": payment.created_at,
        "updated_at": payment.updated_at,
        "archived_at": None,
    }


def _allocation_out(allocation: Allocation) -> dict[str, Any]:
    return {
        "invoice_id": allocation.invoice_id,
        "invoice_number": allocation.invoice.number,
        "amount": decimal_text(allocation.amount),
        "evidence": allocation.evidence,
    }


def _refund_out(refund: Refund) -> dict[str, Any]:
    return {
        "id": refund.pk,
        "amount": decimal_text(refund.amount),
        "refunded_on": refund.refunded_on,
        "reason": refund.reason,
    }
