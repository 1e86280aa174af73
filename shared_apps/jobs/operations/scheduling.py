"""A schedule's slot fires once, and reaches those whom it concerns page by page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.models import Job, JobState, ScheduleSlot
from shared_apps.jobs.operations.dispatching import BOOKKEEPING
from shared_apps.jobs.operations.outbox import enqueue, job_row
from shared_apps.jobs.registry import Queue
from shared_apps.jobs.schedule import Audience

KEPT_FOR = timedelta(days=14)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def fire_slot(*, name: str, slot_at: datetime, by: Actor, audience: Audience = Audience.PLATFORM) -> bool:
    """Claim one firing of a scheduled job and enqueue it; False when another scheduler was first, or when a
    later slot has fired already: the clock went back.
    """
    if ScheduleSlot.objects.filter(name=name, slot_at__gte=slot_at).exists():
        return False
    _, is_ours = ScheduleSlot.objects.get_or_create(name=name, slot_at=slot_at)
    if is_ours and audience is Audience.PLATFORM:
        enqueue(name, by=by)
    elif is_ours:
        enqueue("fan_out", by=by, job=name, slot_at=slot_at.isoformat(), audience=audience)
    return is_ours


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why=BOOKKEEPING)
def enqueue_for_each(
    *, name: str, organizations: Sequence[tuple[UUID, str]], slot_at: datetime, by: Actor
) -> None:
    """One patient job for each (organization, language), once for the slot however often this is repeated."""
    key = f"{name}:{slot_at.isoformat()}"
    rows = [
        job_row(
            name,
            by=system_actor(organization_id, language),
            organization_id=organization_id,
            key=key,
            queue=Queue.PATIENT,
            arguments={},
        )
        for organization_id, language in organizations
    ]
    Job.objects.bulk_create(rows, ignore_conflicts=True)


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="old rows leave; what they did is told elsewhere"
)
def forget_finished_jobs(*, by: Actor, at: datetime) -> int:
    """Delete done jobs and slots older than two weeks. Dead jobs stay until somebody looks at them, and so
    does each schedule's latest slot.
    """
    old = at - KEPT_FOR
    later = ScheduleSlot.objects.filter(name=OuterRef("name")).order_by("-slot_at")
    latest = Subquery(later.values("slot_at")[:1])
    ScheduleSlot.objects.filter(slot_at__lt=old).alias(latest=latest).exclude(slot_at=F("latest")).delete()
    return Job.objects.filter(state=JobState.DONE, finished_at__lt=old).delete()[0]
