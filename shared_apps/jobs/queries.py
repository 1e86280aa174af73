"""What waits, what runs, what died."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet

from shared_apps.jobs.models import PLATFORM_LANE, Job, JobState
from shared_apps.jobs.rules import places_of_patient_jobs

WITH_BROKER = (JobState.SENT, JobState.RUNNING)

# Walks from lane to lane along the index (a handful of pages for each, however much waits there) and takes
# from each what there is room for. Compared as rows, so that no index but that of the lanes will do: the
# planner would rather read all that is due, when it believes that this is little.
_CHOOSE = """
WITH RECURSIVE lanes AS (
    (SELECT lane FROM jobs_job WHERE state = 'queued' ORDER BY lane LIMIT 1)
    UNION ALL
    SELECT (SELECT lane FROM jobs_job WHERE state = 'queued' AND lane > lanes.lane ORDER BY lane LIMIT 1)
    FROM lanes WHERE lanes.lane IS NOT NULL
)
SELECT due.id
FROM (
    SELECT lane,
        CASE WHEN lane = %(platform)s THEN %(platform_places)s ELSE %(places)s END AS places,
        CASE WHEN lane = %(platform)s THEN %(platform_patient)s ELSE %(patient)s END AS patient
    FROM lanes WHERE lane IS NOT NULL
) AS allowed
CROSS JOIN LATERAL (
    SELECT allowed.places - count(*) AS places,
        LEAST(allowed.places - count(*), allowed.patient - count(*) FILTER (WHERE is_patient)) AS patient
    FROM jobs_job WHERE lane = allowed.lane AND state IN ('sent', 'running')
) AS room
CROSS JOIN LATERAL (
    (SELECT id, is_patient, due_at FROM jobs_job
     WHERE state = 'queued' AND (lane, is_patient, due_at) >= (allowed.lane, false, '-infinity')
         AND (lane, is_patient, due_at) <= (allowed.lane, false, %(at)s)
     ORDER BY lane, is_patient, due_at LIMIT GREATEST(room.places, 0))
    UNION ALL
    (SELECT id, is_patient, due_at FROM jobs_job
     WHERE state = 'queued' AND (lane, is_patient, due_at) >= (allowed.lane, true, '-infinity')
         AND (lane, is_patient, due_at) <= (allowed.lane, true, %(at)s)
     ORDER BY lane, is_patient, due_at LIMIT GREATEST(room.patient, 0))
    ORDER BY is_patient, due_at LIMIT GREATEST(room.places, 0)
) AS due
LIMIT %(limit)s
"""
_NEXT = """
SELECT job.id, job.organization_id, job.is_patient, job.sent_count
FROM (
    SELECT %(places)s - count(*) AS places, %(patient)s - count(*) FILTER (WHERE is_patient) AS patient
    FROM jobs_job WHERE lane = %(lane)s AND state IN ('sent', 'running')
) AS room
LEFT JOIN LATERAL (
    SELECT id FROM jobs_job
    WHERE state = 'queued' AND (lane, is_patient, due_at) >= (%(lane)s, false, '-infinity')
        AND (lane, is_patient, due_at) <= (%(lane)s, false, %(at)s) AND room.places > 0
    ORDER BY lane, is_patient, due_at LIMIT 1 FOR UPDATE SKIP LOCKED
) AS prompt ON true
LEFT JOIN LATERAL (
    SELECT id FROM jobs_job
    WHERE state = 'queued' AND (lane, is_patient, due_at) >= (%(lane)s, true, '-infinity')
        AND (lane, is_patient, due_at) <= (%(lane)s, true, %(at)s)
        AND prompt.id IS NULL AND room.places > 0 AND room.patient > 0
    ORDER BY lane, is_patient, due_at LIMIT 1 FOR UPDATE SKIP LOCKED
) AS patient ON true
JOIN jobs_job AS job ON job.id = COALESCE(prompt.id, patient.id)
"""
_BACKLOG = """
SELECT
    (SELECT count(*) FROM jobs_job WHERE state = 'queued'),
    (SELECT count(*) FROM jobs_job WHERE state IN ('sent', 'running')),
    (SELECT count(*) FROM jobs_job WHERE state = 'dead'),
    (SELECT min(due_at) FROM jobs_job WHERE state = 'queued')
"""
_DUE_WORK = """
SELECT next_due_at, organization_id FROM jobs_duework
WHERE job = %s AND next_due_at <= %s AND (next_due_at, organization_id) > (%s, %s)
ORDER BY next_due_at, organization_id LIMIT %s
"""
BEGINNING = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))


@dataclass(frozen=True)
class Backlog:
    """How much waits, is with the broker and is dead, and since when the oldest is due (None: none waits)."""

    queued_count: int
    in_flight_count: int
    dead_count: int
    oldest_due_at: datetime | None


def is_anything_due(at: datetime) -> bool:
    return Job.objects.filter(state=JobState.QUEUED, due_at__lte=at).exists()


def choose_due_jobs(*, at: datetime, limit: int) -> list[UUID]:
    """Ids of at most `limit` due jobs, of each lane as many as it has places left, prompt ones first.

    Costs the same whether one waits in a lane or a hundred thousand.
    """
    places, platform_places = settings.JOBS_IN_FLIGHT, settings.JOBS_IN_FLIGHT_PLATFORM
    values = {
        "platform": PLATFORM_LANE,
        "places": places,
        "patient": places_of_patient_jobs(places),
        "platform_places": platform_places,
        "platform_patient": places_of_patient_jobs(platform_places),
        "at": at,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSE, values)
        return [row[0] for row in cursor.fetchall()]


def lock_next_due(lane: UUID, at: datetime) -> Job | None:
    """The lane's next due job, a prompt one before any patient one, if the lane has a place for it. One that
    another worker takes at this moment is passed over. Loaded is what a message needs.
    """
    allowed = settings.JOBS_IN_FLIGHT_PLATFORM if lane == PLATFORM_LANE else settings.JOBS_IN_FLIGHT
    values = {"lane": lane, "at": at, "places": allowed, "patient": places_of_patient_jobs(allowed)}
    return next(iter(Job.objects.raw(_NEXT, values)), None)


def backlog() -> Backlog:
    """In one statement that reads partial indexes only."""
    with connection.cursor() as cursor:
        cursor.execute(_BACKLOG)
        return Backlog(*cursor.fetchone())


def job_counts(organization_id: UUID | None = None) -> dict[str, int]:
    """State → how many jobs, of one organization or of everybody; every state is there."""
    jobs = (
        Job.objects.all() if organization_id is None else Job.objects.filter(organization_id=organization_id)
    )
    found = dict(jobs.values_list("state").annotate(count=Count("pk")))
    return {state: found.get(state, 0) for state in JobState.values}


def jobs_in_state(
    state: str, *, organization_id: UUID | None = None, name: str | None = None
) -> QuerySet[Job]:
    """The jobs in a state, the first that are due (or that ended) first."""
    jobs = Job.objects.filter(state=state)
    if organization_id is not None:
        jobs = jobs.filter(organization_id=organization_id)
    if name is not None:
        jobs = jobs.filter(name=name)
    has_ended = state in {JobState.DONE, JobState.DEAD}
    return jobs.order_by("finished_at" if has_ended else "due_at", "id")


def due_work(
    job: str, *, at: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[datetime, UUID]]:
    """A page of (since when, organization) for which the job has something to do at `at`; `after` is the last
    of the page before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DUE_WORK, [job, at, *(after or BEGINNING), limit])
        return cast("list[tuple[datetime, UUID]]", cursor.fetchall())
