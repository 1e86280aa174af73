from typing import Any

from shared_apps.core import clock
from shared_apps.jobs.actors import Scope, current_actor, job
from shared_apps.jobs.operations import forget_finished_jobs


@job(scope=Scope.PLATFORM)
def sweep_jobs(**unknown: Any) -> None:
    """Daily: let old, finished jobs go."""
    forget_finished_jobs(by=current_actor(), at=clock.now())
