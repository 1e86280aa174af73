from typing import Any

from shared_apps.core import clock
from shared_apps.jobs.actors import current_actor, job
from tenant_apps.integrations.operations import forget_old_keys, settle_sweep


@job()
def sweep_idempotency_keys(**unknown: Any) -> None:
    """Daily, where there are any: keys older than a day have done their work."""
    forget_old_keys(by=current_actor(), at=clock.now())
    settle_sweep(by=current_actor())
