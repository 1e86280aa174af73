from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, ListQuery, list_response
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.crm import operations, queries
from tenant_apps.crm.schemas import (
    COMPANY_FIELDS,
    COMPANY_ORDERINGS,
    CONTACT_FIELDS,
    CONTACT_ORDERINGS,
    AssignIn,
    CompanyFilters,
    CompanyIn,
    CompanyOut,
    CompanyPatch,
    ContactFilters,
    ContactIn,
    ContactOut,
    ContactPatch,
    company_out,
    contact_out,
    without_order,
)
from tenant_apps.workspace.queries import narrowed

router = Router()
COMPANIES, CONTACTS = ["companies"], ["contacts"]


@router.get("companies/", response=ListOf[CompanyOut], operation_id="list_companies", tags=COMPANIES)
def list_companies(request: ActorRequest, query: Query[CompanyFilters]) -> HttpResponse:
    """Companies, newest first; with `archived=true` also those in the archive."""
    request.actor.require(Permission.COMPANIES_VIEW)
    rows = queries.visible_companies(request.actor, archived=None if query.archived else False)
    rows = narrowed(rows.filter(**query.lookups()), "company", query.filter, request.actor, clock.now())
    found = rows.values(*COMPANY_FIELDS, "name_folded", **queries.kept_columns("company"))
    return _list(found, query, COMPANY_ORDERINGS)


@router.post("companies/", response={201: CompanyOut}, operation_id="create_company", tags=COMPANIES)
def create_company(request: ActorRequest, data: CompanyIn) -> HttpResponse:
    """Add a company; it belongs to the token's person."""
    company = operations.create_company(details=data.change(), by=request.actor, at=clock.now())
    return json_response(company_out(company), status=201)


@router.get("companies/{uuid:company_id}/", response=CompanyOut, operation_id="read_company", tags=COMPANIES)
def read_company(request: ActorRequest, company_id: UUID) -> HttpResponse:
    """One company, archived or not."""
    request.actor.require(Permission.COMPANIES_VIEW)
    return json_response(company_out(queries.visible_company(company_id, request.actor)))


@router.patch(
    "companies/{uuid:company_id}/", response=CompanyOut, operation_id="change_company", tags=COMPANIES
)
def change_company(request: ActorRequest, company_id: UUID, data: CompanyPatch) -> HttpResponse:
    """Change the fields that are named."""
    change = data.change()
    company = operations.change_company(
        company_id=company_id, change=change, by=request.actor, at=clock.now()
    )
    return json_response(company_out(company))


@router.post(
    "companies/{uuid:company_id}/archive/",
    response=CompanyOut,
    operation_id="archive_company",
    tags=COMPANIES,
)
def archive_company(request: ActorRequest, company_id: UUID) -> HttpResponse:
    """Take a company out of the lists; 409 when it is in the archive already."""
    return json_response(
        company_out(operations.archive_company(company_id=company_id, by=request.actor, at=clock.now()))
    )


@router.post(
    "companies/{uuid:company_id}/unarchive/",
    response=CompanyOut,
    operation_id="unarchive_company",
    tags=COMPANIES,
)
def unarchive_company(request: ActorRequest, company_id: UUID) -> HttpResponse:
    """Bring a company back into the lists; 409 when it is there."""
    return json_response(
        company_out(operations.unarchive_company(company_id=company_id, by=request.actor, at=clock.now()))
    )


@router.post(
    "companies/{uuid:company_id}/assign/", response=CompanyOut, operation_id="assign_company", tags=COMPANIES
)
def assign_company(request: ActorRequest, company_id: UUID, data: AssignIn) -> HttpResponse:
    """Give the company to a member, or to nobody; 409 when it is theirs already."""
    company = operations.assign_company(
        company_id=company_id, owner_id=data.owner_id, by=request.actor, at=clock.now()
    )
    return json_response(company_out(company))


@router.get("contacts/", response=ListOf[ContactOut], operation_id="list_contacts", tags=CONTACTS)
def list_contacts(request: ActorRequest, query: Query[ContactFilters]) -> HttpResponse:
    """Contacts, newest first; with `archived=true` also those in the archive."""
    request.actor.require(Permission.CONTACTS_VIEW)
    rows = queries.visible_contacts(request.actor, archived=None if query.archived else False)
    rows = narrowed(rows.filter(**query.lookups()), "contact", query.filter, request.actor, clock.now())
    found = rows.values(*CONTACT_FIELDS, "name_folded", **queries.kept_columns("contact"))
    return _list(found, query, CONTACT_ORDERINGS)


@router.post("contacts/", response={201: ContactOut}, operation_id="create_contact", tags=CONTACTS)
def create_contact(request: ActorRequest, data: ContactIn) -> HttpResponse:
    """Add a contact; it belongs to the token's person. 402 when the plan's number of contacts is used up."""
    contact = operations.create_contact(details=data.change(), by=request.actor, at=clock.now())
    return json_response(contact_out(contact), status=201)


@router.get("contacts/{uuid:contact_id}/", response=ContactOut, operation_id="read_contact", tags=CONTACTS)
def read_contact(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    """One contact, archived or not."""
    request.actor.require(Permission.CONTACTS_VIEW)
    return json_response(contact_out(queries.visible_contact(contact_id, request.actor)))


@router.patch(
    "contacts/{uuid:contact_id}/", response=ContactOut, operation_id="change_contact", tags=CONTACTS
)
def change_contact(request: ActorRequest, contact_id: UUID, data: ContactPatch) -> HttpResponse:
    """Change the fields that are named; `company_id` null takes the company away."""
    change = data.change()
    contact = operations.change_contact(
        contact_id=contact_id, change=change, by=request.actor, at=clock.now()
    )
    return json_response(contact_out(contact))


@router.post(
    "contacts/{uuid:contact_id}/archive/", response=ContactOut, operation_id="archive_contact", tags=CONTACTS
)
def archive_contact(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    """Take a contact out of the lists; 409 when it is in the archive already."""
    return json_response(
        contact_out(operations.archive_contact(contact_id=contact_id, by=request.actor, at=clock.now()))
    )


@router.post(
    "contacts/{uuid:contact_id}/unarchive/",
    response=ContactOut,
    operation_id="unarchive_contact",
    tags=CONTACTS,
)
def unarchive_contact(request: ActorRequest, contact_id: UUID) -> HttpResponse:
    """Bring a contact back into the lists; 409 when it is there."""
    return json_response(
        contact_out(operations.unarchive_contact(contact_id=contact_id, by=request.actor, at=clock.now()))
    )


@router.post(
    "contacts/{uuid:contact_id}/assign/", response=ContactOut, operation_id="assign_contact", tags=CONTACTS
)
def assign_contact(request: ActorRequest, contact_id: UUID, data: AssignIn) -> HttpResponse:
    """Give the contact to a member, or to nobody; 409 when it is theirs already."""
    contact = operations.assign_contact(
        contact_id=contact_id, owner_id=data.owner_id, by=request.actor, at=clock.now()
    )
    return json_response(contact_out(contact))


def _list(rows: QuerySet[Any, dict[str, Any]], query: ListQuery, orderings: dict[str, str]) -> HttpResponse:
    found = matching(rows, query.search)
    return list_response(found, query, orderings=orderings, item=without_order, default="-id")
