"""The organization as the API reads and writes it."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Schema

from shared_apps.core.api import Amount, Input, decimal_text
from tenant_apps.workspace.models import NumberSeries, OrganizationProfile
from tenant_apps.workspace.operations import ProfileChange

FIELDS = (
    "legal_name",
    "eik",
    "vat_number",
    "is_vat_registered",
    "country",
    "city",
    "address",
    "postal_code",
    "responsible_person",
    "iban",
    "bic",
    "default_currency",
    "default_language",
    "time_zone",
    "accent_color",
)


class OrganizationPatch(Input):
    """Only what is named changes; null empties a text."""

    legal_name: str | None = None
    eik: str | None = None
    vat_number: str | None = None
    is_vat_registered: bool = False
    country: str | None = None
    city: str | None = None
    address: str | None = None
    postal_code: str | None = None
    responsible_person: str | None = None
    iban: str | None = None
    bic: str | None = None
    default_currency: str | None = None
    default_language: str | None = None
    time_zone: str | None = None
    write_off_limit: Amount = Decimal(0)
    accent_color: str | None = None

    def change(self) -> ProfileChange:
        named = self.model_dump(exclude_unset=True)
        values: dict[str, Any] = {name: "" if value is None else value for name, value in named.items()}
        return ProfileChange(**values)


class OrganizationOut(Schema):
    id: UUID
    legal_name: str
    eik: str
    vat_number: str
    is_vat_registered: bool
    country: str
    city: str
    address: str
    postal_code: str
    responsible_person: str
    iban: str
    bic: str
    default_currency: str
    default_language: str
    time_zone: str
    write_off_limit: str
    accent_color: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


def organization_out(profile: OrganizationProfile, organization_id: UUID) -> dict[str, Any]:
    """The organization under its own id; it is never archived."""
    facts = {name: getattr(profile, name) for name in FIELDS}
    kept = {"created_at": profile.created_at, "updated_at": profile.updated_at, "archived_at": None}
    limit = {"write_off_limit": decimal_text(profile.write_off_limit)}
    return {"id": organization_id, **facts, **limit, **kept}


class SeriesIn(Input):
    name: str
    first_number: int


class StartIn(Input):
    next_number: int


class SeriesOut(Schema):
    """A number series: `kind` tax, proforma or offer; `next` as the document will bear it."""

    id: UUID
    code: str
    kind: str
    name: str
    prefix: str
    first_number: int
    next_number: int
    next: str
    is_started: bool


def series_out(series: NumberSeries) -> dict[str, Any]:
    names = ("code", "kind", "prefix", "first_number", "next_number", "is_started")
    facts = {name: getattr(series, name) for name in names}
    return facts | {"id": series.pk, "name": str(series), "next": series.written(series.next_number)}
