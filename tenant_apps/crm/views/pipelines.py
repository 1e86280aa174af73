"""Settings → Pipelines."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, page
from shared_apps.core.ids import id_in
from shared_apps.core.permissions import Permission
from tenant_apps.crm import operations, queries
from tenant_apps.crm.forms import PipelineForm, StageForm, WhereToForm
from tenant_apps.crm.models import DealStatus, Pipeline, Stage

LIST = "pipeline_list"


@page(Permission.PIPELINES_MANAGE)
def pipeline_list(request: ActorRequest) -> HttpResponse:
    found = queries.pipelines_to_manage()
    context = {
        "pipelines": [one for one in found if not one.archived_at],
        "archived": [one for one in found if one.archived_at],
    }
    return form_page(request, "crm/pipeline_list.html", PipelineForm(), context)


@page(Permission.PIPELINES_MANAGE)
def pipeline_create(request: ActorRequest) -> HttpResponse:
    return form_page(request, "crm/pipeline_create.html", PipelineForm())


@pipeline_create.act
def create_pipeline(request: ActorRequest) -> HttpResponse:
    form = PipelineForm(request.POST)
    try:
        if form.is_valid():
            operations.create_pipeline(details=form.change(), by=request.actor, at=clock.now())
            message = _("The pipeline was added with the usual stages.")
            return done(request, to=LIST, message=message, event="crm.pipeline_created")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "crm/pipeline_create.html", form)


@page(Permission.PIPELINES_MANAGE)
def pipeline_edit(request: ActorRequest, pipeline_id: UUID) -> HttpResponse:
    pipeline = queries.pipeline_by_id(pipeline_id)
    return form_page(request, "crm/pipeline_edit.html", PipelineForm.of(pipeline), {"pipeline": pipeline})


@pipeline_edit.act
def change_pipeline(request: ActorRequest, pipeline_id: UUID) -> HttpResponse:
    pipeline, form = queries.pipeline_by_id(pipeline_id), PipelineForm(request.POST)
    try:
        if form.is_valid():
            operations.change_pipeline(
                pipeline_id=pipeline_id, change=form.change(), by=request.actor, at=clock.now()
            )
            return done(request, to=LIST, message=_("Saved."), event="crm.pipeline_changed")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "crm/pipeline_edit.html", form, {"pipeline": pipeline})


@act(Permission.PIPELINES_MANAGE)
def arrange_pipelines(request: ActorRequest) -> HttpResponse:
    ids = _wanted_order(request, [one.pk for one in queries.pipelines()])
    operations.arrange_pipelines(pipeline_ids=ids, by=request.actor, at=clock.now())
    return done(request, to=LIST, event="crm.pipelines_arranged")


@page(Permission.PIPELINES_MANAGE)
def archive_pipeline(request: ActorRequest, pipeline_id: UUID) -> HttpResponse:
    """Asks where the open deals go."""
    return _ask_where_to(request, *_pipeline_to_archive(pipeline_id))


@archive_pipeline.act
def archive_pipeline_now(request: ActorRequest, pipeline_id: UUID) -> HttpResponse:
    pipeline, stages, count = _pipeline_to_archive(pipeline_id)
    form = WhereToForm(request.POST, stages=stages)
    try:
        if not count or form.is_valid():
            to = form.cleaned_data["to_stage_id"] if count else None
            operations.archive_pipeline(
                pipeline_id=pipeline_id, to_stage_id=to, by=request.actor, at=clock.now()
            )
            undo = reverse("unarchive_pipeline", args=[pipeline_id])
            return done(request, to=LIST, message=_("%(name)s was archived.") % {"name": pipeline}, undo=undo)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _ask_where_to(request, pipeline, stages, count, form)


@act(Permission.PIPELINES_MANAGE)
def unarchive_pipeline(request: ActorRequest, pipeline_id: UUID) -> HttpResponse:
    pipeline = operations.unarchive_pipeline(pipeline_id=pipeline_id, by=request.actor, at=clock.now())
    return done(request, to=LIST, message=_("%(name)s is back in the list.") % {"name": pipeline})


@page(Permission.PIPELINES_MANAGE)
def stage_create(request: ActorRequest, pipeline_id: UUID) -> HttpResponse:
    pipeline = queries.pipeline_by_id(pipeline_id)
    return form_page(request, "crm/stage_create.html", StageForm(), {"pipeline": pipeline})


@stage_create.act
def create_stage(request: ActorRequest, pipeline_id: UUID) -> HttpResponse:
    pipeline, form = queries.pipeline_by_id(pipeline_id), StageForm(request.POST)
    try:
        if form.is_valid():
            operations.create_stage(
                pipeline_id=pipeline_id, details=form.change(), by=request.actor, at=clock.now()
            )
            return done(request, to=LIST, message=_("The stage was added."), event="crm.stage_created")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "crm/stage_create.html", form, {"pipeline": pipeline})


@page(Permission.PIPELINES_MANAGE)
def stage_edit(request: ActorRequest, stage_id: UUID) -> HttpResponse:
    stage = queries.stage_by_id(stage_id)
    return form_page(request, "crm/stage_edit.html", StageForm.of(stage), {"stage": stage})


@stage_edit.act
def change_stage(request: ActorRequest, stage_id: UUID) -> HttpResponse:
    stage, form = queries.stage_by_id(stage_id), StageForm(request.POST)
    try:
        if form.is_valid():
            operations.change_stage(stage_id=stage_id, change=form.change(), by=request.actor, at=clock.now())
            return done(request, to=LIST, message=_("Saved."), event="crm.stage_changed")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return form_page(request, "crm/stage_edit.html", form, {"stage": stage})


@act(Permission.PIPELINES_MANAGE)
def arrange_stages(request: ActorRequest, pipeline_id: UUID) -> HttpResponse:
    queries.pipeline_by_id(pipeline_id)
    now = [one.pk for one in queries.stages() if one.pipeline_id == pipeline_id]
    operations.arrange_stages(
        pipeline_id=pipeline_id, stage_ids=_wanted_order(request, now), by=request.actor, at=clock.now()
    )
    return done(request, to=LIST, event="crm.stages_arranged")


@page(Permission.PIPELINES_MANAGE)
def archive_stage(request: ActorRequest, stage_id: UUID) -> HttpResponse:
    """Asks where the open deals go."""
    return _ask_where_to(request, *_stage_to_archive(stage_id))


@archive_stage.act
def archive_stage_now(request: ActorRequest, stage_id: UUID) -> HttpResponse:
    stage, stages, count = _stage_to_archive(stage_id)
    form = WhereToForm(request.POST, stages=stages)
    try:
        if not count or form.is_valid():
            to = form.cleaned_data["to_stage_id"] if count else None
            operations.archive_stage(stage_id=stage_id, to_stage_id=to, by=request.actor, at=clock.now())
            undo = reverse("unarchive_stage", args=[stage_id])
            return done(request, to=LIST, message=_("%(name)s was archived.") % {"name": stage}, undo=undo)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _ask_where_to(request, stage, stages, count, form)


@act(Permission.PIPELINES_MANAGE)
def unarchive_stage(request: ActorRequest, stage_id: UUID) -> HttpResponse:
    stage = operations.unarchive_stage(stage_id=stage_id, by=request.actor, at=clock.now())
    return done(request, to=LIST, message=_("%(name)s is back in the list.") % {"name": stage})


def _pipeline_to_archive(pipeline_id: UUID) -> tuple[Pipeline, list[Stage], int]:
    """The pipeline, where its deals may go, and how many are open."""
    pipeline = queries.pipeline_by_id(pipeline_id)
    others = [one for one in queries.stages() if one.pipeline_id != pipeline_id]
    return pipeline, others, pipeline.deals.filter(status=DealStatus.OPEN).count()


def _stage_to_archive(stage_id: UUID) -> tuple[Stage, list[Stage], int]:
    stage = queries.stage_by_id(stage_id)
    others = [one for one in queries.stages() if one.pk != stage_id]
    others.sort(key=lambda one: one.pipeline_id != stage.pipeline_id)
    return stage, others, stage.deals.filter(status=DealStatus.OPEN).count()


def _ask_where_to(
    request: ActorRequest,
    subject: Pipeline | Stage,
    stages: list[Stage],
    count: int,
    form: WhereToForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {"subject": subject, "deal_count": count, "url": request.path}
    return form_page(request, "crm/archive_with_deals.html", form or WhereToForm(stages=stages), context)


def _wanted_order(request: ActorRequest, now: list[UUID]) -> list[UUID]:
    """The order that was dragged (`order=id&order=…`), or the present one with `up` or `down` a place on."""
    dragged = [id_in(one) for one in request.POST.getlist("order")]
    if dragged:
        return [one for one in dragged if one]
    for name, step in (("up", -1), ("down", 1)):
        moving = id_in(request.POST.get(name))
        if moving in now:
            place = now.index(moving)
            target = min(max(place + step, 0), len(now) - 1)
            now.insert(target, now.pop(place))
    return now
