"""Every write about organizations: `organizations` (founded, suspended, resumed), `schemas` (their rooms)."""

from tenants.operations.organizations import (
    Founding,
    SubdomainInvalid,
    SubdomainReserved,
    SubdomainTaken,
    check_subdomain,
    create_organization,
    resume_organization,
    set_home,
    suspend_organization,
)
from tenants.operations.schemas import (
    NotDrawable,
    add_spare_schema,
    adopt_schema,
    build_schema,
    draw_blueprint,
    drop_schema,
    drop_stale_spare,
    request_spare_schemas,
    wanted_spare_count,
)

__all__ = [
    "Founding",
    "NotDrawable",
    "SubdomainInvalid",
    "SubdomainReserved",
    "SubdomainTaken",
    "add_spare_schema",
    "adopt_schema",
    "build_schema",
    "check_subdomain",
    "create_organization",
    "draw_blueprint",
    "drop_schema",
    "drop_stale_spare",
    "request_spare_schemas",
    "resume_organization",
    "set_home",
    "suspend_organization",
    "wanted_spare_count",
]
