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
from tenant_apps.crm.models import Deal
from tenant_apps.crm.schemas.deals import (
    DEAL_ORDERINGS,
    DealFilters,
    DealIn,
    DealOut,
    DealPatch,
    LoseIn,
    MoveIn,
    PipelineFilters,
    PipelineOut,
    StageFilters,
    StageOut,
    deal_out,
    pipeline_out,
    stage_out,
)
from tenant_apps.workspace.queries import narrowed, with_custom

router = Router()
DEALS, PIPELINES = ["deals"], ["pipelines"]
IN_THEIR_ORDER = ("position",)


@router.get("pipelines/", response=ListOf[PipelineOut], operation_id="list_pipelines", tags=PIPELINES)
def list_pipelines(request: ActorRequest, query: Query[PipelineFilters]) -> HttpResponse:
    """The pipelines in use in their order; with `archived=true` those in the archive."""
    request.actor.require(Permission.DEALS_VIEW)
    rows = queries.pipelines(archived=query.archived).filter(name__icontains=query.search)
    return list_response(rows, query, orderings=IN_THEIR_ORDER, item=pipeline_out, default="position")


@router.get("stages/", response=ListOf[StageOut], operation_id="list_stages", tags=PIPELINES)
def list_stages(request: ActorRequest, query: Query[StageFilters]) -> HttpResponse:
    """The stages in use in their order; with `archived=true` also those in the archive."""
    request.actor.require(Permission.DEALS_VIEW)
    rows = queries.stages(archived=None if query.archived else False)
    rows = rows.filter(name__icontains=query.search)
    if query.pipeline_id:
        rows = rows.filter(pipeline_id=query.pipeline_id)
    return list_response(rows, query, orderings=IN_THEIR_ORDER, item=stage_out, default="position")


@router.get("deals/", response=ListOf[DealOut], operation_id="list_deals", tags=DEALS)
def list_deals(request: ActorRequest, query: Query[DealFilters]) -> HttpResponse:
    """Deals, newest first; with `archived=true` also those in the archive."""
    request.actor.require(Permission.DEALS_VIEW)
    rows = queries.visible_deals(request.actor, archived=None if query.archived else False)
    rows = narrowed(rows.filter(**query.lookups()), "deal", query.filter, request.actor, clock.now())
    found = with_custom("deal", queries.with_people_and_items(matching(rows, query.search)))
    return list_response(found, query, orderings=DEAL_ORDERINGS, item=deal_out, default="-id")


@router.post("deals/", response={201: DealOut}, operation_id="create_deal", tags=DEALS)
def create_deal(request: ActorRequest, data: DealIn) -> HttpResponse:
    """Add a deal on top of a stage; it belongs to the token's person unless `owner_id` is named."""
    deal = operations.create_deal(
        details=data.change(), stage_id=data.stage_id, by=request.actor, at=clock.now()
    )
    return json_response(deal_out(deal), status=201)


@router.get("deals/{uuid:deal_id}/", response=DealOut, operation_id="read_deal", tags=DEALS)
def read_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    """One deal, archived or not."""
    request.actor.require(Permission.DEALS_VIEW)
    return _answer(queries.visible_deal(deal_id, request.actor))


@router.patch("deals/{uuid:deal_id}/", response=DealOut, operation_id="change_deal", tags=DEALS)
def change_deal(request: ActorRequest, deal_id: UUID, data: DealPatch) -> HttpResponse:
    """Change the fields that are named; null takes company, owner or date away."""
    change = data.change()
    return _answer(operations.change_deal(deal_id=deal_id, change=change, by=request.actor, at=clock.now()))


@router.post("deals/{uuid:deal_id}/move/", response=DealOut, operation_id="move_deal", tags=DEALS)
def move_deal(request: ActorRequest, deal_id: UUID, data: MoveIn) -> HttpResponse:
    """Move an open deal to another stage; 409 when it is closed, there already, or moved meanwhile."""
    deal = operations.move_deal(deal_id=deal_id, **data.model_dump(), by=request.actor, at=clock.now())
    return _answer(deal)


@router.post("deals/{uuid:deal_id}/win/", response=DealOut, operation_id="win_deal", tags=DEALS)
def win_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    """Close a deal as won; 409 when it is closed."""
    return _answer(operations.win_deal(deal_id=deal_id, by=request.actor, at=clock.now()))


@router.post("deals/{uuid:deal_id}/lose/", response=DealOut, operation_id="lose_deal", tags=DEALS)
def lose_deal(request: ActorRequest, deal_id: UUID, data: LoseIn) -> HttpResponse:
    """Close a deal as lost, with the reason; 409 when it is closed."""
    deal = operations.lose_deal(deal_id=deal_id, reason=data.reason, by=request.actor, at=clock.now())
    return _answer(deal)


@router.post("deals/{uuid:deal_id}/reopen/", response=DealOut, operation_id="reopen_deal", tags=DEALS)
def reopen_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    """Open a won or lost deal again; 409 when it is open."""
    return _answer(operations.reopen_deal(deal_id=deal_id, by=request.actor, at=clock.now()))


@router.post(
    "deals/{uuid:deal_id}/duplicate/", response={201: DealOut}, operation_id="duplicate_deal", tags=DEALS
)
def duplicate_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    """A new open deal with the same company, people and lines."""
    deal = operations.duplicate_deal(deal_id=deal_id, by=request.actor, at=clock.now())
    return json_response(deal_out(deal), status=201)


@router.post("deals/{uuid:deal_id}/archive/", response=DealOut, operation_id="archive_deal", tags=DEALS)
def archive_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    """Take a deal out of board and lists; 409 when it is in the archive already."""
    return _answer(operations.archive_deal(deal_id=deal_id, by=request.actor, at=clock.now()))


@router.post("deals/{uuid:deal_id}/unarchive/", response=DealOut, operation_id="unarchive_deal", tags=DEALS)
def unarchive_deal(request: ActorRequest, deal_id: UUID) -> HttpResponse:
    """Bring a deal back; 409 when it is there."""
    return _answer(operations.unarchive_deal(deal_id=deal_id, by=request.actor, at=clock.now()))


def _answer(deal: Deal) -> HttpResponse:
    return json_response(deal_out(deal))
