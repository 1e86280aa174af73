from datetime import timedelta
from typing import Any
from uuid import UUID

from shared_apps.core import clock
from shared_apps.jobs.actors import Queue, Scope, current_actor, job
from tenants.operations import (
    add_spare_schema,
    drop_stale_spare,
    erase_organization,
    export_organization,
    forget_archive,
    free_address,
    wanted_spare_count,
)
from tenants.queries import (
    ids_to_erase,
    is_archived_for_good,
    outlived_archives,
    outlived_hosts,
    stray_archive_files,
)

ARCHIVES_ARE_KEPT_FOR = timedelta(days=30)


@job(queue=Queue.PATIENT, scope=Scope.PLATFORM)
def fill_tenant_pool(**unknown: Any) -> None:
    """Keep `settings.SPARE_SCHEMAS` spare schemas of the newest version, and none of another."""
    by = current_actor()
    while add_spare_schema(wanted=wanted_spare_count(), by=by, at=clock.now()):
        pass
    while drop_stale_spare(by=by):
        pass


@job(queue=Queue.PATIENT, scope=Scope.PLATFORM)
def make_archive(*, archived_id: str, **unknown: Any) -> None:
    """Write an organization to an archive. It is a job of the platform, so it runs for a closed one too."""
    export_organization(organization_id=UUID(archived_id), by=current_actor(), at=clock.now())


@job(scope=Scope.PLATFORM)
def free_old_addresses(**unknown: Any) -> None:
    """Daily: addresses that have redirected for long enough are anybody's again."""
    at = clock.now()
    for host in outlived_hosts(at):
        free_address(host=host, by=current_actor(), at=at)


@job(queue=Queue.PATIENT, scope=Scope.PLATFORM)
def erase_closed_organizations(**unknown: Any) -> None:
    """Daily: erase closed organizations whose grace is over. One without a whole archive gets one first."""
    by = current_actor()
    for organization_id in ids_to_erase(clock.now()):
        if not is_archived_for_good(organization_id):
            export_organization(organization_id=organization_id, by=by, at=clock.now())
        erase_organization(organization_id=organization_id, by=by, at=clock.now())


@job(scope=Scope.PLATFORM)
def sweep_archives(**unknown: Any) -> None:
    """Daily: let archives of working organizations go after a month, and files that nobody lists after a
    day.
    """
    at = clock.now()
    for archive_id in outlived_archives(at, ARCHIVES_ARE_KEPT_FOR):
        forget_archive(archive_id=archive_id, by=current_actor(), at=at)
    for path in stray_archive_files(at - timedelta(days=1)):
        path.unlink(missing_ok=True)
