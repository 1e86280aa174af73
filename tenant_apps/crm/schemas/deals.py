"""Pipelines, stages and deals as the API reads and writes them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from shared_apps.core.api import (
    Amount,
    CurrencyCode,
    Custom,
    FilteredQuery,
    Input,
    ListQuery,
    Percent,
    Quantity,
    UnitPrice,
    decimal_text,
)
from tenant_apps.crm.models import Deal, DealContact, DealItem, Pipeline, Stage
from tenant_apps.crm.operations import DealChange, DealItemInput, Participant
from tenant_apps.workspace.queries import custom_in

DEAL_ORDERINGS = {
    "name": "name_folded",
    "value": "value",
    "created_at": "id",
    "updated_at": "updated_at",
    "stage_entered_at": "stage_entered_at",
}
PLAIN = (
    "id",
    "name",
    "pipeline_id",
    "stage_id",
    "stage_entered_at",
    "status",
    "lost_reason",
    "closed_at",
    "paid_at",
    "currency",
    "expected_close_on",
    "company_id",
    "owner_id",
    "next_task_at",
    "version",
    "created_at",
    "updated_at",
    "archived_at",
)
DealStatusCode = Literal["open", "won", "lost"]
# A field that a PATCH may leave out; named, it has a value.
NOT_NULL: Any = Field(None)


class ParticipantIn(Input):
    contact_id: UUID
    role: str = ""

    def participant(self) -> Participant:
        return Participant(self.contact_id, self.role)


class DealItemIn(Input):
    product_id: UUID | None = None
    description: str
    quantity: Quantity
    unit: str = ""
    unit_price: UnitPrice
    discount_percent: Percent = Decimal("0.00")
    vat_rate: Percent | None = None

    def line(self) -> DealItemInput:
        return DealItemInput(**self.model_dump())


class DealPatch(Input):
    """Only what is named changes; `items` and `contacts` are replaced whole. Items make the value."""

    name: str = NOT_NULL
    value: Amount = NOT_NULL
    currency: CurrencyCode = NOT_NULL
    expected_close_on: date | None = None
    company_id: UUID | None = None
    owner_id: UUID | None = None
    contacts: list[ParticipantIn] = NOT_NULL
    items: list[DealItemIn] = NOT_NULL
    custom: Custom | None = None

    def change(self) -> DealChange:
        named = self.model_dump(exclude_unset=True, exclude={"items", "contacts", "stage_id"})
        if "items" in self.model_fields_set:
            named["items"] = tuple(item.line() for item in self.items)
        if "contacts" in self.model_fields_set:
            named["contacts"] = tuple(one.participant() for one in self.contacts)
        return DealChange(**named)


class DealIn(DealPatch):
    """A new deal; without a stage it enters the first one of the first pipeline."""

    name: str
    stage_id: UUID | None = None


class MoveIn(Input):
    """Where to. With the `version` that was read, a deal that somebody moved since is refused with 409."""

    stage_id: UUID
    version: int | None = None
    above_id: UUID | None = None


class LoseIn(Input):
    reason: str


class ParticipantOut(Schema):
    contact_id: UUID
    role: str


class DealItemOut(Schema):
    id: UUID
    product_id: UUID | None
    description: str
    quantity: str
    unit: str
    unit_price: str
    discount_percent: str
    vat_rate: str | None
    net_total: str


class DealOut(Schema):
    id: UUID
    name: str
    pipeline_id: UUID
    stage_id: UUID
    stage_entered_at: datetime
    status: DealStatusCode
    lost_reason: str
    closed_at: datetime | None
    paid_at: datetime | None
    value: str
    currency: str
    expected_close_on: date | None
    company_id: UUID | None
    owner_id: UUID | None
    next_task_at: datetime | None
    version: int
    contacts: list[ParticipantOut]
    items: list[DealItemOut]
    custom: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class DealFilters(FilteredQuery):
    archived: bool = False
    pipeline_id: UUID | None = None
    stage_id: UUID | None = None
    status: DealStatusCode | None = None
    company_id: UUID | None = None
    owner_id: UUID | None = None
    contact_id: UUID | None = None

    def lookups(self) -> dict[str, Any]:
        names = ("pipeline_id", "stage_id", "status", "company_id", "owner_id")
        found = {name: getattr(self, name) for name in names if getattr(self, name)}
        return found | ({"participations__contact_id": self.contact_id} if self.contact_id else {})


class PipelineOut(Schema):
    id: UUID
    name: str
    name_bg: str
    name_en: str
    position: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class StageOut(Schema):
    id: UUID
    pipeline_id: UUID
    name: str
    name_bg: str
    name_en: str
    probability: int
    rot_days: int | None
    takes_offers: bool
    position: int
    archived_at: datetime | None


class PipelineFilters(ListQuery):
    archived: bool = False


class StageFilters(PipelineFilters):
    pipeline_id: UUID | None = None


def pipeline_out(pipeline: Pipeline) -> dict[str, Any]:
    return {name: getattr(pipeline, name) for name in PipelineOut.model_fields}


def stage_out(stage: Stage) -> dict[str, Any]:
    return {name: getattr(stage, name) for name in StageOut.model_fields}


def deal_out(deal: Deal) -> dict[str, Any]:
    """A deal with its people and lines, which the caller has prefetched for a list."""
    return {
        **{name: getattr(deal, name) for name in PLAIN},
        "value": decimal_text(deal.value),
        "contacts": [_participant_out(one) for one in sorted(deal.participations.all(), key=_by_id)],
        "items": [_item_out(item) for item in sorted(deal.items.all(), key=_by_position)],
        "custom": custom_in("deal", deal),
    }


def _by_id(one: DealContact) -> UUID:
    return one.pk


def _by_position(item: DealItem) -> int:
    return item.position


def _participant_out(one: DealContact) -> dict[str, Any]:
    return {"contact_id": one.contact_id, "role": one.role}


def _item_out(item: DealItem) -> dict[str, Any]:
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
