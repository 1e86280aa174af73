"""Companies and contacts as the API reads and writes them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema

from shared_apps.core.api import Custom, FilteredQuery, Input
from shared_apps.core.bulgaria.folding import fold
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.operations import (
    CompanyChange,
    ContactChange,
    Detail,
    Place,
)
from tenant_apps.crm.queries import kept_of
from tenant_apps.workspace.queries import told_custom

KEPT = ("id", "owner_id", "merged_into_id", "created_at", "updated_at", "archived_at")
REACH = ("details", "addresses")
APART = (*REACH, "custom")
COMPANY_FIELDS = (*(name for name in CompanyChange.__dataclass_fields__ if name not in APART), *KEPT)
CONTACT_FIELDS = (*(name for name in ContactChange.__dataclass_fields__ if name not in APART), *KEPT)
COMPANY_ORDERINGS = {"name": "name_folded", "created_at": "id", "updated_at": "updated_at"}
CONTACT_ORDERINGS = {
    "name": "name_folded",
    "first_name": "name_folded",
    "last_name": "last_name",
    "created_at": "id",
    "updated_at": "updated_at",
}


class DetailBody(Input):
    """A further e-mail, phone or link; `label` says which: work, accountant, LinkedIn."""

    kind: Literal["email", "phone", "link"]
    value: str
    label: str = ""


class PlaceBody(Input):
    """A further address; without a country it is in Bulgaria."""

    country: str = "BG"
    city: str = ""
    address: str = ""
    postal_code: str = ""
    label: str = ""


class ReachPatch(Input):
    """Further ways to reach somebody; each list that is named is replaced whole."""

    details: list[DetailBody] | None = None
    addresses: list[PlaceBody] | None = None
    custom: Custom | None = None


class ReachOut(Schema):
    details: list[DetailBody]
    addresses: list[PlaceBody]
    custom: dict[str, Any]


class CompanyPatch(ReachPatch):
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
    industry: str | None = None
    size: str | None = None
    parent_id: UUID | None = None

    def change(self) -> CompanyChange:
        return CompanyChange(**_named(self))


class CompanyIn(CompanyPatch):
    """A new company; without a country it is Bulgarian."""

    name: str

    def change(self) -> CompanyChange:
        return CompanyChange(**_with_reach(self.model_dump(exclude_none=True)))


class CompanyOut(ReachOut):
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
    industry: str
    size: str
    parent_id: UUID | None
    owner_id: UUID | None
    merged_into_id: UUID | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class CompanyFilters(FilteredQuery):
    archived: bool = False
    eik: str = ""
    vat_number: str = ""
    email: str = ""
    country: str = ""
    owner_id: UUID | None = None
    parent_id: UUID | None = None

    def lookups(self) -> dict[str, Any]:
        """Exact values; what the search column holds too is found by its index."""
        exact = {"eik": self.eik, "vat_number": self.vat_number.upper(), "country": self.country.upper()}
        found = {name: value for name, value in exact.items() if value} | _by_email(self.email)
        return found | _by_ids(owner_id=self.owner_id, parent_id=self.parent_id)


class ContactPatch(ReachPatch):
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
        return ContactChange(**_with_reach(self.model_dump(exclude_none=True)))


class ContactOut(ReachOut):
    id: UUID
    first_name: str
    last_name: str
    email: str
    phone: str
    job_title: str
    company_id: UUID | None
    owner_id: UUID | None
    merged_into_id: UUID | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class ContactFilters(FilteredQuery):
    archived: bool = False
    company_id: UUID | None = None
    owner_id: UUID | None = None
    email: str = ""

    def lookups(self) -> dict[str, Any]:
        return _by_ids(company_id=self.company_id, owner_id=self.owner_id) | _by_email(self.email)


class AssignIn(Input):
    """The member (a user's id) who is to own the record; null for nobody."""

    owner_id: UUID | None = None


def company_out(company: Company) -> dict[str, Any]:
    told = {name: getattr(company, name) for name in COMPANY_FIELDS}
    return _with_kept(told | kept_of("company", company.pk))


def contact_out(contact: Contact) -> dict[str, Any]:
    told = {name: getattr(contact, name) for name in CONTACT_FIELDS}
    return _with_kept(told | kept_of("contact", contact.pk))


def without_order(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a list, without the column that only ordered it."""
    del row["name_folded"]
    return _with_kept(row)


def _with_kept(row: dict[str, Any]) -> dict[str, Any]:
    return told_custom(row | {name: row.pop(f"kept_{name}") for name in REACH})


def _named(body: ReachPatch) -> dict[str, Any]:
    """What the request named; a text given as null is emptied."""
    named = body.model_dump(exclude_unset=True)
    return _with_reach({name: _emptied(name, value) for name, value in named.items()})


def _emptied(name: str, value: Any) -> Any:
    if value is not None or name in {"company_id", "parent_id"}:
        return value
    return () if name in REACH else {} if name == "custom" else ""


def _with_reach(values: dict[str, Any]) -> dict[str, Any]:
    """Details and addresses as what the operation takes."""
    shapes = {"details": Detail, "addresses": Place}
    told = {name: tuple(shapes[name](**one) for one in values[name]) for name in shapes if name in values}
    return values | told


def _by_ids(**ids: UUID | None) -> dict[str, UUID]:
    return {name: value for name, value in ids.items() if value}


def _by_email(email: str) -> dict[str, str]:
    return {"email__iexact": email, "search_text__contains": fold(email)} if email else {}
