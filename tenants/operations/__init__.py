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

__all__ = [
    "Founding",
    "SubdomainInvalid",
    "SubdomainReserved",
    "SubdomainTaken",
    "check_subdomain",
    "create_organization",
    "resume_organization",
    "set_home",
    "suspend_organization",
]
