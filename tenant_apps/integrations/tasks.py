from typing import Any

from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from shared_apps.jobs.actors import Scope, job
from tenant_apps.integrations.operations import forget_old_keys
from tenants.context import for_each_organization


@job(scope=Scope.PLATFORM)
def sweep_idempotency_keys(**unknown: Any) -> None:
    """Daily, for every organization: keys older than a day have done their work."""
    for organization in for_each_organization():
        forget_old_keys(by=system_actor(organization.id), at=clock.now())
