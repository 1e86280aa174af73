"""The pages of reconciliation, by noun."""

from shared_apps.core.http import ActorRequest
from tenants.context import OrganizationRef


class Request(ActorRequest):
    """A request on an organization's host."""

    organization: OrganizationRef
