from uuid import UUID

from django.db.models import QuerySet

from shared_apps.jobs.models import Job, JobState


def dead_jobs() -> QuerySet[Job]:
    """Jobs that gave up, newest first."""
    return Job.objects.filter(state=JobState.DEAD).order_by("-finished_at")


def open_job_count(organization_id: UUID | None = None) -> int:
    """How many jobs wait or run, of one organization or of all."""
    rows = Job.objects.filter(state__in=(JobState.QUEUED, JobState.SENT, JobState.RUNNING))
    return rows.filter(organization_id=organization_id).count() if organization_id else rows.count()
