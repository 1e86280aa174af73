from uuid import UUID

from django.db.models import Count, QuerySet

from tenants.hosts import RESERVED_SUBDOMAINS
from tenants.models import Domain, Organization, OrganizationStatus, SpareSchema
from tenants.versions import newest_version


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


def living_organizations() -> QuerySet[Organization]:
    """The organizations that still have a schema, whatever their status, the oldest first."""
    return Organization.objects.filter(erased_at=None).order_by("created_at", "id")


def schema_names() -> list[str]:
    """The schemas of the living organizations."""
    return list(living_organizations().values_list("schema_name", flat=True))


def spare_counts() -> dict[bool, int]:
    """How many spare schemas are of the newest version (True) and of older ones (False)."""
    digest = newest_version().digest
    found = SpareSchema.objects.values_list("digest").annotate(count=Count("pk"))
    counts = {True: 0, False: 0}
    for one, count in found:
        counts[one == digest] += count
    return counts
