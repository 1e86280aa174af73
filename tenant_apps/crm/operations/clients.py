"""Companies and contacts: added, changed, archived, brought back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.bulgaria.eik import normalize_eik
from shared_apps.core.changes import KEEP, Keep, given
from shared_apps.core.countries import is_country
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import order_key, searchable
from shared_apps.core.texts import text_errors
from shared_apps.plans import limits
from shared_apps.plans.limits import Limit
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.queries import count_contacts
from tenant_apps.crm.rules import is_acceptable_eik, is_acceptable_vat_number, written_vat_number
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.models import OrganizationProfile


class AlreadyArchived(Refused):
    code = "already_archived"
    message = _("This is in the archive already.")
    conflict = True


class NotArchived(Refused):
    code = "not_archived"
    message = _("This is not in the archive.")
    conflict = True


@dataclass(frozen=True)
class CompanyChange:
    """The details of a company that a person may set; None leaves one as it is (in a new company: empty)."""

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


@dataclass(frozen=True)
class ContactChange:
    """The details of a contact that a person may set. None leaves a text, and takes the company away."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    job_title: str | None = None
    company_id: UUID | Keep | None = KEEP


@operation(permission=Permission.COMPANIES_EDIT)
def create_company(*, details: CompanyChange, by: Actor, at: datetime) -> Company:
    """Add a company; it belongs to the person who adds it."""
    company = Company(owner_id=_owner(by), created_at=at)
    new = _write_company(company, details, at)
    record(event=CrmEvent.COMPANY_CREATED, subject=company, by=by, at=at, new=new)
    return company


@operation(permission=Permission.COMPANIES_EDIT)
def change_company(*, company_id: UUID, change: CompanyChange, by: Actor, at: datetime) -> Company:
    """Change what is given. Documents already issued keep the buyer they were issued with."""
    company = _company_for_change(company_id, by)
    before = _details(company, CompanyChange)
    old, new = changes_between(before, _write_company(company, change, at))
    record(event=CrmEvent.COMPANY_CHANGED, subject=company, by=by, at=at, old=old, new=new)
    return company


@operation(permission=Permission.COMPANIES_EDIT)
def archive_company(*, company_id: UUID, by: Actor, at: datetime) -> Company:
    """Take a company out of the lists. Raises `AlreadyArchived` the second time."""
    company = _company_for_change(company_id, by)
    _archive(company, at)
    record(event=CrmEvent.COMPANY_ARCHIVED, subject=company, by=by, at=at)
    return company


@operation(permission=Permission.COMPANIES_EDIT)
def unarchive_company(*, company_id: UUID, by: Actor, at: datetime) -> Company:
    """Bring a company back into the lists. Raises `NotArchived` when it is there."""
    company = _company_for_change(company_id, by)
    _unarchive(company, at)
    record(event=CrmEvent.COMPANY_UNARCHIVED, subject=company, by=by, at=at)
    return company


@operation(permission=Permission.CONTACTS_EDIT)
def create_contact(*, details: ContactChange, by: Actor, at: datetime) -> Contact:
    """Add a contact, if the plan reaches so far; it belongs to the person who adds it."""
    limits.require(Limit.CONTACTS, used=_contacts_under_lock)
    contact = Contact(owner_id=_owner(by), created_at=at)
    new = _write_contact(contact, details, by, at)
    record(event=CrmEvent.CONTACT_CREATED, subject=contact, parent=contact.company, by=by, at=at, new=new)
    return contact


@operation(permission=Permission.CONTACTS_EDIT)
def change_contact(*, contact_id: UUID, change: ContactChange, by: Actor, at: datetime) -> Contact:
    """Change what is given. The company must be one that the actor sees."""
    contact = _contact_for_change(contact_id, by)
    before = _details(contact, ContactChange)
    old, new = changes_between(before, _write_contact(contact, change, by, at))
    record(
        event=CrmEvent.CONTACT_CHANGED,
        subject=contact,
        parent=contact.company,
        by=by,
        at=at,
        old=old,
        new=new,
    )
    return contact


@operation(permission=Permission.CONTACTS_EDIT)
def archive_contact(*, contact_id: UUID, by: Actor, at: datetime) -> Contact:
    """Take a contact out of the lists. Raises `AlreadyArchived` the second time."""
    contact = _contact_for_change(contact_id, by)
    _archive(contact, at)
    record(event=CrmEvent.CONTACT_ARCHIVED, subject=contact, parent=contact.company, by=by, at=at)
    return contact


@operation(permission=Permission.CONTACTS_EDIT)
def unarchive_contact(*, contact_id: UUID, by: Actor, at: datetime) -> Contact:
    """Bring a contact back into the lists, if the plan reaches so far; `NotArchived` when it is there."""
    contact = _contact_for_change(contact_id, by)
    limits.require(Limit.CONTACTS, used=_contacts_under_lock)
    _unarchive(contact, at)
    record(event=CrmEvent.CONTACT_UNARCHIVED, subject=contact, parent=contact.company, by=by, at=at)
    return contact


def _owner(by: Actor) -> UUID | None:
    """The user's id of one who may own records: a person, at the browser or over the API."""
    return by.id if by.kind in {ActorKind.MEMBER, ActorKind.API_KEY} else None


def _contacts_under_lock() -> int:
    """Two who add the last contact at once wait for each other here."""
    OrganizationProfile.objects.select_for_update().get()
    return count_contacts()


def _company_for_change(company_id: UUID, by: Actor) -> Company:
    company = visible_to(Company.objects.select_for_update(), by).get(pk=company_id)
    require_may_change(company, by)
    return company


def _contact_for_change(contact_id: UUID, by: Actor) -> Contact:
    contact = visible_to(Contact.objects.select_for_update(), by).get(pk=contact_id)
    require_may_change(contact, by)
    return contact


def _details(row: Company | Contact, shape: type[CompanyChange] | type[ContactChange]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in shape.__dataclass_fields__}


def _write_company(company: Company, change: CompanyChange, at: datetime) -> dict[str, Any]:
    """Put the given values into the row and save it; return all its details."""
    wanted = given(change)
    country = wanted["country"] = wanted.get("country", company.country).upper()
    if wanted.get("eik"):
        wanted["eik"] = normalize_eik(wanted["eik"])
    if wanted.get("vat_number"):
        wanted["vat_number"] = written_vat_number(wanted["vat_number"], country)
    after = _details(company, CompanyChange) | wanted
    refuse_all(_company_errors(wanted, after))
    for name, value in wanted.items():
        setattr(company, name, value)
    company.name_folded = order_key(company.name)
    found_by = (company.name, company.eik, company.vat_number, company.city, company.email, company.website)
    company.search_text = searchable(*found_by, phone=company.phone)
    company.updated_at = at
    company.save()
    return after


def _write_contact(contact: Contact, change: ContactChange, by: Actor, at: datetime) -> dict[str, Any]:
    """Put the given values into the row and save it; return all its details."""
    wanted = given(change)
    after = _details(contact, ContactChange) | wanted
    refuse_all(_contact_errors(wanted, after))
    if wanted.get("company_id"):
        contact.company = visible_to(Company.objects.all(), by).get(pk=wanted.pop("company_id"))
    for name, value in wanted.items():
        setattr(contact, name, value)
    contact.name_folded = order_key(str(contact))
    contact.search_text = searchable(str(contact), contact.email, contact.job_title, phone=contact.phone)
    contact.updated_at = at
    contact.save()
    return after


def _company_errors(wanted: dict[str, Any], after: dict[str, Any]) -> list[FieldError]:
    errors = text_errors(Company, wanted)
    if not after["name"]:
        errors.append(FieldError("name", "required", _("Enter the name.")))
    if not is_country(after["country"]):
        errors.append(FieldError("country", "country_unknown", _("Choose a country from the list.")))
    if wanted.get("eik") and not is_acceptable_eik(wanted["eik"], after["country"]):
        errors.append(FieldError("eik", "eik_invalid", _("This EIK is not valid: a digit is wrong.")))
    if wanted.get("vat_number") and not is_acceptable_vat_number(wanted["vat_number"], after["country"]):
        errors.append(FieldError("vat_number", "vat_number_invalid", _("This VAT number is not valid.")))
    if wanted.get("website") and not _is_website(wanted["website"]):
        errors.append(FieldError("website", "website_invalid", _("Enter an address such as example.com.")))
    return errors + _email_errors(wanted)


def _contact_errors(wanted: dict[str, Any], after: dict[str, Any]) -> list[FieldError]:
    errors = text_errors(Contact, {name: value for name, value in wanted.items() if name != "company_id"})
    if not (after["first_name"] or after["last_name"]):
        errors.append(FieldError("first_name", "required", _("Enter a first or a last name.")))
    return errors + _email_errors(wanted)


def _email_errors(wanted: dict[str, Any]) -> list[FieldError]:
    try:
        validate_email(wanted.get("email") or "nobody@example.com")
    except ValidationError:
        return [FieldError("email", "email_invalid", _("Enter an e-mail address such as name@example.com."))]
    return []


def _is_website(address: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(address if "://" in address else f"https://{address}")
    except ValidationError:
        return False
    return True


def _archive(row: Company | Contact, at: datetime) -> None:
    if row.archived_at:
        raise AlreadyArchived()
    row.archived_at = row.updated_at = at
    row.save(update_fields=["archived_at", "updated_at"])


def _unarchive(row: Company | Contact, at: datetime) -> None:
    if not row.archived_at:
        raise NotArchived()
    row.archived_at, row.updated_at = None, at
    row.save(update_fields=["archived_at", "updated_at"])
