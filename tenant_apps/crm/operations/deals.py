"""Deals: added, changed, moved, won, lost, reopened, archived, copied."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.activity.queries import latest_event
from tenant_apps.catalog.models import Product
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import (
    Company,
    Contact,
    Deal,
    DealContact,
    DealItem,
    DealStatus,
    Stage,
    StageStay,
)
from tenant_apps.crm.operations.clients import AlreadyArchived, NotArchived
from tenant_apps.crm.operations.deal_parts import (
    DealItemInput,
    Participant,
)
from tenant_apps.crm.operations.deal_values import DealChange, deal_columns, fill_deal
from tenant_apps.crm.operations.stays import (
    enter_stage,
    on_top,
    open_stage,
    place_below,
    put_closed,
    save_closed,
    told_as_moved,
)
from tenant_apps.crm.queries.pipelines import first_stage
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.operations import CustomChange, custom_change
from tenant_apps.workspace.queries import active_members, custom_values, profile

MOVES = (CrmEvent.DEAL_MOVED, CrmEvent.DEAL_WON, CrmEvent.DEAL_LOST, CrmEvent.DEAL_REOPENED)


class NoPipeline(Refused):
    code = "no_pipeline"
    message = _("There is no pipeline yet. Add one in the settings.")
    conflict = True


class MovedMeanwhile(Refused):
    """Somebody else moved the deal since the page was read."""

    code = "moved_meanwhile"
    conflict = True


class AlreadyInStage(Refused):
    code = "already_in_stage"
    message = _("The deal is in this stage already.")
    field = "stage_id"
    conflict = True


class NotOpen(Refused):
    code = "not_open"
    message = _("This deal is closed. Reopen it first.")
    conflict = True


class NotClosed(Refused):
    code = "not_closed"
    message = _("This deal is open already.")
    conflict = True


@operation(permission=Permission.DEALS_EDIT)
def create_deal(*, details: DealChange, by: Actor, at: datetime, stage_id: UUID | None = None) -> Deal:
    """Add a deal on top of a stage, without one of the first stage of the first pipeline.

    It belongs to the person who adds it, unless `details` names another member.
    """
    stage = open_stage(stage_id or entrance())
    deal = new_deal(stage, currency=profile().default_currency, by=by, at=at)
    deal.board_order = on_top(stage)
    custom = custom_change("deal", None, details.custom, by=by, at=at)
    new = _write(deal, details, custom, by, at)
    StageStay.objects.create(deal=deal, stage=stage, entered_at=at)
    record(event=CrmEvent.DEAL_CREATED, subject=deal, parent=deal.company, by=by, at=at, new=new)
    return deal


@operation(permission=Permission.DEALS_EDIT)
def change_deal(*, deal_id: UUID, change: DealChange, by: Actor, at: datetime) -> Deal:
    """Change what is given. Company, contacts and products must be ones that the actor sees."""
    deal = _deal_for_change(deal_id, by)
    custom = custom_change("deal", deal_id, change.custom, by=by, at=at)
    before = deal_columns(deal) | custom.before
    old, new = changes_between(before, _write(deal, change, custom, by, at))
    record(event=CrmEvent.DEAL_CHANGED, subject=deal, parent=deal.company, by=by, at=at, old=old, new=new)
    return deal


@operation(permission=Permission.DEALS_EDIT)
def move_deal(
    *,
    deal_id: UUID,
    stage_id: UUID,
    by: Actor,
    at: datetime,
    above_id: UUID | None = None,
    version: int | None = None,
    cause: str = "",
) -> Deal:
    """Put an open deal into another stage, right below the card `above_id` or on top.

    `version` is the one that the mover saw: when somebody moved the deal since, `MovedMeanwhile` says who.
    """
    stage = open_stage(stage_id)
    deal = _deal_for_change(deal_id, by)
    _require_version(deal, version)
    _require_open(deal)
    left = deal.stage
    if left.pk == stage.pk:
        raise AlreadyInStage()
    deal.board_order = place_below(stage, above_id, deal)
    enter_stage(deal, stage, at)
    deal.version, deal.updated_at = deal.version + 1, at
    deal.save()
    told_as_moved(deal, left, by=by, at=at, cause=cause)
    return deal


@operation(permission=Permission.DEALS_EDIT, event=None, why="the order of cards in a column is no news")
def place_deal(
    *, deal_id: UUID, stage_id: UUID, by: Actor, at: datetime, above_id: UUID | None = None
) -> Deal:
    """Give a card another place in its column, below the card `above_id` or on top.

    `MovedMeanwhile` when the deal is not in that column any more.
    """
    stage = open_stage(stage_id)
    deal = _deal_for_change(deal_id, by)
    if deal.stage_id != stage.pk or deal.status != DealStatus.OPEN:
        raise _moved_meanwhile(deal)
    deal.board_order, deal.updated_at = place_below(stage, above_id, deal), at
    deal.save(update_fields=["board_order", "updated_at"])
    return deal


@operation(permission=Permission.DEALS_EDIT)
def win_deal(*, deal_id: UUID, by: Actor, at: datetime, version: int | None = None, cause: str = "") -> Deal:
    """Close a deal as won."""
    deal = _deal_for_change(deal_id, by)
    _require_version(deal, version)
    told = shut(deal, DealStatus.WON, at)
    save_closed(deal, at)
    record(event=CrmEvent.DEAL_WON, subject=deal, parent=deal.company, by=by, at=at, new=told, cause=cause)
    return deal


@operation(permission=Permission.DEALS_EDIT)
def lose_deal(
    *, deal_id: UUID, reason: str, by: Actor, at: datetime, version: int | None = None, cause: str = ""
) -> Deal:
    """Close a deal as lost, and say why."""
    deal = _deal_for_change(deal_id, by)
    _require_version(deal, version)
    told = shut(deal, DealStatus.LOST, at, reason)
    save_closed(deal, at)
    record(event=CrmEvent.DEAL_LOST, subject=deal, parent=deal.company, by=by, at=at, new=told, cause=cause)
    return deal


@operation(permission=Permission.DEALS_EDIT)
def reopen_deal(*, deal_id: UUID, by: Actor, at: datetime, cause: str = "") -> Deal:
    """Open a closed deal again, in its stage; in the first one in use when that was archived meanwhile."""
    stage = _stage_to_return_to(deal_id, by)
    deal = _deal_for_change(deal_id, by)
    if deal.status == DealStatus.OPEN:
        raise NotClosed()
    was = deal.status
    deal.status, deal.closed_at, deal.lost_reason = DealStatus.OPEN, None, ""
    deal.board_order, deal.version, deal.updated_at = on_top(stage), deal.version + 1, at
    enter_stage(deal, stage, at)
    deal.save()
    record(
        event=CrmEvent.DEAL_REOPENED,
        subject=deal,
        parent=deal.company,
        by=by,
        at=at,
        new={"was": was},
        cause=cause,
    )
    return deal


@operation(permission=Permission.DEALS_EDIT)
def archive_deal(*, deal_id: UUID, by: Actor, at: datetime) -> Deal:
    """Take a deal out of board and lists. Raises `AlreadyArchived` the second time."""
    deal = _deal_for_change(deal_id, by)
    if deal.archived_at:
        raise AlreadyArchived()
    deal.archived_at = deal.updated_at = at
    deal.version += 1
    deal.save(update_fields=["archived_at", "updated_at", "version"])
    record(event=CrmEvent.DEAL_ARCHIVED, subject=deal, parent=deal.company, by=by, at=at)
    return deal


@operation(permission=Permission.DEALS_EDIT)
def unarchive_deal(*, deal_id: UUID, by: Actor, at: datetime) -> Deal:
    """Bring a deal back to board and lists. Raises `NotArchived` when it is there."""
    deal = _deal_for_change(deal_id, by)
    if not deal.archived_at:
        raise NotArchived()
    deal.archived_at, deal.updated_at = None, at
    deal.version += 1
    deal.save(update_fields=["archived_at", "updated_at", "version"])
    record(event=CrmEvent.DEAL_UNARCHIVED, subject=deal, parent=deal.company, by=by, at=at)
    return deal


@operation(permission=Permission.DEALS_EDIT)
def duplicate_deal(*, deal_id: UUID, by: Actor, at: datetime) -> Deal:
    """Copy a deal with its contacts and items as a new one, open, in the first stage of its pipeline."""
    source = visible_to(Deal.objects.all(), by).get(pk=deal_id)
    people = [Participant(one.contact_id, one.role) for one in source.participations.order_by("id")]
    items = [_as_input(item) for item in source.items.order_by("position")]
    copy = DealChange(
        name=source.name,
        value=source.value,
        currency=source.currency,
        company_id=source.company_id,
        contacts=tuple(people),
        items=tuple(items),
        custom=custom_values("deal", source.pk),
    )
    stage = first_stage(source.pipeline_id)
    deal: Deal = create_deal(details=copy, stage_id=stage.pk if stage else None, by=by, at=at)
    return deal


def entrance() -> UUID:
    """The stage that a deal comes into when nobody says which. Raises `NoPipeline`."""
    stage = first_stage()
    if stage is None:
        raise NoPipeline()
    return stage.pk


def _deal_for_change(deal_id: UUID, by: Actor) -> Deal:
    # No joins: after a wait they would look for the deal in the stage that it has left.
    deal = visible_to(Deal.objects.select_for_update(no_key=True), by).get(pk=deal_id)
    require_may_change(deal, by)
    return deal


def _stage_to_return_to(deal_id: UUID, by: Actor) -> Stage:
    """The stage of a deal, locked; the first one in use when it is archived."""
    seen = visible_to(Deal.objects.select_related("stage__pipeline"), by).get(pk=deal_id)
    if seen.stage.archived_at is None and seen.stage.pipeline.archived_at is None:
        return open_stage(seen.stage_id)
    stage = first_stage(seen.pipeline_id)
    return open_stage(stage.pk if stage else entrance())


def _require_version(deal: Deal, version: int | None) -> None:
    if version is not None and version != deal.version:
        raise _moved_meanwhile(deal)


def _moved_meanwhile(deal: Deal) -> MovedMeanwhile:
    last = latest_event(deal.pk, MOVES)
    facts = {"who": last.actor_label if last else _("Somebody"), "deal": deal.name, "stage": deal.stage}
    told = {
        DealStatus.WON: _("%(who)s marked “%(deal)s” as won meanwhile."),
        DealStatus.LOST: _("%(who)s marked “%(deal)s” as lost meanwhile."),
    }
    moved = _("%(who)s moved “%(deal)s” to “%(stage)s” meanwhile.")
    return MovedMeanwhile(message=told.get(DealStatus(deal.status), moved) % facts)


def _require_open(deal: Deal) -> None:
    if deal.status != DealStatus.OPEN:
        raise NotOpen()
    if deal.archived_at:
        raise AlreadyArchived()


def new_deal(stage: Stage, *, currency: str, by: Actor, at: datetime) -> Deal:
    """A deal of the person who adds it, in a stage, not saved; `board_order` and all details lack yet."""
    owner_id = by.id if by.kind in {ActorKind.MEMBER, ActorKind.API_KEY} else None
    deal = Deal(owner_id=owner_id, currency=currency, created_at=at)
    deal.stage, deal.pipeline, deal.stage_entered_at = stage, stage.pipeline, at
    return deal


def shut(deal: Deal, status: DealStatus, at: datetime, reason: str = "") -> dict[str, Any]:
    """Close the deal, which is not saved; return what its event tells. A lost one needs its reason."""
    why = " ".join(reason.split()) if status == DealStatus.LOST else ""
    if status == DealStatus.LOST:
        refuse_all(_reason_errors(why))
    _require_open(deal)
    put_closed(deal, status, at, why)
    return {"reason": why} if why else {"value": deal.value, "currency": deal.currency}


def _write(deal: Deal, change: DealChange, custom: CustomChange, by: Actor, at: datetime) -> dict[str, Any]:
    """Put the given values into the row, its contacts and its items, and save; return its columns."""
    company_for = visible_to(Company.objects.all(), by).get
    lines = fill_deal(
        deal, change, custom, at, lambda company_id: company_for(pk=company_id), _is_active_member
    )
    deal.save()
    _replace_items(deal, lines)
    _replace_contacts(deal, change.contacts, by)
    custom.write(deal.pk)
    return deal_columns(deal) | custom.after


def _is_active_member(user_id: UUID) -> bool:
    return active_members().filter(user_id=user_id).exists()


def _replace_items(deal: Deal, lines: list[DealItem] | None) -> None:
    if lines is None:
        return
    wanted = {line.product_id for line in lines if line.product_id}
    if Product.objects.filter(pk__in=wanted).count() != len(wanted):
        raise Product.DoesNotExist()
    deal.items.all().delete()
    DealItem.objects.bulk_create(lines)


def _replace_contacts(deal: Deal, people: tuple[Participant, ...] | None, by: Actor) -> None:
    if people is None:
        return
    roles = {one.contact_id: one.role.strip() for one in people}
    kept = set(deal.participations.values_list("contact_id", flat=True))
    # One who takes part already stays, also when the actor does not see that contact.
    fresh = set(roles) - kept
    if visible_to(Contact.objects.filter(pk__in=fresh), by).count() != len(fresh):
        raise Contact.DoesNotExist()
    deal.participations.all().delete()
    DealContact.objects.bulk_create(
        DealContact(deal=deal, contact_id=contact_id, role=role) for contact_id, role in roles.items()
    )


def _as_input(item: DealItem) -> DealItemInput:
    return DealItemInput(**{name: getattr(item, name) for name in DealItemInput.__dataclass_fields__})


def _reason_errors(reason: str) -> list[FieldError]:
    if not reason:
        return [FieldError("reason", "required", _("Say why it was lost."))]
    return [
        FieldError("reason", error.code, error.message)
        for error in text_errors(Deal, {"lost_reason": reason})
    ]
