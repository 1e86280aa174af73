"""Companies and contacts as the API reads and writes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from shared_apps.core.api import Input, ListQuery
from shared_apps.core.bulgaria.folding import fold
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.operations import CompanyChange, ContactChange

KEPT = ("id", "created_at", "updated_at", "archived_at")
COMPANY_FIELDS = (*CompanyChange.__dataclass_fields__, *KEPT)
CONTACT_FIELDS = (*ContactChange.__dataclass_fields__, *KEPT)
COMPANY_ORDERINGS = {"name": "name_folded", "created_at": "id", "updated_at": "updated_at"}
CONTACT_ORDERINGS = {
    "name": "name_folded",
    "first_name": "name_folded",
    "last_name": "last_name",
    "created_at": "id",
    "updated_at": "updated_at",
}


class CompanyPatch(Input):
    """Only what is named changes; null empties a text."""

    name: str | None = None
    eik: str | None = None
    vat_number: str | None = None
    country: str | None = None
    city: str | None = None
    address: str | None = None
    postal_code: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None

    def change(self) -> CompanyChange:
        return CompanyChange(**_named(self))


class CompanyIn(CompanyPatch):
    """A new company; without a country it is Bulgarian."""

    name: str

    def change(self) -> CompanyChange:
        return CompanyChange(**self.model_dump(exclude_none=True))


class CompanyOut(Schema):
    id: UUID
    name: str
    eik: str
    vat_number: str
    country: str
    city: str
    address: str
    postal_code: str
    email: str
    phone: str
    website: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class CompanyFilters(ListQuery):
    archived: bool = False
    eik: str = ""
    vat_number: str = ""
    email: str = ""
    country: str = ""

    def lookups(self) -> dict[str, Any]:
        """Exact values; what the search column holds too is found by its index."""
        exact = {"eik": self.eik, "vat_number": self.vat_number.upper(), "country": self.country.upper()}
        return {name: value for name, value in exact.items() if value} | _by_email(self.email)


class ContactPatch(Input):
    """Only what is named changes; null empties a text and takes the company away."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    job_title: str | None = None
    company_id: UUID | None = None

    def change(self) -> ContactChange:
        return ContactChange(**_named(self))


class ContactIn(ContactPatch):
    """A new contact has a first or a last name."""

    def change(self) -> ContactChange:
        return ContactChange(**self.model_dump(exclude_none=True))


class ContactOut(Schema):
    id: UUID
    first_name: str
    last_name: str
    email: str
    phone: str
    job_title: str
    company_id: UUID | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class ContactFilters(ListQuery):
    archived: bool = False
    company_id: UUID | None = None
    email: str = ""

    def lookups(self) -> dict[str, Any]:
        return ({"company_id": self.company_id} if self.company_id else {}) | _by_email(self.email)


def company_out(company: Company) -> dict[str, Any]:
    return {name: getattr(company, name) for name in COMPANY_FIELDS}


def contact_out(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in CONTACT_FIELDS}


def without_order(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a list, without the column that only ordered it."""
    del row["name_folded"]
    return row


def _named(body: Input) -> dict[str, Any]:
    """What the request named; a text given as null is emptied."""
    named = body.model_dump(exclude_unset=True)
    return {name: "" if value is None and name != "company_id" else value for name, value in named.items()}


def _by_email(email: str) -> dict[str, str]:
    return {"email__iexact": email, "search_text__contains": fold(email)} if email else {}
