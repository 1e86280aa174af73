"""Offers as the API reads and writes them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, Schema

from shared_apps.core.api import Amount, CurrencyCode, FilteredQuery, Input, Percent, decimal_text
from tenant_apps.invoices.models import Offer, OfferInvoice, OfferItem
from tenant_apps.invoices.operations import OfferChange, OfferInput, OfferItemInput
from tenant_apps.invoices.schemas.documents import NOT_NULL, ItemIn, VatGroupOut

OFFER_ORDERINGS = {"created_at": "id", "updated_at": "updated_at", "total": "total"}

OfferStatusName = Literal["draft", "sent", "accepted", "declined", "expired", "superseded"]
Language = Literal["bg", "en"]
Part = Literal["whole", "lines", "advance"]


class OfferItemIn(ItemIn):
    """A line, priced like an invoice's; the client may leave an optional one out."""

    is_optional: bool = False

    def line(self) -> OfferItemInput:
        return OfferItemInput(**self.model_dump())


class OfferIn(Input):
    """A new draft, for a company or a contact; with both the contact is the addressee at the company."""

    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = Field(None, description="The sale that it is for.")
    currency: CurrencyCode
    valid_until: date | None = Field(None, description="Null: 30 days from the day it is sent.")
    language: Language | None = None
    notes: str | None = None
    prices_include_vat: bool = False
    discount_percent: Percent = Decimal("0.00")
    discount_amount: Amount = Decimal("0.00")
    advance_percent: Percent = Decimal("0.00")
    items: list[OfferItemIn]

    def draft(self) -> OfferInput:
        values = self.model_dump(exclude_none=True, exclude={"items"})
        return OfferInput(**values, items=tuple(item.line() for item in self.items))


class OfferPatch(Input):
    """Only what is named changes; `items` are replaced whole. Null empties what may be empty."""

    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = None
    currency: CurrencyCode = NOT_NULL
    valid_until: date | None = None
    language: Language = NOT_NULL
    notes: str | None = None
    prices_include_vat: bool = NOT_NULL
    discount_percent: Percent = NOT_NULL
    discount_amount: Amount = NOT_NULL
    advance_percent: Percent = NOT_NULL
    items: list[OfferItemIn] = NOT_NULL

    def change(self) -> OfferChange:
        named = self.model_dump(exclude_unset=True, exclude={"items"})
        if "notes" in named:
            named["notes"] = named["notes"] or ""
        if "items" in self.model_fields_set:
            named["items"] = tuple(item.line() for item in self.items)
        return OfferChange(**named)


class SendOfferIn(Input):
    with_email: bool = Field(True, description="False: it only counts as sent.")


class AcceptIn(Input):
    """Who accepts, and which optional lines."""

    name: str
    chosen_item_ids: list[UUID] = []


class DeclineIn(Input):
    name: str
    reason: str = ""


class InvoiceOfferIn(Input):
    """What the invoice takes: the whole of what is left, the lines `item_ids`, or an advance of `percent`."""

    part: Part = "whole"
    item_ids: list[UUID] = []
    percent: Percent | None = None


class OfferItemOut(Schema):
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
    is_optional: bool
    is_chosen: bool


class OfferInvoiceOut(Schema):
    invoice_id: UUID
    part: Part
    percent: str | None
    item_ids: list[UUID]


class OfferOut(Schema):
    id: UUID
    number: str | None
    version: int
    supersedes_id: UUID | None
    status: OfferStatusName
    company_id: UUID | None
    contact_id: UUID | None
    deal_id: UUID | None
    currency: str
    language: str
    valid_until: date | None
    notes: str
    items: list[OfferItemOut]
    prices_include_vat: bool
    discount_percent: str
    discount_amount: str
    discount_total: str
    advance_percent: str
    net_total: str
    vat_total: str
    total: str
    vat_groups: list[VatGroupOut]
    accepted_net_total: str | None
    accepted_vat_total: str | None
    accepted_total: str | None
    accepted_groups: list[VatGroupOut]
    answered_at: datetime | None
    answered_by: str | None
    answer_reason: str | None
    invoices: list[OfferInvoiceOut]
    sent_at: datetime | None
    pdf_url: str | None
    owner_id: UUID | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class OfferFilters(FilteredQuery):
    status: OfferStatusName | None = None
    company_id: UUID | None = None
    contact_id: UUID | None = None
    deal_id: UUID | None = None
    number: str = Field("", max_length=20)

    def lookups(self) -> dict[str, Any]:
        names = ("status", "company_id", "contact_id", "deal_id", "number")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


SAME = (
    "number",
    "version",
    "supersedes_id",
    "status",
    "company_id",
    "contact_id",
    "deal_id",
    "currency",
    "language",
    "valid_until",
    "notes",
    "prices_include_vat",
    "vat_groups",
    "accepted_groups",
    "answered_at",
    "sent_at",
    "owner_id",
    "created_at",
    "updated_at",
)
SUMS = (
    "discount_percent",
    "discount_amount",
    "discount_total",
    "advance_percent",
    "net_total",
    "vat_total",
    "total",
    "accepted_net_total",
    "accepted_vat_total",
    "accepted_total",
)


def offer_out(offer: Offer, request: HttpRequest) -> dict[str, Any]:
    """The whole offer with its lines and its invoices, which the caller has prefetched for a list."""
    return {
        "id": offer.pk,
        **{name: getattr(offer, name) for name in SAME},
        **{name: decimal_text(getattr(offer, name)) for name in SUMS},
        "answered_by": offer.answered_by or None,
        "answer_reason": offer.answer_reason or None,
        "items": [_item_out(item) for item in offer.items.all()],
        "invoices": [_invoice_out(one) for one in offer.conversions.all()],
        "pdf_url": None if offer.is_draft else _pdf_url(offer, request),
        "archived_at": None,
    }


def _item_out(item: OfferItem) -> dict[str, Any]:
    same = ("product_id", "description", "unit", "vat_code", "is_optional", "is_chosen")
    return {
        "id": item.pk,
        **{name: getattr(item, name) for name in same},
        "quantity": decimal_text(item.quantity, 3),
        "unit_price": decimal_text(item.unit_price, 4),
        "discount_percent": decimal_text(item.discount_percent),
        "vat_rate": decimal_text(item.vat_rate),
        "amount": decimal_text(item.amount),
        "net_total": decimal_text(item.net_total),
    }


def _invoice_out(one: OfferInvoice) -> dict[str, Any]:
    return {
        "invoice_id": one.invoice_id,
        "part": one.part,
        "percent": decimal_text(one.percent),
        "item_ids": one.item_ids,
    }


def _pdf_url(offer: Offer, request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("api:read_offer_pdf", args=[offer.pk]))
