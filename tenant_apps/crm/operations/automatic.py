"""Deals that move by themselves: what the rules do because of documents, the switches, and the undo."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.clock import day_in
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.models import Event
from tenant_apps.activity.operations import record
from tenant_apps.activity.queries import latest_event
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import AutomaticMove, Deal, DealStatus, RuleSwitch, Stage, Task
from tenant_apps.crm.operations.stays import StageClosed, close, enter_stage, on_top, open_stage, resume_stay
from tenant_apps.crm.operations.tasks import TaskChange, create_task
from tenant_apps.crm.queries.automatic import PLACING, is_rule_on, stage_for_offers
from tenant_apps.crm.rules import MOVING_RULES, Act, RuleCode
from tenant_apps.messages.operations import notify
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.queries import active_members
from tenants.context import current_organization

DEAL_PAID, OFFER_DECLINED = "deal_paid", "offer_declined"
TOUCHES = (
    CrmEvent.DEAL_MOVED,
    CrmEvent.DEAL_WON,
    CrmEvent.DEAL_LOST,
    CrmEvent.DEAL_REOPENED,
    CrmEvent.DEAL_ARCHIVED,
    CrmEvent.DEAL_UNARCHIVED,
    CrmEvent.DEAL_PAID,
    CrmEvent.DEAL_UNPAID,
    CrmEvent.AUTOMATIC_MOVE_UNDONE,
)


@dataclass(frozen=True)
class Cause:
    """The document because of which a deal moves: its id and number, the name of whoever acted on it, and
    what it is (`invoice`, `offer`).
    """

    document_id: UUID
    number: str
    caused_by: str
    noun: str = "invoice"


class SwitchedAlready(Refused):
    code = "switched_already"
    message = _("This rule stands so already.")
    field = "is_on"
    conflict = True


class MoveUndoneAlready(Refused):
    code = "undone_already"
    message = _("This was undone already.")
    conflict = True


class TouchedSince(Refused):
    """Somebody did something to the deal after it moved by itself."""

    code = "touched_since"
    conflict = True


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="a deal that the rule does not concern stays"
)
def move_by_rule(
    *, rule: RuleCode, deal_id: UUID, cause: Cause, by: Actor, at: datetime
) -> AutomaticMove | None:
    """Do to a deal what the rule says, because of a document.

    None, and nothing done, when the rule is off, when the deal does not stand so that it could be done, or
    when somebody undid the same for the same document.
    """
    if not is_rule_on(rule):
        return None
    if MOVING_RULES[rule].act == Act.FORWARD:
        _lock_stage_for_offers(deal_id)
    deal = Deal.objects.select_for_update(no_key=True).get(pk=deal_id)
    before = AutomaticMove(
        deal=deal,
        rule=rule,
        document_id=cause.document_id,
        stage_id=deal.stage_id,
        board_order=deal.board_order,
        moved_at=at,
    )
    if AutomaticMove.objects.filter(
        deal=deal, rule=rule, document_id=cause.document_id, undone_at__isnull=False
    ).exists():
        return None
    event = DOING[MOVING_RULES[rule].act](deal, rule, cause, by, at)
    if event is None:
        return None
    before.event_id, before.version = event.pk, deal.version
    before.save(force_insert=True)
    return before


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="a deal that the rule does not concern stays"
)
def ask_by_rule(
    *, rule: RuleCode, deal_id: UUID, cause: Cause, by: Actor, at: datetime, reason: str = ""
) -> Task | None:
    """Give the owner of an open deal the task to decide by tomorrow what comes after a declined offer, and
    tell them. `reason`: what the client said. None when the rule is off or the deal is not open.
    """
    deal = Deal.objects.select_for_update(no_key=True).get(pk=deal_id)
    if not is_rule_on(rule) or deal.status != DealStatus.OPEN or deal.archived_at:
        return None
    with override(current_organization().language):
        asked = gettext("Offer %(number)s was declined: is the deal lost, or is there a follow-up?")
        title = asked % {"number": cause.number}
    tomorrow = day_in(current_organization().time_zone, at) + timedelta(days=1)
    asked_one = active_members().filter(user_id=deal.owner_id).first() if deal.owner_id else None
    details = TaskChange(
        title=title,
        notes=reason,
        due_on=tomorrow,
        deal_id=deal.pk,
        assignee_id=asked_one.user_id if asked_one else None,
    )
    task = create_task(details=details, by=by, at=at)
    _tell(CrmEvent.DEAL_QUESTIONED, deal, rule, cause, by, at)
    if asked_one:
        notify(
            user_id=asked_one.user_id,
            kind=OFFER_DECLINED,
            text=deal.name,
            url=deal.get_absolute_url(),
            key=f"{OFFER_DECLINED}:{cause.document_id}",
            by=by,
            at=at,
        )
    return task


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="a deal without the mark stays as it is")
def take_paid_mark(*, deal_id: UUID, cause: Cause, by: Actor, at: datetime) -> Deal:
    """Take the mark “paid” off a deal, because of a document that is not paid, if it is there."""
    deal = Deal.objects.select_for_update(no_key=True).get(pk=deal_id)
    if deal.paid_at:
        _set_paid_at(deal, None, at)
        _tell(CrmEvent.DEAL_UNPAID, deal, RuleCode.INVOICE_PAID, cause, by, at)
    return deal


@operation(permission=Permission.PIPELINES_MANAGE)
def switch_moving_rule(*, code: RuleCode, is_on: bool, by: Actor, at: datetime) -> RuleSwitch:
    """Turn a rule on or off. `SwitchedAlready` when it stands so. What it did before stays."""
    untouched = RuleSwitch(code=code, is_on=MOVING_RULES[code].is_on, changed_at=at)
    RuleSwitch.objects.bulk_create([untouched], ignore_conflicts=True)
    switch = RuleSwitch.objects.select_for_update().get(code=code)
    if switch.is_on == is_on:
        raise SwitchedAlready()
    event = CrmEvent.MOVING_RULE_TURNED_ON if is_on else CrmEvent.MOVING_RULE_TURNED_OFF
    record(event=event, subject=switch, by=by, at=at, old={"on": switch.is_on}, new={"on": is_on})
    switch.is_on, switch.changed_at = is_on, at
    switch.save(update_fields=["is_on", "changed_at"])
    return switch


@operation(permission=Permission.DEALS_EDIT)
def undo_automatic_move(*, move_id: UUID, by: Actor, at: datetime) -> AutomaticMove:
    """Put a deal back to where it stood before a rule moved it; the same document does not move it again.

    `MoveUndoneAlready` the second time; `TouchedSince` says who did something to the deal meanwhile.
    """
    seen = AutomaticMove.objects.get(pk=move_id, deal__in=visible_to(Deal.objects.all(), by))
    act = MOVING_RULES[RuleCode(seen.rule)].act
    if act in PLACING:
        open_stage(seen.stage_id)
    deal = visible_to(Deal.objects.select_for_update(no_key=True), by).get(pk=seen.deal_id)
    require_may_change(deal, by)
    move = AutomaticMove.objects.get(pk=move_id)
    if move.undone_at:
        raise MoveUndoneAlready()
    UNDOING[act](deal, move, at)
    move.undone_at, move.undone_by_id = at, by.id
    move.save(update_fields=["undone_at", "undone_by_id"])
    record(
        event=CrmEvent.AUTOMATIC_MOVE_UNDONE,
        subject=deal,
        parent=deal.company,
        by=by,
        at=at,
        cause=move.rule,
        new={"move": move.pk, "document_id": move.document_id},
    )
    return move


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="a deal that the rule did not move stays")
def take_back_move(
    *, rule: RuleCode, deal_id: UUID, document_id: UUID, by: Actor, at: datetime
) -> Deal | None:
    """Put a deal back to where it stood before a rule moved it, because what the document said was a mistake:
    unlike an undo, the same document may move it again. None, and nothing done, when it was not moved, when
    that was undone, or when somebody did something to the deal since.
    """
    act, move = MOVING_RULES[rule].act, _standing_move(rule, deal_id, document_id)
    if move is None:
        return None
    try:
        if act in PLACING:
            open_stage(move.stage_id)
        deal = Deal.objects.select_for_update(no_key=True).get(pk=deal_id)
        UNDOING[act](deal, move, at)
    except (TouchedSince, StageClosed):
        return None
    move.delete()
    record(
        event=CrmEvent.AUTOMATIC_MOVE_UNDONE,
        subject=deal,
        parent=deal.company,
        by=by,
        at=at,
        cause=move.rule,
        new={"document_id": document_id},
    )
    return deal


def _standing_move(rule: RuleCode, deal_id: UUID, document_id: UUID) -> AutomaticMove | None:
    """What the rule did to the deal because of the document, while nobody undid it."""
    moves = AutomaticMove.objects.filter(deal_id=deal_id, rule=rule, document_id=document_id)
    return moves.filter(undone_at=None).first()


def _win(deal: Deal, rule: RuleCode, cause: Cause, by: Actor, at: datetime) -> Event | None:
    if deal.status != DealStatus.OPEN or deal.archived_at:
        return None
    close(deal, DealStatus.WON, at)
    return _tell(CrmEvent.DEAL_WON, deal, rule, cause, by, at)


def _celebrate(deal: Deal, rule: RuleCode, cause: Cause, by: Actor, at: datetime) -> Event | None:
    if deal.paid_at:
        return None
    _set_paid_at(deal, at, at)
    event = _tell(CrmEvent.DEAL_PAID, deal, rule, cause, by, at)
    if deal.owner_id and deal.status == DealStatus.WON and not deal.archived_at:
        notify(
            user_id=deal.owner_id,
            kind=DEAL_PAID,
            text=deal.name,
            url=deal.get_absolute_url(),
            key=f"{DEAL_PAID}:{event.pk}",
            by=by,
            at=at,
        )
    return event


def _lock_stage_for_offers(deal_id: UUID) -> None:
    """Stages are locked before deals, everywhere."""
    pipeline_id = Deal.objects.values_list("pipeline_id", flat=True).get(pk=deal_id)
    stage_for_offers(pipeline_id).select_for_update(no_key=True).first()


def _forward(deal: Deal, rule: RuleCode, cause: Cause, by: Actor, at: datetime) -> Event | None:
    stage, left = stage_for_offers(deal.pipeline_id).select_related("pipeline").first(), deal.stage
    if deal.status != DealStatus.OPEN or deal.archived_at or not stage or stage.position <= left.position:
        return None
    deal.board_order = on_top(stage)
    enter_stage(deal, stage, at)
    deal.version, deal.updated_at = deal.version + 1, at
    deal.save()
    return _tell(CrmEvent.DEAL_MOVED, deal, rule, cause, by, at, left)


def _go_back(deal: Deal, move: AutomaticMove, at: datetime) -> None:
    if deal.version != move.version:
        raise _touched(deal)
    enter_stage(deal, Stage.objects.select_related("pipeline").get(pk=move.stage_id), at)
    deal.board_order, deal.version, deal.updated_at = move.board_order, deal.version + 1, at
    deal.save()


def _reopen(deal: Deal, move: AutomaticMove, at: datetime) -> None:
    if deal.version != move.version:
        raise _touched(deal)
    deal.status, deal.closed_at = DealStatus.OPEN, None
    deal.stage_id, deal.board_order = move.stage_id, move.board_order
    deal.version, deal.updated_at = deal.version + 1, at
    deal.save(update_fields=["status", "closed_at", "stage", "board_order", "version", "updated_at"])
    resume_stay(deal)


def _unmark(deal: Deal, move: AutomaticMove, at: datetime) -> None:
    if deal.paid_at != move.moved_at:
        raise _touched(deal)
    _set_paid_at(deal, None, at)


DOING: dict[Act, Callable[[Deal, RuleCode, Cause, Actor, datetime], Event | None]] = {
    Act.WIN: _win,
    Act.CELEBRATE: _celebrate,
    Act.FORWARD: _forward,
}
UNDOING: dict[Act, Callable[[Deal, AutomaticMove, datetime], None]] = {
    Act.WIN: _reopen,
    Act.CELEBRATE: _unmark,
    Act.FORWARD: _go_back,
}


def _tell(
    event: CrmEvent,
    deal: Deal,
    rule: RuleCode,
    cause: Cause,
    by: Actor,
    at: datetime,
    left: Stage | None = None,
) -> Event:
    facts = {"document_id": cause.document_id, cause.noun: cause.number, "caused_by": cause.caused_by}
    if event == CrmEvent.DEAL_WON:
        facts |= {"value": deal.value, "currency": deal.currency}
    old = {"stage": str(left), "stage_id": left.pk} if left else {}
    if left:
        facts |= {"stage": str(deal.stage), "stage_id": deal.stage_id}
    return record(
        event=event, subject=deal, parent=deal.company, by=by, at=at, cause=str(rule), old=old, new=facts
    )


def _set_paid_at(deal: Deal, paid_at: datetime | None, at: datetime) -> None:
    deal.paid_at, deal.updated_at = paid_at, at
    deal.save(update_fields=["paid_at", "updated_at"])


def _touched(deal: Deal) -> TouchedSince:
    last = latest_event(deal.pk, TOUCHES)
    facts = {"who": last.actor_label if last else _("Somebody"), "deal": deal.name}
    return TouchedSince(
        message=_("%(who)s changed “%(deal)s” after that, so it can no longer be undone.") % facts
    )
