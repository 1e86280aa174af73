"""Where an organization is found: moved to another subdomain, old ones let go."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.constraints import violates
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.journal.operations import record
from tenants.events import OrganizationEvent
from tenants.hosts import forget_hosts, host_of
from tenants.models import Domain, Organization
from tenants.operations.archives import require_own
from tenants.operations.organizations import SubdomainTaken, check_subdomain
from tenants.queries import redirecting_hosts

REDIRECTS_FOR = timedelta(days=30)
MOST_OLD_ADDRESSES = 5  # so that nobody hoards names by moving through them


class SubdomainUnchanged(Refused):
    code = "subdomain_unchanged"
    message = _("This is the present address.")
    field = "subdomain"
    conflict = True


class TooManyAddresses(Refused):
    code = "too_many_addresses"
    message = _("This organization has moved too often lately. Its old addresses still lead here.")
    field = "subdomain"
    conflict = True


@operation(permission=Permission.ORGANIZATION_EDIT)
def rename_organization(*, organization_id: UUID, subdomain: str, by: Actor, at: datetime) -> Organization:
    """Move an organization to another subdomain. The old address redirects for `REDIRECTS_FOR`, and nobody
    else can take it meanwhile; taking back one's own is fine. Raises the `Subdomain…` refusals.
    """
    require_own(by, organization_id)
    check_subdomain(subdomain)
    organization = Organization.objects.select_for_update().get(pk=organization_id)
    old = organization.subdomain
    if subdomain == old:
        raise SubdomainUnchanged()
    if redirecting_hosts(organization_id).exclude(domain=host_of(subdomain)).count() >= MOST_OLD_ADDRESSES:
        raise TooManyAddresses()
    _move(organization, subdomain, at)
    record(
        event=OrganizationEvent.RENAMED,
        organization_id=organization.pk,
        subject=organization,
        by=by,
        at=at,
        old={"subdomain": old},
        new={"subdomain": subdomain},
    )
    transaction.on_commit(forget_hosts)
    return organization


@operation(permission=Permission.PLATFORM_OPERATE)
def free_address(*, host: str, by: Actor, at: datetime) -> None:
    """Let an address go whose time of redirecting is over; from now on anybody may take it."""
    domain = Domain.objects.select_for_update().get(domain=host, is_primary=False, redirects_until__lte=at)
    record(
        event=OrganizationEvent.ADDRESS_FREED,
        organization_id=domain.tenant_id,
        subject=domain,
        by=by,
        at=at,
        old={"host": host},
    )
    domain.delete()
    transaction.on_commit(forget_hosts)


def _move(organization: Organization, subdomain: str, at: datetime) -> None:
    """The old host steps back before the new one steps forward: there is never a second primary one."""
    organization.subdomain, organization.updated_at = subdomain, at
    try:
        with transaction.atomic():
            Domain.objects.filter(tenant=organization, is_primary=True).update(
                is_primary=False, redirects_until=at + REDIRECTS_FOR
            )
            _take_host(organization, host_of(subdomain), at)
            organization.save(update_fields=["subdomain", "updated_at"])
    except IntegrityError as error:
        if violates(error, "tenants_organization_subdomain_key", "tenants_domain_domain_key"):
            raise SubdomainTaken() from error
        raise


def _take_host(organization: Organization, host: str, at: datetime) -> None:
    """The host becomes the primary one, whether it is new or was the organization's before."""
    own = Domain.objects.filter(tenant=organization, domain=host)
    if not own.update(is_primary=True, redirects_until=None):
        Domain(tenant=organization, domain=host, is_primary=True, created_at=at).save()
