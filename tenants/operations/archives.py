"""Archives: asked for, made, taken away, let go."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.ids import new_id
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from shared_apps.journal.operations import record
from tenants.archive.reading import sha256_of
from tenants.archive.writing import write_archive
from tenants.events import OrganizationEvent
from tenants.models import Archive, Organization
from tenants.queries import archive_path, is_archive_awaited
from tenants.versions import newest_version, versions_of


class ArchiveAwaited(Refused):
    code = "archive_awaited"
    message = _("An archive is being made. It appears here in a moment.")
    conflict = True


class OrganizationErased(Refused):
    code = "organization_erased"
    message = _("This organization was erased. Only its archive is left.")
    conflict = True


class NotNewest(Refused):
    code = "schema_not_newest"
    message = _("This organization has to be migrated first: %(missing)s.")
    conflict = True


def require_own(by: Actor, organization_id: UUID) -> None:
    """Raise `NotAllowed` for one who acts in another organization. The product itself acts in all of them."""
    if by.organization_id not in {None, organization_id}:
        raise NotAllowed()


@operation(permission=Permission.ORGANIZATION_EXPORT)
def ask_for_archive(*, organization_id: UUID, by: Actor, at: datetime) -> None:
    """Let a job make an archive. Raises `ArchiveAwaited` while one is on its way."""
    require_own(by, organization_id)
    organization = Organization.objects.select_for_update().get(pk=organization_id)
    if is_archive_awaited(organization_id):
        raise ArchiveAwaited()
    enqueue("make_archive", by=system_actor(language=by.language), archived_id=str(organization_id))
    record(
        event=OrganizationEvent.ARCHIVE_ASKED,
        organization_id=organization_id,
        subject=organization,
        by=by,
        at=at,
    )


@operation(permission=Permission.ORGANIZATION_EXPORT)
def export_organization(*, organization_id: UUID, by: Actor, at: datetime) -> Archive:
    """Write the organization, as it is at this instant, to one file under `settings.ARCHIVE_ROOT`.

    Needs a transaction of its own: all tables are read in one snapshot. Raises `OrganizationErased`, and
    `NotNewest` for a schema that still waits for migrations.
    """
    _see_one_instant()
    require_own(by, organization_id)
    organization = Organization.objects.get(pk=organization_id)
    archive = Archive(id=new_id(), organization=organization, created_at=at)
    archive.path = f"{organization_id}/{organization.subdomain}-{at:%Y%m%d-%H%M%S}-{archive.pk.hex[-6:]}.zip"
    target = archive_path(archive)
    try:
        return _export(archive, organization, target, by, at)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _export(archive: Archive, organization: Organization, target: Path, by: Actor, at: datetime) -> Archive:
    people = import_string(settings.ARCHIVE_PEOPLE)(organization.pk)
    migrations = _newest_migrations(organization)
    manifest = write_archive(target, organization=organization, migrations=migrations, people=people, at=at)
    archive.size, archive.sha256 = target.stat().st_size, sha256_of(target)
    archive.save(force_insert=True)
    record(
        event=OrganizationEvent.EXPORTED,
        organization_id=organization.pk,
        subject=organization,
        by=by,
        at=at,
        new={"rows": sum(table.rows for table in manifest.tables), "files": len(manifest.files)},
    )
    return archive


def _see_one_instant() -> None:
    """Every statement of this transaction sees the same rows. PostgreSQL refuses when one was read before."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _newest_migrations(organization: Organization) -> frozenset[tuple[str, str]]:
    """The migrations of the schema, which are those that the models at hand describe."""
    if organization.erased_at:
        raise OrganizationErased()
    version = versions_of([organization.schema_name])[organization.schema_name]
    missing = newest_version().missing_in(version) or version.missing_in(newest_version())
    if missing:
        raise NotNewest(message=NotNewest.message % {"missing": ", ".join(missing)})
    return version.migrations


@operation(permission=Permission.ORGANIZATION_EXPORT)
def note_archive_taken(*, archive_id: UUID, organization_id: UUID, by: Actor, at: datetime) -> Archive:
    """Write down that somebody downloads an archive, and return it. One without its file is not there."""
    require_own(by, organization_id)
    archive = Archive.objects.get(pk=archive_id, organization_id=organization_id)
    if not archive_path(archive).is_file():
        raise Archive.DoesNotExist
    record(
        event=OrganizationEvent.ARCHIVE_TAKEN,
        organization_id=organization_id,
        subject=archive,
        by=by,
        at=at,
    )
    return archive


@operation(permission=Permission.PLATFORM_OPERATE)
def forget_archive(*, archive_id: UUID, by: Actor, at: datetime) -> None:
    """Let an archive go: its file and its row. The file goes first, so a repetition finishes."""
    archive = Archive.objects.select_for_update().get(pk=archive_id)
    archive_path(archive).unlink(missing_ok=True)
    record(
        event=OrganizationEvent.ARCHIVE_FORGOTTEN,
        organization_id=archive.organization_id,
        subject=archive,
        by=by,
        at=at,
    )
    archive.delete()
