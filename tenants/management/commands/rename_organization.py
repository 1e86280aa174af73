from typing import Any

from django.core.management.base import CommandParser

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenants.hosts import host_of
from tenants.management.organization_command import OrganizationCommand
from tenants.models import Organization
from tenants.operations import rename_organization


class Command(OrganizationCommand):
    help = (
        "Move an organization to another subdomain. The old address redirects for 30 days (pages 302 or "
        "307, the API 308) and nobody else can take it meanwhile; afterwards it is free. Sessions have to "
        "be opened anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("to", help="the new subdomain")

    def act(self, organization: Organization, **options: Any) -> str:
        renamed = rename_organization(
            organization_id=organization.pk, subdomain=options["to"], by=system_actor(), at=clock.now()
        )
        old, new = host_of(organization.subdomain), host_of(renamed.subdomain)
        return f"{renamed} is at {new} now; {old} leads there."
