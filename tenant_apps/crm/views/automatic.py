"""Settings → Automation, and the undo of what a rule did."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.http import ActorRequest, act, done, page
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.operations import RuleCode


@page(Permission.PIPELINES_MANAGE)
def moving_rule_list(request: ActorRequest) -> HttpResponse:
    """The rules by which deals move, each with its switch."""
    return render(request, "crm/moving_rule_list.html", {"rules": queries.moving_rules()})


@act(Permission.PIPELINES_MANAGE)
def switch_moving_rule(request: ActorRequest, rule_code: str) -> HttpResponse:
    """Turns a rule on for `is_on=1`, else off."""
    if rule_code not in set(RuleCode):
        raise Http404
    is_on = request.POST.get("is_on") == "1"
    rule = operations.switch_moving_rule(
        code=RuleCode(rule_code), is_on=is_on, by=request.actor, at=clock.now()
    )
    told = _("“%(name)s” is on.") if is_on else _("“%(name)s” is off.")
    event = "crm.moving_rule_turned_on" if is_on else "crm.moving_rule_turned_off"
    return done(request, to="moving_rule_list", message=told % {"name": rule}, event=event)


@act(Permission.DEALS_EDIT)
def undo_automatic_move(request: ActorRequest, move_id: UUID) -> HttpResponse:
    move = operations.undo_automatic_move(move_id=move_id, by=request.actor, at=clock.now())
    message = _("%(name)s is where it was.") % {"name": move.deal}
    return done(request, to=move.deal, message=message, event="crm.automatic_move_undone")
