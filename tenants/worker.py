"""Where a job runs: inside the organization that its message names, or nowhere.

`shared_apps.jobs` calls `job_environment` (named in `settings.JOB_ENVIRONMENT`) around every job. It is
part of the call itself, not a broker middleware: dramatiq swallows a middleware's ordinary exception and
runs the actor anyway.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from shared_apps.jobs.actors import NotNow
from tenants.context import in_organization, in_public


class OrganizationClosed(NotNow):
    """The organization does not work at present; the job waits for it."""


@contextmanager
def job_environment(organization_id: UUID | None) -> Iterator[None]:
    """Enter the organization (or, for a job of the platform, public) for as long as the job runs."""
    if organization_id is None:
        with in_public():
            yield
        return
    with in_organization(organization_id) as organization:
        if not organization.is_active:
            raise OrganizationClosed(organization.subdomain)
        yield
