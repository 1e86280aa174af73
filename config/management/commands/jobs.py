"""`manage.py jobs`: what waits, what runs, what died; and another try for what died."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.jobs.models import Job, JobState
from shared_apps.jobs.operations import retry_job
from shared_apps.jobs.queries import job_counts, jobs_in_state
from tenants.context import in_public
from tenants.models import Organization
from tenants.queries import organization_by_subdomain, subdomains_of

ENDED = {JobState.DONE, JobState.DEAD}


class Command(BaseCommand):
    help = (
        "Show how many jobs there are in each state, how long the oldest waits, and the dead ones (or those "
        "of --state); with --retry or --retry-all put dead ones back into the outbox."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--state", choices=JobState.values, default=JobState.DEAD, help="which to list")
        parser.add_argument("--organization", metavar="SUBDOMAIN", help="only this organization's")
        parser.add_argument("--name", help="only jobs of this name, in the list and in --retry-all")
        parser.add_argument("--limit", type=int, default=20, help="how many to list (20)")
        parser.add_argument("--retry", nargs="+", type=UUID, metavar="ID", help="try these dead jobs again")
        parser.add_argument("--retry-all", action="store_true", help="try every dead job again")

    def handle(self, **options: Any) -> None:
        with in_public():
            organization_id = _organization_id(options["organization"])
            if options["retry_all"]:
                dead = jobs_in_state(JobState.DEAD, organization_id=organization_id, name=options["name"])
                self._retry(list(dead.values_list("pk", flat=True)))
            elif options["retry"]:
                self._retry(options["retry"])
            else:
                self._show(organization_id, options)

    def _retry(self, ids: Iterable[UUID]) -> None:
        """Each in a transaction of its own; those that are not dead are told, and make the command fail."""
        retried, missed = 0, []
        for job_id in ids:
            try:
                with transaction.atomic():
                    retry_job(job_id=job_id, by=system_actor(), at=clock.now())
                retried += 1
            except Job.DoesNotExist:
                missed.append(job_id)
        self.stdout.write(f"{retried} back in the outbox")
        if missed:
            raise CommandError("Not dead, or unknown: " + ", ".join(str(job_id) for job_id in missed))

    def _show(self, organization_id: UUID | None, options: dict[str, Any]) -> None:
        at = clock.now()
        counts = job_counts(organization_id)
        self.stdout.write(" · ".join(f"{state} {count}" for state, count in counts.items()))
        oldest = jobs_in_state(JobState.QUEUED, organization_id=organization_id).first()
        if oldest:
            self.stdout.write(f"oldest queued: {oldest.name}, {_told(oldest, at)}")
        jobs = jobs_in_state(options["state"], organization_id=organization_id, name=options["name"])
        shown = list(jobs[: options["limit"]])
        subdomains = subdomains_of({row.organization_id for row in shown if row.organization_id})
        for row in shown:
            self.stdout.write(_line(row, subdomains, at))
        if (left := jobs.count() - len(shown)) > 0:
            self.stdout.write(f"… and {left} more")


def _organization_id(subdomain: str | None) -> UUID | None:
    if subdomain is None:
        return None
    try:
        return organization_by_subdomain(subdomain).pk
    except Organization.DoesNotExist:
        raise CommandError(f"There is no organization {subdomain}.") from None


def _line(row: Job, subdomains: dict[UUID, str], at: datetime) -> str:
    whose = subdomains.get(row.organization_id, "?") if row.organization_id else "(platform)"
    return f"{row.pk}  {row.name}  {whose}  tries {row.attempts}  {row.error or '-'}  {_told(row, at)}"


def _told(row: Job, at: datetime) -> str:
    """When it ended, or since when it is due."""
    if row.finished_at and row.state in ENDED:
        return f"{row.state} at {row.finished_at:%Y-%m-%d %H:%M:%S}Z"
    seconds = round((at - row.due_at).total_seconds())
    return f"due for {seconds} s" if seconds >= 0 else f"due in {-seconds} s"
