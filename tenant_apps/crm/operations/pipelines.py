"""Pipelines and their stages: laid out, named, ordered, archived with a place for their deals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.changes import KEEP, Keep, given
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Deal, DealStatus, Pipeline, Stage
from tenant_apps.crm.operations.clients import AlreadyArchived, NotArchived
from tenant_apps.crm.operations.stays import move_everybody, open_stage
from tenant_apps.workspace.models import OrganizationProfile
from tenants.operations import Founding

FIRST_PIPELINE = {"name_bg": "Продажби", "name_en": "Sales"}
# Bulgarian name, English name, probability in percent, days until a deal rots.
FIRST_STAGES = (
    ("Ново запитване", "New enquiry", 10, 7),
    ("Проведен разговор", "First talk", 25, 14),
    ("Изпратена оферта", "Offer sent", 50, 10),
    ("Преговори", "Negotiation", 75, 14),
    ("Устно съгласие", "Verbal yes", 90, 7),
)
OFFERS_AT = 2
LONGEST_ROT = 3650


class HasPipelines(Refused):
    code = "has_pipelines"
    message = _("There is a pipeline already.")
    conflict = True


class LastOfItsKind(Refused):
    code = "last_of_its_kind"
    message = _("This is the last one in use, so it stays.")
    conflict = True


class DealsNeedAPlace(Refused):
    code = "deals_need_a_place"
    message = _("Choose where its open deals go.")
    field = "to_stage_id"


class NotTheWholeOrder(Refused):
    code = "not_the_whole_order"
    message = _("Somebody added or archived one meanwhile. Open the page anew.")
    conflict = True


@dataclass(frozen=True)
class PipelineChange:
    """The name in both languages; None leaves one as it is. With one alone, both are it."""

    name_bg: str | None = None
    name_en: str | None = None


@dataclass(frozen=True)
class StageChange:
    """What a person sets of a stage. `rot_days` None: deals never rot here. The stage that `takes_offers`
    does it instead of the one that did before.
    """

    name_bg: str | None = None
    name_en: str | None = None
    probability: int | None = None
    rot_days: int | Keep | None = KEEP
    takes_offers: bool | None = None


def furnish_pipeline(*, founding: Founding, by: Actor, at: datetime) -> None:
    """Provisioning step: a pipeline to begin with."""
    _created(PipelineChange(**FIRST_PIPELINE), by, at)


@operation(permission=Permission.PIPELINES_MANAGE)
def create_first_pipeline(*, by: Actor, at: datetime) -> Pipeline:
    """Lay out the usual pipeline in both languages; `HasPipelines` where there is any, archived or not."""
    OrganizationProfile.objects.select_for_update().get()
    if Pipeline.objects.exists():
        raise HasPipelines()
    return _created(PipelineChange(**FIRST_PIPELINE), by, at)


@operation(permission=Permission.PIPELINES_MANAGE)
def create_pipeline(*, details: PipelineChange, by: Actor, at: datetime) -> Pipeline:
    """Add a pipeline, the last in order, with the usual stages to begin from."""
    return _created(details, by, at)


@operation(permission=Permission.PIPELINES_MANAGE)
def change_pipeline(*, pipeline_id: UUID, change: PipelineChange, by: Actor, at: datetime) -> Pipeline:
    """Name a pipeline anew."""
    pipeline = Pipeline.objects.select_for_update(no_key=True).get(pk=pipeline_id)
    before = _details(pipeline, PipelineChange)
    old, new = changes_between(before, _write(pipeline, change))
    pipeline.updated_at = at
    pipeline.save()
    record(event=CrmEvent.PIPELINE_CHANGED, subject=pipeline, by=by, at=at, old=old, new=new)
    return pipeline


@operation(permission=Permission.PIPELINES_MANAGE)
def arrange_pipelines(*, pipeline_ids: Sequence[UUID], by: Actor, at: datetime) -> Pipeline:
    """Put the pipelines in use in this order, all of them named; return the first, which new deals enter."""
    found = _in_order(_locked_pipelines(), pipeline_ids)
    for position, pipeline in enumerate(found):
        pipeline.position = position
    Pipeline.objects.bulk_update(found, ["position"])
    record(event=CrmEvent.PIPELINES_ARRANGED, subject=found[0], by=by, at=at, new={"order": pipeline_ids})
    return found[0]


@operation(permission=Permission.PIPELINES_MANAGE)
def archive_pipeline(
    *, pipeline_id: UUID, by: Actor, at: datetime, to_stage_id: UUID | None = None
) -> Pipeline:
    """Take a pipeline out of use; its open deals go to a stage of another one. The last one stays."""
    pipelines = _locked_pipelines()
    pipeline = _one_of(pipelines, pipeline_id)
    if len(pipelines) == 1:
        raise LastOfItsKind()
    stages = _locked_stages(pipeline, to_stage_id)
    moved = _make_way([one for one in stages if one.pipeline_id == pipeline_id], to_stage_id, by, at)
    pipeline.archived_at = pipeline.updated_at = at
    pipeline.save(update_fields=["archived_at", "updated_at"])
    record(event=CrmEvent.PIPELINE_ARCHIVED, subject=pipeline, by=by, at=at, new=moved)
    return pipeline


@operation(permission=Permission.PIPELINES_MANAGE)
def unarchive_pipeline(*, pipeline_id: UUID, by: Actor, at: datetime) -> Pipeline:
    """Bring a pipeline back, the last in order. Deals that went elsewhere stay there."""
    pipeline = Pipeline.objects.select_for_update(no_key=True).get(pk=pipeline_id)
    if not pipeline.archived_at:
        raise NotArchived()
    pipeline.archived_at, pipeline.updated_at = None, at
    pipeline.position = _next(Pipeline.objects.all())
    pipeline.save(update_fields=["archived_at", "updated_at", "position"])
    record(event=CrmEvent.PIPELINE_UNARCHIVED, subject=pipeline, by=by, at=at)
    return pipeline


@operation(permission=Permission.PIPELINES_MANAGE)
def create_stage(*, pipeline_id: UUID, details: StageChange, by: Actor, at: datetime) -> Stage:
    """Add a stage at the end of a pipeline."""
    pipeline = Pipeline.objects.select_for_update(no_key=True).get(pk=pipeline_id)
    stage = Stage(pipeline=pipeline, position=_next(pipeline.stages))
    _free_offers(pipeline, details)
    new = _write(stage, details)
    stage.save()
    record(event=CrmEvent.STAGE_CREATED, subject=stage, parent=pipeline, by=by, at=at, new=new)
    return stage


@operation(permission=Permission.PIPELINES_MANAGE)
def change_stage(*, stage_id: UUID, change: StageChange, by: Actor, at: datetime) -> Stage:
    """Change the names, the probability or the rot limit of a stage."""
    pipeline = Pipeline.objects.select_for_update(no_key=True).get(stages=stage_id)
    stage = Stage.objects.select_for_update(no_key=True).get(pk=stage_id)
    before = _details(stage, StageChange)
    _free_offers(pipeline, change)
    old, new = changes_between(before, _write(stage, change))
    stage.save()
    record(event=CrmEvent.STAGE_CHANGED, subject=stage, parent=stage.pipeline, by=by, at=at, old=old, new=new)
    return stage


@operation(permission=Permission.PIPELINES_MANAGE)
def arrange_stages(*, pipeline_id: UUID, stage_ids: Sequence[UUID], by: Actor, at: datetime) -> Pipeline:
    """Put the stages in use of a pipeline in this order, all of them named."""
    pipeline = Pipeline.objects.select_for_update(no_key=True).get(pk=pipeline_id)
    found = _in_order(list(pipeline.stages.filter(archived_at__isnull=True)), stage_ids)
    for position, stage in enumerate(found):
        stage.position = position
    Stage.objects.bulk_update(found, ["position"])
    record(event=CrmEvent.STAGES_ARRANGED, subject=pipeline, by=by, at=at, new={"order": stage_ids})
    return pipeline


@operation(permission=Permission.PIPELINES_MANAGE)
def archive_stage(*, stage_id: UUID, by: Actor, at: datetime, to_stage_id: UUID | None = None) -> Stage:
    """Take a stage out of use; its open deals go to another stage. The last one of a pipeline stays."""
    pipeline = Pipeline.objects.select_for_update(no_key=True).get(stages=stage_id)
    stage = _one_of(_locked_stages(pipeline, to_stage_id), stage_id)
    if pipeline.stages.filter(archived_at__isnull=True).count() == 1:
        raise LastOfItsKind()
    moved = _make_way([stage], to_stage_id, by, at)
    stage.archived_at = at
    stage.save(update_fields=["archived_at"])
    record(event=CrmEvent.STAGE_ARCHIVED, subject=stage, parent=pipeline, by=by, at=at, new=moved)
    return stage


@operation(permission=Permission.PIPELINES_MANAGE)
def unarchive_stage(*, stage_id: UUID, by: Actor, at: datetime) -> Stage:
    """Bring a stage back at the end of its pipeline. Deals that went elsewhere stay there."""
    stage = (
        Stage.objects.select_for_update(no_key=True, of=("self",)).select_related("pipeline").get(pk=stage_id)
    )
    if not stage.archived_at:
        raise NotArchived()
    stage.archived_at, stage.position = None, _next(stage.pipeline.stages)
    stage.save(update_fields=["archived_at", "position"])
    record(event=CrmEvent.STAGE_UNARCHIVED, subject=stage, parent=stage.pipeline, by=by, at=at)
    return stage


def _created(details: PipelineChange, by: Actor, at: datetime) -> Pipeline:
    pipeline = Pipeline(position=_next(Pipeline.objects.all()), created_at=at, updated_at=at)
    new = _write(pipeline, details)
    pipeline.save()
    Stage.objects.bulk_create(
        Stage(
            pipeline=pipeline,
            name_bg=bulgarian,
            name_en=english,
            probability=probability,
            rot_days=rot_days,
            takes_offers=position == OFFERS_AT,
            position=position,
        )
        for position, (bulgarian, english, probability, rot_days) in enumerate(FIRST_STAGES)
    )
    record(event=CrmEvent.PIPELINE_CREATED, subject=pipeline, by=by, at=at, new=new)
    return pipeline


def _details(row: Pipeline | Stage, shape: type[PipelineChange] | type[StageChange]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in shape.__dataclass_fields__}


def _write(row: Pipeline | Stage, change: PipelineChange | StageChange) -> dict[str, Any]:
    """Put the given values into the row; return all its details. A name in one language serves for both."""
    after = _details(row, type(change)) | given(change)
    after["name_bg"] = after["name_bg"] or after["name_en"] or ""
    after["name_en"] = after["name_en"] or after["name_bg"]
    refuse_all(_errors(row, after))
    for name, value in after.items():
        setattr(row, name, value)
    return after


def _free_offers(pipeline: Pipeline, change: StageChange) -> None:
    """One stage takes offers: it is no longer the one that did, when another is to."""
    if change.takes_offers:
        pipeline.stages.filter(takes_offers=True).update(takes_offers=False)


def _errors(row: Pipeline | Stage, after: dict[str, Any]) -> list[FieldError]:
    errors = text_errors(type(row), {name: after[name] for name in ("name_bg", "name_en")})
    if not after["name_bg"]:
        errors.append(FieldError("name_bg", "required", _("Enter the name.")))
    if "probability" in after and not 0 <= after["probability"] <= 100:
        errors.append(FieldError("probability", "probability_range", _("From 0 to 100.")))
    if after.get("rot_days") is not None and not 1 <= after["rot_days"] <= LONGEST_ROT:
        errors.append(FieldError("rot_days", "rot_days_range", _("From 1 to 3650 days.")))
    return errors


def _make_way(stages: list[Stage], to_stage_id: UUID | None, by: Actor, at: datetime) -> dict[str, Any]:
    """Let the open deals of `stages` go to another one; say how many went, and where."""
    if to_stage_id is None or to_stage_id in {stage.pk for stage in stages}:
        if Deal.objects.filter(stage__in=stages, status=DealStatus.OPEN).exists():
            raise DealsNeedAPlace()
        return {}
    to = open_stage(to_stage_id)
    count = move_everybody(stages, to, by=by, at=at, cause="stage_archived")
    return {"deal_count": count, "to_stage_id": to.pk}


def _locked_pipelines() -> list[Pipeline]:
    """The pipelines in use, locked in one order."""
    return list(
        Pipeline.objects.select_for_update(no_key=True).filter(archived_at__isnull=True).order_by("id")
    )


def _locked_stages(pipeline: Pipeline, to_stage_id: UUID | None) -> list[Stage]:
    """The stages of a pipeline and the one that its deals go to, locked in one order."""
    own = pipeline.stages.values_list("pk", flat=True)
    ids = {*own, *([to_stage_id] if to_stage_id else [])}
    return list(Stage.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("id"))


def _one_of(rows: list[Any], row_id: UUID) -> Any:
    """The row in use; `AlreadyArchived` when it is not among them any more."""
    for row in rows:
        if row.pk == row_id and not row.archived_at:
            return row
    raise AlreadyArchived()


def _in_order(rows: list[Any], ids: Sequence[UUID]) -> list[Any]:
    by_id = {row.pk: row for row in rows}
    if set(by_id) != set(ids) or len(by_id) != len(ids):
        raise NotTheWholeOrder()
    return [by_id[one] for one in ids]


def _next(rows: Any) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else int(last) + 1
