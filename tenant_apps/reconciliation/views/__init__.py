"""Pages of bank accounts, statements, their lines, the rules about them, and the workbench, by noun."""

from datetime import date

from shared_apps.core import clock
from shared_apps.core.http import ActorRequest
from tenants.context import OrganizationRef


class Request(ActorRequest):
    """A request of a signed-in member, on the organization's host."""

    organization: OrganizationRef


def today(request: Request) -> date:
    """Today where the organization is."""
    return clock.today(request.organization.time_zone)
