from typing import Any

from django.core.management.base import CommandError, CommandParser

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenants.management.organization_command import OrganizationCommand
from tenants.models import Organization
from tenants.operations import close_organization


class Command(OrganizationCommand):
    help = (
        "Close an organization for good. Its doors close at once, a job makes an archive, and after 30 "
        "days a daily job erases schema and files and frees the subdomain; the archive is kept. Until then "
        "reopen_organization takes it back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--name", required=True, help="the organization's name, so that it is the right one"
        )

    def act(self, organization: Organization, **options: Any) -> str:
        if options["name"].split() != organization.name.split():
            raise CommandError(f"The organization at {organization.subdomain} is called {organization.name}.")
        closed = close_organization(
            organization_id=organization.pk, name=options["name"], by=system_actor(), at=clock.now()
        )
        return (
            f"{closed} ({closed.subdomain}) is closed. Its data is erased after {closed.erase_at:%Y-%m-%d}."
        )
