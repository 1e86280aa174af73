"""Shapes of the books over the API."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from shared_apps.core.api import Input, decimal_text
from tenant_apps.invoices.models import Invoice, MonthPack
from tenant_apps.invoices.queries import Aged, Movement, Radar, Statement, VatRow
from tenant_apps.invoices.rules import nra
from tenant_apps.invoices.rules.books import LedgerRow

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class AsOf(Schema):
    """As of which day; today when it is left out. A day to come is today."""

    model_config = ConfigDict(extra="forbid")
    on: date | None = None


class Period(Schema):
    """Both days included."""

    model_config = ConfigDict(extra="forbid")
    since: date
    until: date


class StatementPeriod(Schema):
    """Both days included; up to today, from the beginning of that year, where they are left out."""

    model_config = ConfigDict(extra="forbid")
    since: date | None = None
    until: date | None = None


class OfMonth(Schema):
    model_config = ConfigDict(extra="forbid")
    month: Month


class PackIn(Input):
    month: Month


class AgedOut(Schema):
    """What a client owes in one currency, by age in days after the due day."""

    company_id: UUID | None
    contact_id: UUID | None
    name: str
    currency: str
    not_due: str
    days_30: str
    days_60: str
    days_90: str
    older: str
    total: str


class OpenItemOut(Schema):
    invoice_id: UUID
    number: str
    kind: str
    company_id: UUID | None
    contact_id: UUID | None
    issue_date: date
    due_date: date | None
    currency: str
    total: str
    outstanding: str


class VatRowOut(Schema):
    """Base and VAT of a month, rate and treatment, in euro."""

    month: str
    rate: str | None
    vat_code: str
    document_count: int
    base: str
    vat: str


class LedgerRowOut(Schema):
    """A document of the sales ledger, in euro: `boxes` by their numbers in the VAT act's regulations."""

    type_code: str
    number: str
    issue_date: date
    client_number: str
    client_name: str
    description: str
    is_annulled: bool
    boxes: dict[str, str]
    unplaced: str


class MovementOut(Schema):
    """`kind`: a kind of document, `payment`, `refund` or `write_off`; `amount` below zero lowers the debt."""

    day: date
    kind: str
    label: str
    record_id: UUID
    amount: str
    balance: str


class StatementOut(Schema):
    currency: str
    opening: str
    charged: str
    settled: str
    closing: str
    movements: list[MovementOut]


class PackOut(Schema):
    """A month pack; `file_name` is null while it is being made."""

    id: UUID
    month: str
    total: int
    done_count: int
    file_name: str | None
    file_sha256: str | None
    contents_sha256: str | None
    created_at: datetime
    finished_at: datetime | None


class RadarOut(Schema):
    """Turnover of the calendar year and the threshold of VAT registration, in euro."""

    year: int
    turnover: str
    threshold: str
    share_percent: int
    reached_on: date | None


class Items(Schema):
    next_cursor: None = None


class AgedList(Items):
    items: list[AgedOut]


class OpenItemList(Items):
    items: list[OpenItemOut]


class VatRowList(Items):
    items: list[VatRowOut]


class LedgerRowList(Items):
    items: list[LedgerRowOut]


class StatementList(Items):
    items: list[StatementOut]


class PackList(Items):
    items: list[PackOut] = Field(max_length=50)


def aged_out(row: Aged) -> dict[str, Any]:
    ages = {name: decimal_text(amount) for name, amount in row.by_age.items()}
    names = ("company_id", "contact_id", "name", "currency")
    return {name: getattr(row, name) for name in names} | ages | {"total": decimal_text(row.total)}


def open_item_out(document: Invoice) -> dict[str, Any]:
    names = ("number", "kind", "company_id", "contact_id", "issue_date", "due_date", "currency")
    return {name: getattr(document, name) for name in names} | {
        "invoice_id": document.pk,
        "total": decimal_text(document.total),
        "outstanding": decimal_text(document.still_owed),  # type: ignore[attr-defined]
    }


def vat_row_out(row: VatRow) -> dict[str, Any]:
    return {
        "month": f"{row.month:%Y-%m}",
        "rate": None if row.rate is None else decimal_text(row.rate),
        "vat_code": row.code,
        "document_count": row.document_count,
        "base": decimal_text(row.base),
        "vat": decimal_text(row.vat),
    }


def ledger_row_out(row: LedgerRow) -> dict[str, Any]:
    names = ("type_code", "number", "client_number", "client_name", "description", "is_annulled")
    return {name: getattr(row, name) for name in names} | {
        "issue_date": row.issued_on,
        "boxes": {box: decimal_text(row.box(box)) for box in nra.AMOUNTS},
        "unplaced": decimal_text(row.unplaced),
    }


def statement_out(statement: Statement) -> dict[str, Any]:
    sums = ("opening", "charged", "settled", "closing")
    return {name: decimal_text(getattr(statement, name)) for name in sums} | {
        "currency": statement.currency,
        "movements": [_movement_out(one) for one in statement.movements],
    }


def _movement_out(movement: Movement) -> dict[str, Any]:
    return {
        "day": movement.day,
        "kind": movement.what,
        "label": movement.label,
        "record_id": movement.record_id,
        "amount": decimal_text(movement.amount),
        "balance": decimal_text(movement.balance),
    }


def pack_out(pack: MonthPack) -> dict[str, Any]:
    return {
        "id": pack.pk,
        "month": f"{pack.month:%Y-%m}",
        "total": pack.total,
        "done_count": pack.done_count,
        "file_name": pack.file.name if pack.file else None,
        "file_sha256": pack.file.sha256 if pack.file else None,
        "contents_sha256": pack.contents_sha256 or None,
        "created_at": pack.at,
        "finished_at": pack.finished_at,
    }


def radar_out(radar: Radar) -> dict[str, Any]:
    return {
        "year": radar.year,
        "turnover": decimal_text(radar.turnover),
        "threshold": decimal_text(radar.threshold.amount),
        "share_percent": radar.share,
        "reached_on": radar.reached_on,
    }
