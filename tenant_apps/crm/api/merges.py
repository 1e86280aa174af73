from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from shared_apps.core import clock
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from tenant_apps.crm import operations
from tenant_apps.crm.schemas.merges import MergeIn, MergeOut, merge_out

router = Router(tags=["merges"])


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
