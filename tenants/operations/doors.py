"""The doors of an organization: suspended, resumed, closed for good, reopened, erased."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue, forget_organization
from shared_apps.journal.operations import record
from tenants.events import OrganizationEvent
from tenants.hosts import forget_hosts
from tenants.models import Domain, Organization, OrganizationStatus
from tenants.operations.archives import require_own
from tenants.operations.schemas import drop_schema
from tenants.queries import is_archive_whole, last_archive

GRACE = timedelta(days=30)
# Longer than a request or a job lasts: what began before the doors closed has ended when the archive is made.
SETTLING = timedelta(minutes=15)


class NotSuspended(Refused):
    code = "organization_not_suspended"
    message = _("This organization is not suspended.")
    conflict = True


class AlreadySuspended(Refused):
    code = "organization_suspended"
    message = _("This organization is already suspended.")
    conflict = True


class OrganizationClosed(Refused):
    code = "organization_closed"
    message = _("This organization is closed.")
    conflict = True


class NotClosed(Refused):
    code = "organization_not_closed"
    message = _("This organization is not closed.")
    conflict = True


class GraceOver(Refused):
    code = "grace_over"
    message = _("The time in which this organization could be reopened is over. Its archive can be restored.")
    conflict = True


class GraceNotOver(Refused):
    code = "grace_not_over"
    message = _("This organization can still be reopened, so it is not erased yet.")
    conflict = True


class NameDiffers(Refused):
    code = "name_differs"
    message = _("Type the name of the organization exactly as it stands above.")
    field = "name"


class ArchiveMissing(Refused):
    code = "archive_missing"
    message = _("There is no whole archive made after the closing, so nothing is erased.")
    conflict = True


@operation(permission=Permission.PLATFORM_OPERATE)
def suspend_organization(*, organization_id: UUID, by: Actor, at: datetime) -> Organization:
    """Close the doors of an organization; its data stays. Its people see a page that says so; its jobs wait.

    Raises `AlreadySuspended` and `OrganizationClosed`.
    """
    organization = _lock(organization_id)
    if organization.status == OrganizationStatus.SUSPENDED:
        raise AlreadySuspended()
    if organization.status == OrganizationStatus.CLOSED:
        raise OrganizationClosed()
    return _set_status(organization, OrganizationStatus.SUSPENDED, OrganizationEvent.SUSPENDED, by, at)


@operation(permission=Permission.PLATFORM_OPERATE)
def resume_organization(*, organization_id: UUID, by: Actor, at: datetime) -> Organization:
    """Open the doors of a suspended organization again; its jobs go on. Raises `NotSuspended`."""
    organization = _lock(organization_id)
    if organization.status != OrganizationStatus.SUSPENDED:
        raise NotSuspended()
    return _set_status(organization, OrganizationStatus.ACTIVE, OrganizationEvent.RESUMED, by, at)


@operation(permission=Permission.ORGANIZATION_CLOSE)
def close_organization(*, organization_id: UUID, name: str, by: Actor, at: datetime) -> Organization:
    """Close the doors for good, at once. An archive is made by a job; after `GRACE` the data is erased.

    `name` is the organization's, typed again by whoever closes it. Raises `NameDiffers` and
    `OrganizationClosed`.
    """
    require_own(by, organization_id)
    organization = _lock(organization_id)
    if organization.status == OrganizationStatus.CLOSED:
        raise OrganizationClosed()
    if " ".join(name.split()) != " ".join(organization.name.split()):
        raise NameDiffers()
    organization.closed_at, organization.erase_at = at, at + GRACE
    _set_status(organization, OrganizationStatus.CLOSED, OrganizationEvent.CLOSED, by, at)
    _ask_for_last_archive(organization, at)
    return organization


@operation(permission=Permission.PLATFORM_OPERATE)
def reopen_organization(*, organization_id: UUID, by: Actor, at: datetime) -> Organization:
    """Open a closed organization again, also one that was suspended before. Raises `NotClosed` and
    `GraceOver`.
    """
    organization = _lock(organization_id)
    if organization.erase_at is None:
        raise NotClosed()
    if organization.erased_at or organization.erase_at <= at:
        raise GraceOver()
    organization.closed_at = organization.erase_at = None
    return _set_status(organization, OrganizationStatus.ACTIVE, OrganizationEvent.REOPENED, by, at)


@operation(permission=Permission.PLATFORM_OPERATE)
def erase_organization(*, organization_id: UUID, by: Actor, at: datetime) -> Organization:
    """Erase a closed organization whose grace is over: files, schema, hosts, jobs, places in its team.

    The archive made after the closing is read and compared first, and stays. Killed at any point, it can be
    repeated: files go first and are in the archive, all else is one transaction. Raises `NotClosed`,
    `GraceNotOver`, `ArchiveMissing`.
    """
    organization = _lock(organization_id)
    if organization.erase_at is None or organization.closed_at is None or organization.erased_at:
        raise NotClosed()
    if organization.erase_at > at:
        raise GraceNotOver()
    archive = last_archive(organization_id, since=organization.closed_at)
    if archive is None or not is_archive_whole(archive):
        raise ArchiveMissing()
    shutil.rmtree(Path(settings.MEDIA_ROOT) / str(organization_id), ignore_errors=True)
    drop_schema(schema_name=organization.schema_name, by=by)
    _leave_public(organization, by, at)
    record(
        event=OrganizationEvent.ERASED,
        organization_id=organization.pk,
        subject=organization,
        by=by,
        at=at,
        old={"subdomain": organization.subdomain},
        new={"archive": archive.path},
    )
    organization.subdomain = f"~{organization.pk.hex}"
    organization.erased_at = organization.updated_at = at
    organization.save(update_fields=["subdomain", "erased_at", "updated_at"])
    return organization


def _leave_public(organization: Organization, by: Actor, at: datetime) -> None:
    """Free the hosts, forget waiting jobs, and let the higher apps put their own rows in order."""
    Domain.objects.filter(tenant=organization).delete()
    forget_organization(organization_id=organization.pk, by=by)
    for step in settings.ERASURE_STEPS:
        import_string(step)(organization_id=organization.pk, by=by, at=at)
    transaction.on_commit(forget_hosts)


def _ask_for_last_archive(organization: Organization, at: datetime) -> None:
    key = f"make_archive:{organization.pk}:{at.isoformat()}"
    enqueue(
        "make_archive", by=system_actor(), key=key, due_at=at + SETTLING, archived_id=str(organization.pk)
    )


def _lock(organization_id: UUID) -> Organization:
    return Organization.objects.select_for_update().get(pk=organization_id)


def _set_status(
    organization: Organization,
    status: OrganizationStatus,
    event: OrganizationEvent,
    by: Actor,
    at: datetime,
) -> Organization:
    old, organization.status = organization.status, status
    organization.updated_at = at
    organization.save(update_fields=["status", "closed_at", "erase_at", "updated_at"])
    record(
        event=event,
        organization_id=organization.pk,
        subject=organization,
        by=by,
        at=at,
        old={"status": old},
        new={"status": status},
    )
    forget_hosts()
    transaction.on_commit(forget_hosts)
    return organization
