"""An organization out of an archive."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import expect_everything
from shared_apps.journal.operations import record
from tenants.archive.loading import load_files, load_rows
from tenants.archive.manifest import Manifest
from tenants.archive.reading import ArchiveReader, open_archive
from tenants.context import in_organization, in_public, reference_to
from tenants.events import OrganizationEvent
from tenants.models import Organization
from tenants.operations.organizations import check_subdomain, claim_host
from tenants.operations.schemas import adopt_schema, new_schema_name, request_spare_schemas
from tenants.upgrade import upgrade
from tenants.versions import MigrationName, Version, newest_version, tenant_labels


class ArchiveTooNew(Refused):
    code = "archive_too_new"
    message = _("The archive is from a newer version of the product. Here is missing: %(missing)s.")
    conflict = True


@dataclass(frozen=True)
class Restoration:
    """What a step of `settings.RESTORE_STEPS` is told: the organization, and the one that the archive is
    of.
    """

    organization_id: UUID
    original_id: UUID
    made_at: datetime


@operation(permission=Permission.PLATFORM_OPERATE)
def restore_organization(
    *, archive: Path, subdomain: str, by: Actor, at: datetime, owner_email: str = ""
) -> Organization:
    """Make a new organization of the archive's data, at `subdomain`, whatever became of its original.

    Records keep their ids. People are found by e-mail; one who has no account here gets an inactive one.
    Secrets did not travel, so tokens have to be made anew. `owner_email`: who becomes an owner besides
    those found.

    Nothing remains of one that fails. Raises `ArchiveDamaged`, `ArchiveTooNew`, `OwnerMissing` (accounts)
    and the `Subdomain…` refusals.
    """
    check_subdomain(subdomain)
    with open_archive(archive) as reader:
        _refuse_newer(reader.manifest)
        reader.verify()
        organization = claim_host(_organization_of(reader.manifest, subdomain, by, at))
        try:
            _fill(organization, reader, owner_email, by, at)
        except BaseException:
            shutil.rmtree(Path(settings.MEDIA_ROOT) / str(organization.pk), ignore_errors=True)
            raise
    expect_everything(organization_id=organization.pk, by=by, at=at)
    request_spare_schemas(by=by)
    record(
        event=OrganizationEvent.RESTORED,
        organization_id=organization.pk,
        subject=organization,
        by=by,
        at=at,
        new={"original": reader.manifest.organization.id, "made_at": reader.manifest.made_at},
    )
    return organization


def _refuse_newer(manifest: Manifest) -> None:
    missing = Version(frozenset(manifest.migrations)).missing_in(newest_version())
    if missing:
        raise ArchiveTooNew(message=ArchiveTooNew.message % {"missing": ", ".join(missing)})


def _organization_of(manifest: Manifest, subdomain: str, by: Actor, at: datetime) -> Organization:
    return Organization(
        name=manifest.organization.name,
        subdomain=subdomain,
        schema_name=_schema_for(Version(frozenset(manifest.migrations)), by, at),
        language=manifest.organization.language,
        time_zone=manifest.organization.time_zone,
        created_at=at,
        updated_at=at,
    )


def _schema_for(version: Version, by: Actor, at: datetime) -> str:
    """A schema of the archive's version: a spare of the newest one, or one that stops where the archive
    did.
    """
    if version == newest_version():
        return adopt_schema(by=by, at=at)
    name = new_schema_name()
    with in_public(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    upgrade(name, _last_of_each_app(version))
    return name


def _last_of_each_app(version: Version) -> list[MigrationName]:
    """Where to stop: the migrations of `version` that no other one of it follows; none of an app that it
    does not have.
    """
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    followed = {
        parent.key
        for name in version.migrations
        for parent in graph.node_map[name].parents
        if parent.key[0] == name[0]
    }
    absent = tenant_labels() - {label for label, _name in version.migrations}
    nothing: Any = [(label, None) for label in sorted(absent)]
    return [*sorted(version.migrations - followed), *nothing]


def _fill(
    organization: Organization, reader: ArchiveReader, owner_email: str, by: Actor, at: datetime
) -> None:
    people = import_string(settings.SETTLE_PEOPLE)(
        organization_id=organization.pk, people=reader.manifest.people, owner_email=owner_email, by=by, at=at
    )
    load_rows(reader, organization.schema_name, organization_id=organization.pk, people=people)
    if Version(frozenset(reader.manifest.migrations)) != newest_version():
        upgrade(organization.schema_name)
    load_files(reader, organization.pk)
    restoration = Restoration(
        organization_id=organization.pk,
        original_id=reader.manifest.organization_id,
        made_at=datetime.fromisoformat(reader.manifest.made_at),
    )
    with in_organization(reference_to(organization)):
        for step in settings.RESTORE_STEPS:
            import_string(step)(restoration=restoration, by=by, at=at)
