from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, list_response
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.operations import RuleCode
from tenant_apps.crm.schemas.automatic import (
    AutomaticMoveFilters,
    AutomaticMoveOut,
    AutomationOut,
    MovingRuleIn,
    MovingRuleOut,
    move_out,
    rule_out,
)

router = Router(tags=["automation"])


@router.get("automation/", response=AutomationOut, operation_id="read_automation")
def read_automation(request: ActorRequest) -> HttpResponse:
    """The rules by which deals move, and whether they are on."""
    request.actor.require(Permission.DEALS_VIEW)
    return json_response({"rules": [rule_out(rule) for rule in queries.moving_rules()]})


@router.patch("automation/{rule_code}/", response=MovingRuleOut, operation_id="switch_moving_rule")
def switch_moving_rule(request: ActorRequest, rule_code: str, data: MovingRuleIn) -> HttpResponse:
    """Turn a rule on or off; 409 when it stands so."""
    if rule_code not in set(RuleCode):
        raise Http404
    code = RuleCode(rule_code)
    operations.switch_moving_rule(code=code, is_on=data.is_on, by=request.actor, at=clock.now())
    return json_response(next(rule_out(rule) for rule in queries.moving_rules() if rule.code == code))


@router.get("automatic-moves/", response=ListOf[AutomaticMoveOut], operation_id="list_automatic_moves")
def list_automatic_moves(request: ActorRequest, query: Query[AutomaticMoveFilters]) -> HttpResponse:
    """What rules did to deals, newest first; `search` looks in the names of the deals."""
    request.actor.require(Permission.DEALS_VIEW)
    rows = queries.automatic_moves(request.actor).filter(
        deal__name__icontains=query.search, **query.lookups()
    )
    return list_response(rows, query, orderings={"created_at": "id"}, item=move_out, default="-id")


@router.post(
    "automatic-moves/{uuid:move_id}/undo/", response=AutomaticMoveOut, operation_id="undo_automatic_move"
)
def undo_automatic_move(request: ActorRequest, move_id: UUID) -> HttpResponse:
    """Put the deal back; 409 when that was done, or when somebody touched the deal since."""
    move = operations.undo_automatic_move(move_id=move_id, by=request.actor, at=clock.now())
    return json_response(move_out(move))
