from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from tenant_apps.crm.models import DealStatus, Pipeline, Stage


def pipelines(*, archived: bool = False) -> QuerySet[Pipeline]:
    """The pipelines in use (or in the archive) in their order; the first is where new deals begin."""
    return Pipeline.objects.filter(archived_at__isnull=not archived).order_by("position", "id")


def stages(*, archived: bool | None = False) -> QuerySet[Stage]:
    """The stages in use of the pipelines in use, in order, with their pipelines; None: all that ever were."""
    rows = Stage.objects.select_related("pipeline")
    if archived is not None:
        rows = rows.filter(archived_at__isnull=not archived, pipeline__archived_at__isnull=True)
    return rows.order_by("pipeline__position", "pipeline_id", "position", "id")


def pipelines_to_manage() -> list[Pipeline]:
    """Every pipeline, those in use first, with its stages and how many open deals each holds.

    The count is of all deals, whoever they belong to: it says what must find a new place.
    """
    open_deals = Count("deals", filter=Q(deals__status=DealStatus.OPEN))
    counted = Stage.objects.annotate(deal_count=open_deals).order_by("archived_at", "position", "id")
    rows = Pipeline.objects.prefetch_related(Prefetch("stages", counted, to_attr="all_stages"))
    found: list[Pipeline] = sorted(
        rows.order_by("position", "id"), key=lambda one: one.archived_at is not None
    )
    for pipeline in found:
        _divide(pipeline)
    return found


def pipeline_by_id(pipeline_id: UUID) -> Pipeline:
    """One pipeline, archived or not."""
    return Pipeline.objects.get(pk=pipeline_id)


def stage_by_id(stage_id: UUID) -> Stage:
    """One stage with its pipeline, archived or not."""
    return Stage.objects.select_related("pipeline").get(pk=stage_id)


def first_stage(pipeline_id: UUID | None = None) -> Stage | None:
    """Where new deals begin: the first stage of a pipeline, without one of the first pipeline in use."""
    rows = stages()
    return (rows.filter(pipeline_id=pipeline_id) if pipeline_id else rows).first()


def _divide(pipeline: Pipeline) -> None:
    """Tell the stages in use from those in the archive."""
    found = pipeline.all_stages  # type: ignore[attr-defined]
    pipeline.live_stages = [one for one in found if not one.archived_at]  # type: ignore[attr-defined]
    pipeline.old_stages = [one for one in found if one.archived_at]  # type: ignore[attr-defined]
