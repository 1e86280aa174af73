"""Invoices and payments as the API reads and writes them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, Schema

from shared_apps.core.api import (
    Amount,
    CurrencyCode,
    Input,
    ListQuery,
    Percent,
    Quantity,
    UnitPrice,
    decimal_text,
)
from tenant_apps.invoices import queries
from tenant_apps.invoices.models import Allocation, Invoice, InvoiceItem, Payment
from tenant_apps.invoices.operations import InvoiceChange, InvoiceInput, ItemInput, PaymentInput

INVOICE_ORDERINGS = {
    "created_at": "id",
    "updated_at": "updated_at",
    "number": "number_key",
    "issue_date": "issue_key",
    "due_date": "due_key",
    "total": "total",
}
PAYMENT_ORDERINGS = {
    "created_at": "id",
    "updated_at": "updated_at",
    "received_on": "received_on",
    "amount": "amount",
}
InvoiceStatus = Literal["annulled", "paid", "overdue", "partly_paid", "sent", "issued", "draft"]
PaymentStatus = Literal["unmatched", "partly_matched", "matched"]
Method = Literal["bank_transfer", "cash", "card", "stripe", "other"]
Language = Literal["bg", "en"]
# A field that a PATCH may leave out; named, it has a value.
NOT_NULL: Any = Field(None)


class ItemIn(Input):
    """A line; `unit_price` is net of VAT, `vat_rate` null means no VAT."""

    product_id: UUID | None = None
    description: str
    quantity: Quantity
    unit: str = ""
    unit_price: UnitPrice
    discount_percent: Percent = Decimal("0.00")
    vat_rate: Percent | None

    def line(self) -> ItemInput:
        return ItemInput(**self.model_dump())


class InvoiceIn(Input):
    """A new draft, for a company or a contact; with both the contact is the addressee at the company."""

    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = Field(None, description="The sale that it bills.")
    currency: CurrencyCode
    issue_date: date | None = None
    tax_event_date: date | None = None
    due_date: date | None = None
    language: Language | None = None
    notes: str | None = None
    items: list[ItemIn]

    def draft(self) -> InvoiceInput:
        values = self.model_dump(exclude_none=True, exclude={"items"})
        return InvoiceInput(**values, items=tuple(item.line() for item in self.items))


class InvoicePatch(Input):
    """Only what is named changes; `items` are replaced whole. Null empties what may be empty."""

    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = None
    currency: CurrencyCode = NOT_NULL
    issue_date: date | None = None
    tax_event_date: date | None = None
    due_date: date | None = None
    language: Language = NOT_NULL
    notes: str | None = None
    items: list[ItemIn] = NOT_NULL

    def change(self) -> InvoiceChange:
        named = self.model_dump(exclude_unset=True, exclude={"items"})
        if "notes" in named:
            named["notes"] = named["notes"] or ""
        if "items" in self.model_fields_set:
            named["items"] = tuple(item.line() for item in self.items)
        return InvoiceChange(**named)


class IssueIn(Input):
    issue_date: date | None = None


class ReasonIn(Input):
    reason: str


class ItemOut(Schema):
    id: UUID
    product_id: UUID | None
    description: str
    quantity: str
    unit: str
    unit_price: str
    discount_percent: str
    vat_rate: str | None
    net_total: str


class VatGroupOut(Schema):
    rate: str | None
    base: str
    vat: str


class InvoiceOut(Schema):
    id: UUID
    number: str | None
    status: InvoiceStatus
    company_id: UUID | None
    contact_id: UUID | None
    deal_id: UUID | None
    currency: str
    language: str
    issue_date: date | None
    tax_event_date: date | None
    due_date: date | None
    notes: str
    items: list[ItemOut]
    net_total: str
    vat_total: str
    total: str
    paid_total: str
    outstanding: str
    vat_groups: list[VatGroupOut]
    issued_at: datetime | None
    sent_at: datetime | None
    paid_at: datetime | None
    annulled_at: datetime | None
    annul_reason: str | None
    pdf_url: str | None
    payment_url: str | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class InvoiceFilters(ListQuery):
    status: InvoiceStatus | None = None
    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = None
    number: str = Field("", max_length=10, description="With or without its leading zeros.")
    currency: str = ""
    issue_date: date | None = None
    issue_date_from: date | None = None
    issue_date_to: date | None = Field(None, description="This day included.")
    due_date_from: date | None = None
    due_date_to: date | None = Field(None, description="This day included.")

    def narrow(self, invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
        """The invoices, annotated with their status, that the query asks for."""
        found = queries.of_status(invoices, self.status) if self.status else invoices
        return found.filter(
            queries.of_client(company_id=self.company_id, contact_id=self.contact_id),
            **_given(
                deal_id=self.deal_id,
                number=self.number and self.number.zfill(10),
                currency=self.currency.upper(),
                issue_date=self.issue_date,
                issue_date__gte=self.issue_date_from,
                issue_date__lte=self.issue_date_to,
                due_date__gte=self.due_date_from,
                due_date__lte=self.due_date_to,
            ),
        )


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

    def payment(self) -> PaymentInput:
        return PaymentInput(**self.model_dump(exclude_none=True))


class AllocateIn(Input):
    invoice_id: UUID
    amount: Amount


class DeallocateIn(Input):
    invoice_id: UUID
    reason: str


class EvidenceOut(Schema):
    signal: str
    value: str


class AllocationOut(Schema):
    invoice_id: UUID
    invoice_number: str
    amount: str
    evidence: list[EvidenceOut]


class PaymentOut(Schema):
    id: UUID
    amount: str
    currency: str
    received_on: date
    method: Method
    reference: str
    payer_name: str
    payer_iban: str
    company_id: UUID | None
    status: PaymentStatus
    unmatched_reason: str | None
    allocated_total: str
    allocations: list[AllocationOut]
    voided_at: datetime | None
    void_reason: str | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class PaymentFilters(ListQuery):
    status: PaymentStatus | Literal["voided"] | None = None
    method: Method | None = None
    currency: str = ""
    company_id: UUID | None = None
    received_on: date | None = None
    received_on_from: date | None = None
    received_on_to: date | None = Field(None, description="This day included.")

    def narrow(self, payments: QuerySet[Payment]) -> QuerySet[Payment]:
        """The payments that the query asks for."""
        found = queries.payments_with_status(payments, self.status) if self.status else payments
        return found.filter(
            queries.of_client(company_id=self.company_id),
            **_given(
                method=self.method,
                currency=self.currency.upper(),
                received_on=self.received_on,
                received_on__gte=self.received_on_from,
                received_on__lte=self.received_on_to,
            ),
        )


def invoice_out(invoice: Invoice, request: HttpRequest, on: date) -> dict[str, Any]:
    """The whole invoice, with its status as seen on the day."""
    return {
        "id": invoice.pk,
        "number": invoice.number,
        "status": invoice.status_on(on),
        "company_id": invoice.company_id,
        "contact_id": invoice.contact_id,
        "deal_id": invoice.deal_id,
        "currency": invoice.currency,
        "language": invoice.language,
        "issue_date": invoice.issue_date,
        "tax_event_date": invoice.tax_event_date,
        "due_date": invoice.due_date,
        "notes": invoice.notes,
        "items": [item_out(item) for item in invoice.items.all()],
        "net_total": decimal_text(invoice.net_total),
        "vat_total": decimal_text(invoice.vat_total),
        "total": decimal_text(invoice.total),
        "paid_total": decimal_text(invoice.paid_total),
        # A draft owes nothing yet; programs are told what it will owe.
        "outstanding": decimal_text(invoice.total if invoice.is_draft else invoice.outstanding),
        "vat_groups": invoice.vat_groups,
        "issued_at": invoice.issued_at,
        "sent_at": invoice.sent_at,
        "paid_at": invoice.paid_at,
        "annulled_at": invoice.annulled_at,
        "annul_reason": invoice.annul_reason or None,
        "pdf_url": None if invoice.is_draft else _pdf_url(invoice, request),
        "payment_url": invoice.payment_url or None,
        "created_at": invoice.created_at,
        "updated_at": invoice.updated_at,
        "archived_at": None,
    }


def item_out(item: InvoiceItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "product_id": item.product_id,
        "description": item.description,
        "quantity": decimal_text(item.quantity, 3),
        "unit": item.unit,
        "unit_price": decimal_text(item.unit_price, 4),
        "discount_percent": decimal_text(item.discount_percent),
        "vat_rate": decimal_text(item.vat_rate),
        "net_total": decimal_text(item.net_total),
    }


def payment_out(payment: Payment) -> dict[str, Any]:
    """The whole payment, loaded with its `live_allocations`."""
    return {
        "id": payment.pk,
        "amount": decimal_text(payment.amount),
        "currency": payment.currency,
        "received_on": payment.received_on,
        "method": payment.method,
        "reference": payment.reference,
        "payer_name": payment.payer_name,
        "payer_iban": payment.payer_iban,
        "company_id": payment.company_id,
        "status": payment.status,
        "unmatched_reason": payment.unmatched_reason or None,
        "allocated_total": decimal_text(payment.allocated_total),
        "allocations": [_allocation_out(one) for one in payment.live_allocations],  # type: ignore[attr-defined]
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


def _pdf_url(invoice: Invoice, request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("api:read_invoice_pdf", args=[invoice.pk]))


def _given(**lookups: Any) -> dict[str, Any]:
    return {name: value for name, value in lookups.items() if value not in {None, ""}}
