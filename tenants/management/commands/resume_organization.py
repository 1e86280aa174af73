from typing import Any

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenants.management.organization_command import OrganizationCommand
from tenants.models import Organization
from tenants.operations import resume_organization


class Command(OrganizationCommand):
    help = "Open the doors of a suspended organization again; its jobs go on."

    def act(self, organization: Organization, **options: Any) -> str:
        resume_organization(organization_id=organization.pk, by=system_actor(), at=clock.now())
        return f"{organization} ({organization.subdomain}) works again."
