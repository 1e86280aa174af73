from typing import Any

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenants.management.organization_command import OrganizationCommand
from tenants.models import Organization
from tenants.operations import suspend_organization


class Command(OrganizationCommand):
    help = (
        "Close the doors of an organization until resume_organization. Its people see a page that says so, "
        "its API answers 403, its jobs wait, its data stays. Other processes notice within five seconds."
    )

    def act(self, organization: Organization, **options: Any) -> str:
        suspend_organization(organization_id=organization.pk, by=system_actor(), at=clock.now())
        return f"{organization} ({organization.subdomain}) is suspended."
