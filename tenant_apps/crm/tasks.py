from contextlib import suppress
from typing import Any

from shared_apps.core import clock
from shared_apps.jobs.actors import current_actor, job
from tenant_apps.crm.operations import HasPipelines, create_first_pipeline


@job()
def lay_first_pipeline(**unknown: Any) -> None:
    """In an organization that was founded before there were pipelines: a pipeline to begin with."""
    with suppress(HasPipelines):
        create_first_pipeline(by=current_actor(), at=clock.now())
