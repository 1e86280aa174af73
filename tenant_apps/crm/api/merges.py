from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.schemas.merges import (
    ApartIn,
    ApartOut,
    MergeIn,
    MergeOut,
    PairOut,
    SuspectFilters,
    apart_out,
    merge_out,
    next_cursor,
    pair_out,
)

router = Router(tags=["merges"])


@router.get("companies/suspects/", response=ListOf[PairOut], operation_id="list_company_suspects")
def list_company_suspects(request: ActorRequest, query: Query[SuspectFilters]) -> HttpResponse:
    """Pairs of companies that may be one, by what they share: eik, vat_number, email, phone, name."""
    return _suspects(request, "company", query)


@router.get("contacts/suspects/", response=ListOf[PairOut], operation_id="list_contact_suspects")
def list_contact_suspects(request: ActorRequest, query: Query[SuspectFilters]) -> HttpResponse:
    """Pairs of contacts that may be one, by what they share: email, phone, name."""
    return _suspects(request, "contact", query)


@router.post("merges/tell_apart/", response=ApartOut, operation_id="tell_apart")
def tell_apart(request: ActorRequest, data: ApartIn) -> HttpResponse:
    """Say of two that they are not the same: they are suspected no more. 409 when it was said already."""
    told = operations.tell_apart(
        entity=data.record_type,
        first_id=data.first_id,
        second_id=data.second_id,
        by=request.actor,
        at=clock.now(),
    )
    return json_response(apart_out(told))


@router.post("companies/{uuid:company_id}/merge/", response=MergeOut, operation_id="merge_companies")
def merge_companies(request: ActorRequest, company_id: UUID, data: MergeIn) -> HttpResponse:
    """Make one company of two; 409 when one was merged already, or when documents name different buyers."""
    merge = operations.merge_companies(
        kept_id=company_id,
        absorbed_id=data.absorb_id,
        take=data.fields_taken,
        by=request.actor,
        at=clock.now(),
    )
    return json_response(merge_out(merge))


@router.post("contacts/{uuid:contact_id}/merge/", response=MergeOut, operation_id="merge_contacts")
def merge_contacts(request: ActorRequest, contact_id: UUID, data: MergeIn) -> HttpResponse:
    """Make one contact of two; 409 when one was merged already."""
    merge = operations.merge_contacts(
        kept_id=contact_id,
        absorbed_id=data.absorb_id,
        take=data.fields_taken,
        by=request.actor,
        at=clock.now(),
    )
    return json_response(merge_out(merge))


@router.post("merges/{uuid:merge_id}/undo/", response=MergeOut, operation_id="undo_merge")
def undo_merge(request: ActorRequest, merge_id: UUID) -> HttpResponse:
    """Part the two again, within 30 days; `stayed` tells what was changed since and is left as it is."""
    return json_response(
        merge_out(operations.undo_merge(merge_id=merge_id, by=request.actor, at=clock.now()))
    )


def _suspects(request: ActorRequest, entity: str, query: SuspectFilters) -> HttpResponse:
    request.actor.require(Permission.RECORDS_MERGE)
    by, after = query.place(entity)
    found = queries.suspects(entity, by, request.actor, after=after, search=query.search, most=query.limit)
    pairs = [pair_out(pair) for pair in found.pairs]
    return json_response({"items": pairs, "next_cursor": next_cursor(by, found.next_key)})
