from typing import Any

from shared_apps.core import clock
from shared_apps.jobs.actors import Queue, Scope, current_actor, job
from tenants.operations import add_spare_schema, drop_stale_spare, wanted_spare_count


@job(queue=Queue.PATIENT, scope=Scope.PLATFORM)
def fill_tenant_pool(**unknown: Any) -> None:
    """Keep `settings.SPARE_SCHEMAS` spare schemas of the newest version, and none of another."""
    by = current_actor()
    while add_spare_schema(wanted=wanted_spare_count(), by=by, at=clock.now()):
        pass
    while drop_stale_spare(by=by):
        pass
