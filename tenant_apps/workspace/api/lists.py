from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, list_response
from shared_apps.core.errors import NotAllowed
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.listing import entities, listing_of, offer_of
from shared_apps.core.permissions import Permission
from tenant_apps.workspace import operations, queries
from tenant_apps.workspace.forms import plain_values
from tenant_apps.workspace.models import ChangeSet
from tenant_apps.workspace.operations import BulkAct
from tenant_apps.workspace.schemas.lists import (
    VIEW_ORDERINGS,
    BulkIn,
    ChangeSetOut,
    ViewFilters,
    ViewIn,
    ViewOut,
    ViewPatch,
    ViewQueryIn,
    change_set_out,
    view_out,
)

router = Router(tags=["lists"])
MOST_LEFT_OUT = 1_000


@router.get("lists/views/", response=ListOf[ViewOut], operation_id="list_views")
def list_views(request: ActorRequest, query: Query[ViewFilters]) -> HttpResponse:
    """Saved views of lists: one's own and the team's, the newest first."""
    seen = [entity for entity in entities() if request.actor.may(listing_of(entity).view)]
    if not seen:
        raise NotAllowed()
    found = queries.saved_views(request.actor, query.record_type)
    found = found.filter(entity__in=seen, name__icontains=query.search)
    return list_response(found, query, orderings=VIEW_ORDERINGS, item=view_out)


@router.post("lists/views/", response={201: ViewOut}, operation_id="save_view")
def save_view(request: ActorRequest, data: ViewIn) -> HttpResponse:
    """Keep a list as `query` arranges it; what of the query says nothing is left out."""
    facts = data.model_dump(exclude={"record_type"})
    view = operations.save_view(entity=data.record_type, **facts, by=request.actor, at=clock.now())
    return json_response(view_out(view), status=201)


@router.get("lists/views/{uuid:view_id}/", response=ViewOut, operation_id="read_view")
def read_view(request: ActorRequest, view_id: UUID) -> HttpResponse:
    """One saved view."""
    view = queries.saved_view(view_id, request.actor)
    request.actor.require(listing_of(view.entity).view)
    return json_response(view_out(view))


@router.patch("lists/views/{uuid:view_id}/", response=ViewOut, operation_id="change_view")
def change_view(request: ActorRequest, view_id: UUID, data: ViewPatch) -> HttpResponse:
    """Rename a view, give it to the team or take it for oneself, pin it, make it the one shown first."""
    wanted = data.over(queries.saved_view(view_id, request.actor))
    view = operations.change_view(view_id=view_id, **wanted, by=request.actor, at=clock.now())
    return json_response(view_out(view))


@router.post("lists/views/{uuid:view_id}/update/", response=ViewOut, operation_id="update_view")
def update_view(request: ActorRequest, view_id: UUID, data: ViewQueryIn) -> HttpResponse:
    """Let a view show something else."""
    view = operations.update_view(view_id=view_id, query=data.query, by=request.actor, at=clock.now())
    return json_response(view_out(view))


@router.post("lists/views/{uuid:view_id}/delete/", response=ViewOut, operation_id="delete_view")
def delete_view(request: ActorRequest, view_id: UUID) -> HttpResponse:
    """Take a view away; the records stay. Answers it as it was."""
    return json_response(view_out(operations.delete_view(view_id=view_id, by=request.actor, at=clock.now())))


@router.post("lists/changes/", response={201: ChangeSetOut}, operation_id="start_bulk_change")
def start_bulk_change(request: ActorRequest, data: BulkIn) -> HttpResponse:
    """Change many records at once. More than 200 are changed by a job: `finished_at` is null until it is
    done. One that cannot be changed is told in `left_out` and stops no other.
    """
    listing, now = listing_of(data.record_type), clock.now()
    request.actor.require(listing.edit)
    offer = offer_of(listing, queries.reading_of(request.actor, now))
    values = plain_values(offer, data.values) if data.act == "edit" else {}
    ids = data.record_ids
    if ids is None:
        ids = queries.found_ids(offer, data.filter, data.search, most=operations.MOST_RECORDS + 1)
    changes = operations.start_bulk_change(
        entity=data.record_type,
        act=BulkAct(data.act, values, tuple(map(str, data.tag_ids))),
        record_ids=ids,
        label=queries.words_of_act(listing, data.act, len(ids)),
        by=request.actor,
        at=now,
    )
    return json_response(_told(changes), status=201)


@router.get("lists/changes/{uuid:change_set_id}/", response=ChangeSetOut, operation_id="read_change_set")
def read_change_set(request: ActorRequest, change_set_id: UUID) -> HttpResponse:
    """How far a change of many records is, and what was left out."""
    request.actor.require(Permission.LISTS_BULK)
    return json_response(_told(queries.change_set(change_set_id, request.actor)))


@router.post(
    "lists/changes/{uuid:change_set_id}/undo/", response=ChangeSetOut, operation_id="undo_bulk_change"
)
def undo_bulk_change(request: ActorRequest, change_set_id: UUID) -> HttpResponse:
    """Give all records of a change back what they held, within 30 days; 409 when that was done or is too
    late.
    """
    changes = operations.undo_bulk_change(change_set_id=change_set_id, by=request.actor, at=clock.now())
    return json_response(_told(changes))


def _told(changes: ChangeSet) -> dict[str, Any]:
    return change_set_out(changes, list(queries.records_left_out(changes)[:MOST_LEFT_OUT]))
