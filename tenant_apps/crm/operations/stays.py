"""How deals go from stage to stage: the stay that ends, the stay that begins, the place in the column."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Min, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from tenant_apps.activity.operations import record
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Deal, DealStatus, Pipeline, Stage, StageStay

STEP = Decimal(1)
FINEST = Decimal("1e-15")  # as fine as the column keeps
MOVED_AT_ONCE = 500


class StageClosed(Refused):
    code = "stage_closed"
    message = _("This stage is in the archive. Choose another.")
    field = "stage_id"
    conflict = True


def open_stage(stage_id: UUID) -> Stage:
    """The stage, locked so that nobody archives it while a deal comes in; `StageClosed` when it is archived.

    Stages are locked before deals, everywhere.
    """
    stage = Stage.objects.select_for_update(no_key=True).get(pk=stage_id)
    # Asked for after the lock: a join would show the pipeline as it was before the wait.
    stage.pipeline = Pipeline.objects.get(pk=stage.pipeline_id)
    if stage.archived_at or stage.pipeline.archived_at:
        raise StageClosed()
    return stage


def enter_stage(deal: Deal, stage: Stage, at: datetime) -> None:
    """End the deal's stay and begin the one in `stage`; the caller saves the deal."""
    moment = end_stay(deal, at)
    StageStay.objects.create(deal=deal, stage=stage, entered_at=moment)
    deal.stage, deal.pipeline, deal.stage_entered_at = stage, stage.pipeline, moment


def end_stay(deal: Deal, at: datetime) -> datetime:
    """End the stay in the present stage; return when. Of two who act at once the one who comes second may
    have read the clock first: no stay ends before it began.
    """
    moment = max(at, deal.stage_entered_at)
    StageStay.objects.filter(deal=deal, left_at=None).update(left_at=moment)
    return moment


def resume_stay(deal: Deal) -> None:
    """Let the stay that ended last go on, as if the deal had never left its stage."""
    last = StageStay.objects.filter(deal=deal).order_by("-entered_at", "-id").first()
    if last is not None and last.left_at is not None:
        last.left_at = None
        last.save(update_fields=["left_at"])


def close(deal: Deal, status: DealStatus, at: datetime, reason: str = "") -> None:
    """Close an open deal and save it."""
    put_closed(deal, status, at, reason)
    save_closed(deal, at)


def put_closed(deal: Deal, status: DealStatus, at: datetime, reason: str = "") -> None:
    """Close an open deal, which is not saved."""
    deal.status, deal.closed_at, deal.lost_reason = status, at, reason
    deal.version, deal.updated_at = deal.version + 1, at


def save_closed(deal: Deal, at: datetime) -> None:
    """Save what closing changed, and end the deal's stay."""
    deal.save(update_fields=["status", "closed_at", "lost_reason", "version", "updated_at"])
    end_stay(deal, at)


def on_top(stage: Stage) -> Decimal:
    """The place above every card of the column."""
    first = _column(stage).aggregate(first=Min("board_order"))["first"]
    return Decimal(0) if first is None else first - STEP


def place_below(stage: Stage, above_id: UUID | None, moving: Deal) -> Decimal:
    """The place right below the card `above_id`; on top for None or a card that is no longer there."""
    column = _column(stage).exclude(pk=moving.pk)
    above = column.filter(pk=above_id).first() if above_id else None
    if above is None:
        return on_top(stage)
    below = _below(stage, moving, above)
    if below is None:
        return above.board_order + STEP
    place = ((above.board_order + below.board_order) / 2).quantize(FINEST)
    if above.board_order < place < below.board_order:
        return place
    _spread(stage)
    above.refresh_from_db(fields=["board_order"])
    return above.board_order + STEP / 2


def move_everybody(stages: Iterable[Stage], to: Stage, *, by: Actor, at: datetime, cause: str) -> int:
    """Take the open deals of `stages` to the bottom of `to`, in their order; return how many went."""
    deals = list(
        Deal.objects.select_for_update(no_key=True)
        .filter(stage__in=stages, status=DealStatus.OPEN)
        .prefetch_related("stage", "company")
        .order_by("id")
    )
    last = _column(to).order_by("-board_order").values_list("board_order", flat=True).first() or Decimal(0)
    ended = Greatest(F("entered_at"), Value(at))
    StageStay.objects.filter(deal__in=deals, left_at=None).update(left_at=ended)
    StageStay.objects.bulk_create(
        [StageStay(deal=deal, stage=to, entered_at=max(at, deal.stage_entered_at)) for deal in deals],
        batch_size=MOVED_AT_ONCE,
    )
    for place, deal in enumerate(sorted(deals, key=lambda one: (one.board_order, one.pk)), start=1):
        left = deal.stage
        deal.stage, deal.pipeline = to, to.pipeline
        deal.stage_entered_at = max(at, deal.stage_entered_at)
        deal.board_order, deal.version, deal.updated_at = last + place, deal.version + 1, at
        told_as_moved(deal, left, by=by, at=at, cause=cause)
    moved = ("stage", "pipeline", "stage_entered_at", "board_order", "version", "updated_at")
    Deal.objects.bulk_update(deals, moved, batch_size=MOVED_AT_ONCE)
    return len(deals)


def told_as_moved(deal: Deal, left: Stage, *, by: Actor, at: datetime, cause: str = "") -> None:
    """Write down that the deal went from `left` to the stage where it is."""
    record(
        event=CrmEvent.DEAL_MOVED,
        subject=deal,
        parent=deal.company,
        by=by,
        at=at,
        old={"stage": str(left), "stage_id": left.pk},
        new={"stage": str(deal.stage), "stage_id": deal.stage_id},
        cause=cause,
    )


def _column(stage: Stage) -> QuerySet[Deal]:
    return Deal.objects.filter(stage=stage, status=DealStatus.OPEN, archived_at__isnull=True)


def _below(stage: Stage, moving: Deal, above: Deal) -> Deal | None:
    """The card that stands under `above` now."""
    others = _column(stage).exclude(pk=moving.pk).order_by("board_order", "id")
    tied = others.filter(board_order=above.board_order, pk__gt=above.pk).first()
    return tied or others.filter(board_order__gt=above.board_order).first()


def _spread(stage: Stage) -> None:
    """Give the cards of a column whole numbers again: there was no room left between two of them."""
    cards = list(_column(stage).order_by("board_order", "id").only("pk", "board_order"))
    for place, card in enumerate(cards, start=1):
        card.board_order = Decimal(place)
    Deal.objects.bulk_update(cards, ["board_order"], batch_size=MOVED_AT_ONCE)
