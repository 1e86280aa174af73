from typing import Any

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenants.management.organization_command import OrganizationCommand
from tenants.models import Organization
from tenants.operations import reopen_organization


class Command(OrganizationCommand):
    help = "Open a closed organization again, as long as its data is not due to be erased (30 days)."

    def act(self, organization: Organization, **options: Any) -> str:
        reopen_organization(organization_id=organization.pk, by=system_actor(), at=clock.now())
        return f"{organization} ({organization.subdomain}) works again."
