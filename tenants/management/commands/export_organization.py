import shutil
import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenants.management.organization_command import OrganizationCommand
from tenants.models import Archive, Organization
from tenants.operations import export_organization
from tenants.queries import archive_path


class Command(OrganizationCommand):
    help = (
        "Write an organization, as it is at this instant, to one zip file: its tables by COPY, its stored "
        "files, and a manifest with row counts and checksums. Secrets (the hashes of API tokens) stay "
        "behind. The file is kept under ARCHIVE_ROOT; restore_organization makes an organization of it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--to", type=Path, help="also put a copy here; refused when the file is there already"
        )

    def act(self, organization: Organization, **options: Any) -> str:
        began_at = time.perf_counter()
        if options["to"] and options["to"].exists():
            raise CommandError(f"{options['to']} is there already.")
        archive = export_organization(organization_id=organization.pk, by=system_actor(), at=clock.now())
        path = _copied(archive, options["to"]) if options["to"] else archive_path(archive)
        seconds = time.perf_counter() - began_at
        return f"{path}\n{archive.size:,} bytes, sha256 {archive.sha256}, {seconds:.2f} s"


def _copied(archive: Archive, to: Path) -> Path:
    shutil.copyfile(archive_path(archive), to)
    to.chmod(0o600)
    return to
