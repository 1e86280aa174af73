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
    ExchangeRate,
    FilteredQuery,
    Input,
    Percent,
    Quantity,
    UnitPrice,
    decimal_text,
)
from tenant_apps.invoices import queries
from tenant_apps.invoices.models import Invoice, InvoiceItem
from tenant_apps.invoices.operations import InvoiceChange, InvoiceInput, ItemInput, LetterInput

INVOICE_ORDERINGS = {
    "created_at": "id",
    "updated_at": "updated_at",
    "number": "number_key",
    "issue_date": "issue_key",
    "due_date": "due_key",
    "total": "total",
}


InvoiceStatus = Literal["annulled", "credited", "paid", "overdue", "partly_paid", "sent", "issued", "draft"]


Method = Literal["bank_transfer", "cash", "card", "stripe", "other"]


Language = Literal["bg", "en", "bg-en"]


Kind = Literal["invoice", "credit_note", "debit_note", "proforma"]


DraftKind = Literal["invoice", "proforma"]


NoteKind = Literal["credit_note", "debit_note"]


SupplyName = Literal["goods", "service", ""]


VatCode = Literal[
    "standard",
    "reduced",
    "eu_goods",
    "eu_services",
    "export",
    "services_abroad",
    "reverse_charge",
    "triangular",
    "exempt",
    "treated_as_export",
    "margin",
    "not_registered",
    "small_business",
]


# A field that a PATCH may leave out; named, it has a value.
NOT_NULL: Any = Field(None)


class ItemIn(Input):
    """A line; `unit_price` is net of VAT unless the document's prices include it, `vat_rate` null means no
    VAT. `vat_code` says how the VAT act treats it; left out, 20 and 9 percent say it themselves.
    """

    product_id: UUID | None = None
    description: str
    quantity: Quantity
    unit: str = ""
    unit_price: UnitPrice
    discount_percent: Percent = Decimal("0.00")
    vat_rate: Percent | None
    vat_code: VatCode | Literal[""] = ""

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
    kind: DraftKind = "invoice"
    is_advance: bool = False
    series: str | None = None
    prices_include_vat: bool = False
    discount_percent: Percent = Decimal("0.00")
    discount_amount: Amount = Decimal("0.00")
    supply: SupplyName = ""
    payment_method: Method = "bank_transfer"
    vies_number: str | None = None
    vies_checked_on: date | None = None
    exchange_rate: ExchangeRate | None = None
    exchange_rate_on: date | None = None
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
    is_advance: bool = NOT_NULL
    series: str = NOT_NULL
    prices_include_vat: bool = NOT_NULL
    discount_percent: Percent = NOT_NULL
    discount_amount: Amount = NOT_NULL
    supply: SupplyName = NOT_NULL
    payment_method: Method = NOT_NULL
    vies_number: str | None = None
    vies_checked_on: date | None = None
    exchange_rate: ExchangeRate | None = None
    exchange_rate_on: date | None = None
    amend_reason: str = NOT_NULL
    items: list[ItemIn] = NOT_NULL

    def change(self) -> InvoiceChange:
        named = self.model_dump(exclude_unset=True, exclude={"items"})
        named |= {name: named[name] or "" for name in ("notes", "vies_number") if name in named}
        if "items" in self.model_fields_set:
            named["items"] = tuple(item.line() for item in self.items)
        return InvoiceChange(**named)


class InvoiceTimeIn(Input):
    """Which logged time, and whether each entry or each rate per hour gets a line."""

    entry_ids: list[UUID]
    grouping: Literal["entry", "rate"] = "entry"


class IssueIn(Input):
    issue_date: date | None = None


class ReasonIn(Input):
    reason: str


class LetterIn(Input):
    """The letter; what is left out is as usual. `with_ubl`: the e-invoice goes along with the PDF."""

    to: str = ""
    cc: list[str] = []
    subject: str = Field("", max_length=250)
    text: str = Field("", max_length=10_000)
    with_ubl: bool = False

    def letter(self) -> LetterInput:
        return LetterInput(**self.model_dump() | {"cc": tuple(self.cc)})


class NoteIn(Input):
    """A note to an issued invoice, and why it is written."""

    kind: NoteKind
    reason: str


class FollowIn(Input):
    is_advance: bool = False


class AdvancesIn(Input):
    advance_ids: list[UUID]


class ItemOut(Schema):
    id: UUID
    product_id: UUID | None
    description: str
    quantity: str
    unit: str
    unit_price: str
    discount_percent: str
    vat_rate: str | None
    vat_code: str
    amount: str
    net_total: str
    deducts_id: UUID | None


class VatGroupOut(Schema):
    rate: str | None
    code: str
    base: str
    vat: str
    discount: str


class InvoiceOut(Schema):
    id: UUID
    number: str | None
    kind: Kind
    is_advance: bool
    series: str
    status: InvoiceStatus
    amends_id: UUID | None
    amend_reason: str | None
    origin_id: UUID | None
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
    prices_include_vat: bool
    discount_percent: str
    discount_amount: str
    discount_total: str
    supply: SupplyName
    payment_method: Method
    vies_number: str | None
    vies_checked_on: date | None
    exchange_rate: str | None
    exchange_rate_on: date | None
    net_total: str
    vat_total: str
    net_total_eur: str | None
    vat_total_eur: str | None
    total: str
    paid_total: str
    credited_total: str
    written_off_total: str
    outstanding: str
    vat_groups: list[VatGroupOut]
    issued_at: datetime | None
    sent_at: datetime | None
    paid_at: datetime | None
    annulled_at: datetime | None
    annul_reason: str | None
    pdf_url: str | None
    payment_url: str | None = Field(description="Where the client sees it and pays; null once revoked.")
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class InvoiceFilters(FilteredQuery):
    kind: Kind | None = None
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


def invoice_out(invoice: Invoice, request: HttpRequest, on: date, *, payment_url: str) -> dict[str, Any]:
    """The whole invoice, with its status as seen on the day; `payment_url` is where its client link leads."""
    return {
        "id": invoice.pk,
        "number": invoice.number,
        "kind": invoice.kind,
        "is_advance": invoice.is_advance,
        "series": invoice.series,
        "status": invoice.status_on(on),
        "amends_id": invoice.amends_id,
        "amend_reason": invoice.amend_reason or None,
        "origin_id": invoice.origin_id,
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
        "prices_include_vat": invoice.prices_include_vat,
        "discount_percent": decimal_text(invoice.discount_percent),
        "discount_amount": decimal_text(invoice.discount_amount),
        "discount_total": decimal_text(invoice.discount_total),
        "supply": invoice.supply,
        "payment_method": invoice.payment_method,
        "vies_number": invoice.vies_number or None,
        "vies_checked_on": invoice.vies_checked_on,
        "exchange_rate": decimal_text(invoice.exchange_rate, 6),
        "exchange_rate_on": invoice.exchange_rate_on,
        "net_total_eur": decimal_text(invoice.net_total_eur),
        "vat_total_eur": decimal_text(invoice.vat_total_eur),
        "net_total": decimal_text(invoice.net_total),
        "vat_total": decimal_text(invoice.vat_total),
        "total": decimal_text(invoice.total),
        "paid_total": decimal_text(invoice.paid_total),
        "credited_total": decimal_text(invoice.credited_total),
        "written_off_total": decimal_text(invoice.written_off_total),
        # A draft owes nothing yet; programs are told what it will owe.
        "outstanding": decimal_text(invoice.total if invoice.is_draft else invoice.outstanding),
        "vat_groups": invoice.vat_groups,
        "issued_at": invoice.issued_at,
        "sent_at": invoice.sent_at,
        "paid_at": invoice.paid_at,
        "annulled_at": invoice.annulled_at,
        "annul_reason": invoice.annul_reason or None,
        "pdf_url": None if invoice.is_draft else _pdf_url(invoice, request),
        "payment_url": payment_url or None,
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
        "vat_code": item.vat_code,
        "amount": decimal_text(item.amount),
        "deducts_id": item.deducts_id,
        "net_total": decimal_text(item.net_total),
    }


def _pdf_url(invoice: Invoice, request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("api:read_invoice_pdf", args=[invoice.pk]))


def _given(**lookups: Any) -> dict[str, Any]:
    return {name: value for name, value in lookups.items() if value not in {None, ""}}
