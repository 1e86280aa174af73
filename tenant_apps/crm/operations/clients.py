"""Companies and contacts: added, changed, archived, brought back."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.bulgaria.eik import normalize_eik
from shared_apps.core.changes import KEEP, Keep, given
from shared_apps.core.countries import is_country
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from shared_apps.plans import limits
from shared_apps.plans.limits import Limit
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Company, CompanySize, Contact
from tenant_apps.crm.operations.reach import (
    Detail,
    Place,
    details_of,
    is_email,
    is_website,
    make_findable,
    places_of,
    reach_errors,
    tidy,
    write_details,
    write_places,
)
from tenant_apps.crm.queries import count_contacts
from tenant_apps.crm.rules import is_acceptable_eik, is_acceptable_vat_number, written_vat_number
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import owner_name, visible_to
from tenant_apps.workspace.models import OrganizationProfile
from tenant_apps.workspace.operations import CustomChange, custom_change
from tenant_apps.workspace.queries import active_members

REACH = {"details", "addresses"}
APART = REACH | {"custom"}


class AlreadyArchived(Refused):
    code = "already_archived"
    message = _("This is in the archive already.")
    conflict = True


class NotArchived(Refused):
    code = "not_archived"
    message = _("This is not in the archive.")
    conflict = True


class MergedAway(Refused):
    code = "merged_away"
    message = _("This was merged into another record. Undo the merge to change it.")
    conflict = True


class ParentBelow(Refused):
    code = "parent_below"
    message = _("This company stands above the one that you chose.")
    field = "parent_id"


class OwnerAlready(Refused):
    code = "owner_already"
    message = _("This person is the owner already.")
    field = "owner_id"
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
    industry: str | None = None
    size: str | None = None
    parent_id: UUID | Keep | None = KEEP
    details: tuple[Detail, ...] | None = None
    addresses: tuple[Place, ...] | None = None
    custom: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ContactChange:
    """The details of a contact that a person may set. None leaves a text, and takes the company away."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    job_title: str | None = None
    company_id: UUID | Keep | None = KEEP
    details: tuple[Detail, ...] | None = None
    addresses: tuple[Place, ...] | None = None
    custom: Mapping[str, Any] | None = None


@operation(permission=Permission.COMPANIES_EDIT)
def create_company(*, details: CompanyChange, by: Actor, at: datetime) -> Company:
    """Add a company; it belongs to the person who adds it."""
    company = Company(owner_id=owner_for(by), created_at=at)
    custom = custom_change("company", None, details.custom, by=by, at=at)
    new = _write_company(company, details, custom, by, at)
    record(event=CrmEvent.COMPANY_CREATED, subject=company, by=by, at=at, new=told_details(new))
    return company


@operation(permission=Permission.COMPANIES_EDIT)
def change_company(*, company_id: UUID, change: CompanyChange, by: Actor, at: datetime) -> Company:
    """Change what is given. Documents already issued keep the buyer they were issued with."""
    company = _company_for_change(company_id, by)
    custom = custom_change("company", company_id, change.custom, by=by, at=at)
    before = _details(company, CompanyChange) | custom.before
    old, new = changes_between(before, _write_company(company, change, custom, by, at))
    record(
        event=CrmEvent.COMPANY_CHANGED,
        subject=company,
        by=by,
        at=at,
        old=told_details(old),
        new=told_details(new),
    )
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


@operation(permission=Permission.COMPANIES_EDIT)
def assign_company(*, company_id: UUID, owner_id: UUID | None, by: Actor, at: datetime) -> Company:
    """Give a company to an active member, or to nobody. Raises `OwnerAlready`."""
    company = _company_for_change(company_id, by)
    old, new = _assign(company, owner_id, at)
    record(event=CrmEvent.COMPANY_ASSIGNED, subject=company, by=by, at=at, old=old, new=new)
    return company


@operation(permission=Permission.CONTACTS_EDIT)
def assign_contact(*, contact_id: UUID, owner_id: UUID | None, by: Actor, at: datetime) -> Contact:
    """Give a contact to an active member, or to nobody. Raises `OwnerAlready`."""
    contact = _contact_for_change(contact_id, by)
    old, new = _assign(contact, owner_id, at)
    record(
        event=CrmEvent.CONTACT_ASSIGNED,
        subject=contact,
        parent=contact.company,
        by=by,
        at=at,
        old=old,
        new=new,
    )
    return contact


@operation(permission=Permission.CONTACTS_EDIT)
def create_contact(*, details: ContactChange, by: Actor, at: datetime) -> Contact:
    """Add a contact, if the plan reaches so far; it belongs to the person who adds it."""
    limits.require(Limit.CONTACTS, used=contacts_under_lock)
    contact = Contact(owner_id=owner_for(by), created_at=at)
    custom = custom_change("contact", None, details.custom, by=by, at=at)
    new = _write_contact(contact, details, custom, by, at)
    record(
        event=CrmEvent.CONTACT_CREATED,
        subject=contact,
        parent=contact.company,
        by=by,
        at=at,
        new=told_details(new),
    )
    return contact


@operation(permission=Permission.CONTACTS_EDIT)
def change_contact(*, contact_id: UUID, change: ContactChange, by: Actor, at: datetime) -> Contact:
    """Change what is given. The company must be one that the actor sees."""
    contact = _contact_for_change(contact_id, by)
    custom = custom_change("contact", contact_id, change.custom, by=by, at=at)
    before = _details(contact, ContactChange) | custom.before
    old, new = changes_between(before, _write_contact(contact, change, custom, by, at))
    record(
        event=CrmEvent.CONTACT_CHANGED,
        subject=contact,
        parent=contact.company,
        by=by,
        at=at,
        old=told_details(old),
        new=told_details(new),
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
    limits.require(Limit.CONTACTS, used=contacts_under_lock)
    _unarchive(contact, at)
    record(event=CrmEvent.CONTACT_UNARCHIVED, subject=contact, parent=contact.company, by=by, at=at)
    return contact


def owner_for(by: Actor) -> UUID | None:
    """The user's id of one who may own records: a person, at the browser or over the API."""
    return by.id if by.kind in {ActorKind.MEMBER, ActorKind.API_KEY} else None


def contacts_under_lock() -> int:
    """Two who add the last contact at once wait for each other here."""
    OrganizationProfile.objects.select_for_update().get()
    return count_contacts()


def _company_for_change(company_id: UUID, by: Actor) -> Company:
    company = visible_to(Company.objects.select_for_update(), by).get(pk=company_id)
    require_may_change(company, by)
    if company.merged_into_id:
        raise MergedAway()
    return company


def _contact_for_change(contact_id: UUID, by: Actor) -> Contact:
    contact = visible_to(Contact.objects.select_for_update(), by).get(pk=contact_id)
    require_may_change(contact, by)
    if contact.merged_into_id:
        raise MergedAway()
    return contact


def _details(row: Company | Contact, shape: type[CompanyChange] | type[ContactChange]) -> dict[str, Any]:
    texts = {name: getattr(row, name) for name in shape.__dataclass_fields__ if name not in APART}
    return texts | {"details": details_of(row), "addresses": places_of(row)}


def told_details(values: dict[str, Any]) -> dict[str, Any]:
    """The values as an event keeps them: details and addresses as plain records."""
    return values | {name: [asdict(one) for one in values[name]] for name in REACH & values.keys()}


def _write_company(
    company: Company, change: CompanyChange, custom: CustomChange, by: Actor, at: datetime
) -> dict[str, Any]:
    """Put the given values into the row and save it; return all its details."""
    wanted, after = fill_company(company, change, custom, at, partial(_parent_for, company, by=by))
    company.save()
    _write_reach(company, wanted)
    custom.write(company.pk)
    return after | custom.after


def fill_company(
    company: Company,
    change: CompanyChange,
    custom: CustomChange,
    at: datetime,
    parent_for: Callable[[UUID], Company],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Put the given values into the row, which is not saved; return what was given, and all its details."""
    wanted = _given(change)
    country = wanted["country"] = wanted.get("country", company.country).upper()
    if wanted.get("eik"):
        wanted["eik"] = normalize_eik(wanted["eik"])
    if wanted.get("vat_number"):
        wanted["vat_number"] = written_vat_number(wanted["vat_number"], country)
    after = _details(company, CompanyChange) | wanted
    refuse_all(_company_errors(wanted, after) + custom.errors)
    if wanted.get("parent_id"):
        company.parent = parent_for(wanted.pop("parent_id"))
    _put(company, wanted)
    make_findable(company, after["details"])
    company.updated_at = at
    return wanted, after


def _write_contact(
    contact: Contact, change: ContactChange, custom: CustomChange, by: Actor, at: datetime
) -> dict[str, Any]:
    """Put the given values into the row and save it; return all its details."""
    company_for = visible_to(Company.objects.all(), by).get
    wanted, after = fill_contact(contact, change, custom, at, lambda company_id: company_for(pk=company_id))
    contact.save()
    _write_reach(contact, wanted)
    custom.write(contact.pk)
    return after | custom.after


def fill_contact(
    contact: Contact,
    change: ContactChange,
    custom: CustomChange,
    at: datetime,
    company_for: Callable[[UUID], Company],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Put the given values into the row, which is not saved; return what was given, and all its details."""
    wanted = _given(change)
    after = _details(contact, ContactChange) | wanted
    refuse_all(_contact_errors(wanted, after) + custom.errors)
    if wanted.get("company_id"):
        contact.company = company_for(wanted.pop("company_id"))
    _put(contact, wanted)
    make_findable(contact, after["details"])
    contact.updated_at = at
    return wanted, after


def _given(change: CompanyChange | ContactChange) -> dict[str, Any]:
    wanted = given(change)
    wanted.pop("custom", None)
    return wanted | {name: tuple(map(tidy, wanted[name])) for name in REACH & wanted.keys()}


def _put(row: Company | Contact, wanted: dict[str, Any]) -> None:
    for name, value in wanted.items():
        if name not in REACH:
            setattr(row, name, value)


def _write_reach(row: Company | Contact, wanted: dict[str, Any]) -> None:
    if "details" in wanted:
        write_details(row, wanted["details"])
    if "addresses" in wanted:
        write_places(row, wanted["addresses"])


def _parent_for(company: Company, parent_id: UUID, *, by: Actor) -> Company:
    """The parent, locked with those above it, so that two changes at once close no circle."""
    parent = visible_to(Company.objects.select_for_update(), by).get(pk=parent_id)
    above: Company | None = parent
    while above is not None:
        if above.pk == company.pk:
            raise ParentBelow()
        key = above.parent_id
        above = Company.objects.select_for_update().filter(pk=key).first() if key else None
    return parent


def _assign(
    row: Company | Contact, owner_id: UUID | None, at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the new owner; return who it was and who it is."""
    if row.owner_id == owner_id:
        raise OwnerAlready()
    name = active_members().get(user_id=owner_id).name if owner_id else ""
    old = {"owner_id": row.owner_id, "owner": owner_name(row)}
    row.owner_id, row.updated_at = owner_id, at
    row.save(update_fields=["owner_id", "updated_at"])
    return old, {"owner_id": owner_id, "owner": name}


def _company_errors(wanted: dict[str, Any], after: dict[str, Any]) -> list[FieldError]:
    errors = text_errors(Company, {name: value for name, value in wanted.items() if name not in REACH})
    if not after["name"]:
        errors.append(FieldError("name", "required", _("Enter the name.")))
    if not is_country(after["country"]):
        errors.append(FieldError("country", "country_unknown", _("Choose a country from the list.")))
    if wanted.get("eik") and not is_acceptable_eik(wanted["eik"], after["country"]):
        errors.append(FieldError("eik", "eik_invalid", _("This EIK is not valid: a digit is wrong.")))
    if wanted.get("vat_number") and not is_acceptable_vat_number(wanted["vat_number"], after["country"]):
        errors.append(FieldError("vat_number", "vat_number_invalid", _("This VAT number is not valid.")))
    if wanted.get("website") and not is_website(wanted["website"]):
        errors.append(FieldError("website", "website_invalid", _("Enter an address such as example.com.")))
    if wanted.get("size") and wanted["size"] not in CompanySize.values:
        errors.append(FieldError("size", "size_unknown", _("Choose a size from the list.")))
    return (
        errors + _email_errors(wanted) + reach_errors(wanted.get("details", ()), wanted.get("addresses", ()))
    )


def _contact_errors(wanted: dict[str, Any], after: dict[str, Any]) -> list[FieldError]:
    errors = text_errors(Contact, {name: value for name, value in wanted.items() if name not in REACH})
    if not (after["first_name"] or after["last_name"]):
        errors.append(FieldError("first_name", "required", _("Enter a first or a last name.")))
    return (
        errors + _email_errors(wanted) + reach_errors(wanted.get("details", ()), wanted.get("addresses", ()))
    )


def _email_errors(wanted: dict[str, Any]) -> list[FieldError]:
    if not wanted.get("email") or is_email(wanted["email"]):
        return []
    return [FieldError("email", "email_invalid", _("Enter an e-mail address such as name@example.com."))]


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
