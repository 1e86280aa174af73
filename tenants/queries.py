from uuid import UUID

from tenants.hosts import RESERVED_SUBDOMAINS
from tenants.models import Domain, Organization, OrganizationStatus


def organization_by_id(organization_id: UUID) -> Organization:
    return Organization.objects.get(pk=organization_id)


def organization_by_subdomain(subdomain: str) -> Organization:
    return Organization.objects.get(subdomain=subdomain)


def primary_host(organization_id: UUID) -> str:
    """The host, without port, under which the organization is known."""
    return Domain.objects.get(tenant_id=organization_id, is_primary=True).domain


def is_subdomain_free(subdomain: str) -> bool:
    taken = Organization.objects.filter(subdomain=subdomain).exists()
    return not taken and subdomain not in RESERVED_SUBDOMAINS


def active_organization_ids() -> list[UUID]:
    """The organizations whose doors are open, the oldest first."""
    active = Organization.objects.filter(status=OrganizationStatus.ACTIVE).order_by("id")
    return list(active.values_list("id", flat=True))
