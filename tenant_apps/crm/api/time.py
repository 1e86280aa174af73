from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, list_response
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.crm import operations, queries
from tenant_apps.crm.schemas.time import TIME_ORDERINGS, TimeFilters, TimeIn, TimeOut, TimePatch, time_out
from tenant_apps.workspace.queries import narrowed

router = Router(tags=["time"])


@router.get("time-entries/", response=ListOf[TimeOut], operation_id="list_time_entries")
def list_time_entries(request: ActorRequest, query: Query[TimeFilters]) -> HttpResponse:
    """Logged time, the latest logged first."""
    request.actor.require(Permission.TIME_VIEW)
    rows = queries.visible_time(request.actor).select_related(None).filter(query.lookups())
    rows = narrowed(rows, "time_entry", query.filter, request.actor, clock.now())
    found = matching(rows, query.search)
    return list_response(found, query, orderings=TIME_ORDERINGS, item=time_out, default="-id")


@router.post("time-entries/", response={201: TimeOut}, operation_id="log_time")
def log_time(request: ActorRequest, data: TimeIn) -> HttpResponse:
    """Log time for a company or on a deal."""
    entry = operations.log_time(details=data.change(), by=request.actor, at=clock.now())
    return json_response(time_out(entry), status=201)


@router.get("time-entries/{uuid:time_entry_id}/", response=TimeOut, operation_id="read_time_entry")
def read_time_entry(request: ActorRequest, time_entry_id: UUID) -> HttpResponse:
    """One entry."""
    request.actor.require(Permission.TIME_VIEW)
    return json_response(time_out(queries.visible_time_entry(time_entry_id, request.actor)))


@router.patch("time-entries/{uuid:time_entry_id}/", response=TimeOut, operation_id="change_time_entry")
def change_time_entry(request: ActorRequest, time_entry_id: UUID, data: TimePatch) -> HttpResponse:
    """Change what is named; 409 while it is on an invoice."""
    entry = operations.change_time_entry(
        time_entry_id=time_entry_id, change=data.change(), by=request.actor, at=clock.now()
    )
    return json_response(time_out(entry))


@router.delete("time-entries/{uuid:time_entry_id}/", response={204: None}, operation_id="delete_time_entry")
def delete_time_entry(request: ActorRequest, time_entry_id: UUID) -> HttpResponse:
    """Delete an entry; 409 while it is on an invoice."""
    operations.delete_time_entry(time_entry_id=time_entry_id, by=request.actor, at=clock.now())
    return HttpResponse(status=204)
