from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet

from shared_apps.jobs.models import Job, JobState
from tenants.archive.manifest import ArchiveDamaged
from tenants.archive.reading import open_archive, sha256_of
from tenants.hosts import RESERVED_SUBDOMAINS, host_of
from tenants.models import Archive, Domain, Organization, OrganizationStatus, SpareSchema
from tenants.versions import newest_version


def organization_by_id(organization_id: UUID) -> Organization:
    return Organization.objects.get(pk=organization_id)


def organization_by_subdomain(subdomain: str) -> Organization:
    return Organization.objects.get(subdomain=subdomain)


def primary_host(organization_id: UUID) -> str:
    """The host, without port, under which the organization is known."""
    return Domain.objects.get(tenant_id=organization_id, is_primary=True).domain


def is_subdomain_free(subdomain: str) -> bool:
    """Whether nobody is found there, not even under an old address that redirects."""
    taken = Domain.objects.filter(domain=host_of(subdomain)).exists()
    return not taken and subdomain not in RESERVED_SUBDOMAINS


def subdomains_of(organization_ids: Collection[UUID]) -> dict[UUID, str]:
    """Id → subdomain, of those that there are."""
    found = Organization.objects.filter(pk__in=organization_ids)
    return dict(found.values_list("id", "subdomain"))


def open_organizations(
    *, among: Collection[UUID] | None = None, after: UUID | None = None, limit: int
) -> list[tuple[UUID, str]]:
    """At most `limit` organizations whose doors are open, with their language, by ascending id: those `among`
    the given ones, and with a greater id than `after`.
    """
    found = Organization.objects.filter(status=OrganizationStatus.ACTIVE)
    if among is not None:
        found = found.filter(pk__in=among)
    if after is not None:
        found = found.filter(pk__gt=after)
    return list(found.order_by("id").values_list("id", "language")[:limit])


def living_organizations() -> QuerySet[Organization]:
    """The organizations that still have a schema, whatever their status, the oldest first."""
    return Organization.objects.filter(erased_at=None).order_by("created_at", "id")


def schema_names() -> list[str]:
    """The schemas of the living organizations."""
    return list(living_organizations().values_list("schema_name", flat=True))


def spare_counts() -> dict[bool, int]:
    """How many spare schemas are of the newest version (True) and of older ones (False)."""
    digest = newest_version().digest
    found = SpareSchema.objects.values_list("digest").annotate(count=Count("pk"))
    counts = {True: 0, False: 0}
    for one, count in found:
        counts[one == digest] += count
    return counts


def redirecting_hosts(organization_id: UUID) -> QuerySet[Domain]:
    """The old addresses of an organization that still lead to it, the one that lasts longest first."""
    return Domain.objects.filter(tenant_id=organization_id, is_primary=False).order_by("-redirects_until")


def outlived_hosts(at: datetime) -> list[str]:
    """Old addresses whose time of redirecting is over."""
    over = Domain.objects.filter(is_primary=False, redirects_until__lte=at)
    return list(over.order_by("domain").values_list("domain", flat=True))


def archives_of(organization_id: UUID) -> QuerySet[Archive]:
    """The archives of an organization, the newest first."""
    return Archive.objects.filter(organization_id=organization_id).order_by("-created_at", "-id")


def last_archive(organization_id: UUID, *, since: datetime) -> Archive | None:
    """The newest archive that was begun at `since` or later."""
    return archives_of(organization_id).filter(created_at__gte=since).first()


def outlived_archives(at: datetime, keep: timedelta) -> list[UUID]:
    """Archives older than `keep` of organizations that still work; those of closed ones stay."""
    old = Archive.objects.filter(created_at__lt=at - keep).exclude(
        organization__status=OrganizationStatus.CLOSED
    )
    return list(old.order_by("id").values_list("pk", flat=True))


def archive_path(archive: Archive) -> Path:
    """Where the file of an archive lies."""
    return Path(settings.ARCHIVE_ROOT) / archive.path


def is_archive_whole(archive: Archive) -> bool:
    """Whether the file is there, is the one that was made, and each part of it agrees with its manifest."""
    path = archive_path(archive)
    if not path.is_file() or path.stat().st_size != archive.size or sha256_of(path) != archive.sha256:
        return False
    try:
        with open_archive(path) as reader:
            reader.verify()
    except ArchiveDamaged:
        return False
    return True


def is_archive_awaited(organization_id: UUID) -> bool:
    """Whether a job that makes an archive of the organization has not ended yet."""
    jobs = Job.objects.filter(name="make_archive", arguments__archived_id=str(organization_id))
    return jobs.exclude(state__in=(JobState.DONE, JobState.DEAD)).exists()


def ids_to_erase(at: datetime) -> list[UUID]:
    """Closed organizations whose grace is over, the first to go first."""
    over = Organization.objects.filter(erase_at__lte=at, erased_at=None)
    return list(over.order_by("erase_at", "id").values_list("pk", flat=True))


def is_archived_for_good(organization_id: UUID) -> bool:
    """Whether a closed organization has a whole archive that was begun after its closing."""
    closed_at = Organization.objects.values_list("closed_at", flat=True).get(pk=organization_id)
    archive = last_archive(organization_id, since=closed_at) if closed_at else None
    return archive is not None and is_archive_whole(archive)


def stray_archive_files(before: datetime) -> list[Path]:
    """Files under an organization's folder of archives that were left at `before` or earlier by what was
    killed.
    """
    root = Path(settings.ARCHIVE_ROOT)
    known = set(Archive.objects.values_list("path", flat=True))
    return [
        path
        for path in sorted(root.glob("????????-????-????-????-????????????/*"))
        if str(path.relative_to(root)) not in known and path.stat().st_mtime < before.timestamp()
    ]
