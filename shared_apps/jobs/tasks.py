from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from shared_apps.core import clock
from shared_apps.jobs.actors import Scope, current_actor, job
from shared_apps.jobs.operations import enqueue_for_each, forget_finished_jobs
from shared_apps.jobs.queries import due_work
from shared_apps.jobs.schedule import Audience

PAGE = 500


@job(scope=Scope.PLATFORM)
def sweep_jobs(**unknown: Any) -> None:
    """Daily: let old, finished jobs go."""
    forget_finished_jobs(by=current_actor(), at=clock.now())


@job(scope=Scope.PLATFORM)
def fan_out(*, job: str, slot_at: str, audience: str, **unknown: Any) -> None:
    """A slot has come: one job for each organization that it concerns.

    Page by page, a transaction each; one that dies midway begins again, and nobody is asked twice.
    """
    slot = datetime.fromisoformat(slot_at)
    pages = _with_something_due(job, slot) if audience == Audience.DUE else _everybody()
    for organizations in pages:
        enqueue_for_each(name=job, organizations=organizations, slot_at=slot, by=current_actor())


def _everybody() -> Iterator[Sequence[tuple[UUID, str]]]:
    open_organizations = import_string(settings.JOB_AUDIENCE)
    after = None
    while page := open_organizations(after=after, limit=PAGE):
        yield page
        after = page[-1][0]


def _with_something_due(job: str, slot: datetime) -> Iterator[Sequence[tuple[UUID, str]]]:
    """Those that are closed at present are passed over; what they have due stays due."""
    open_organizations = import_string(settings.JOB_AUDIENCE)
    after = None
    while page := due_work(job, at=slot, after=after, limit=PAGE):
        yield open_organizations(among=[organization_id for _since, organization_id in page], limit=PAGE)
        after = page[-1]
