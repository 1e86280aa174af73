"""An organization is founded: row, host, schema, furniture."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.constraints import violates
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.journal.operations import record
from tenants.context import in_organization, reference_to
from tenants.events import OrganizationEvent
from tenants.hosts import RESERVED_SUBDOMAINS, forget_hosts, host_of
from tenants.models import Domain, Organization
from tenants.operations.schemas import adopt_schema, request_spare_schemas

_SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]")


class SubdomainInvalid(Refused):
    code = "subdomain_invalid"
    message = _("Use 3 to 40 small Latin letters, digits and hyphens, with a letter or digit at each end.")
    field = "subdomain"


class SubdomainReserved(Refused):
    code = "subdomain_reserved"
    message = _("This address is reserved. Choose another one.")
    field = "subdomain"


class SubdomainTaken(Refused):
    code = "subdomain_taken"
    message = _("This address is already taken. Choose another one.")
    field = "subdomain"


@dataclass(frozen=True)
class Founding:
    """What is known of a new organization: its legal facts, and the person who owns it."""

    name: str
    subdomain: str
    owner_user_id: UUID
    owner_name: str
    owner_email: str
    language: str = "bg"
    eik: str = ""
    vat_number: str = ""
    is_vat_registered: bool = True
    address: str = ""
    city: str = ""
    postal_code: str = ""
    iban: str = ""


def check_subdomain(subdomain: str) -> None:
    """Raise what is wrong with the form of `subdomain`; whether it is taken, only the database knows."""
    if not _SUBDOMAIN.fullmatch(subdomain) or "--" in subdomain:
        raise SubdomainInvalid()
    if subdomain in RESERVED_SUBDOMAINS:
        raise SubdomainReserved()


@operation(permission=None)
def create_organization(*, founding: Founding, by: Actor, at: datetime) -> Organization:
    """Found an organization: row, host, schema, and what `settings.PROVISIONING_STEPS` furnish it with.

    All in one transaction: one that fails half-way leaves nothing behind. Raises the three `Subdomain…`
    refusals.
    """
    check_subdomain(founding.subdomain)
    product = system_actor()
    organization = claim_host(_organization_of(founding, adopt_schema(by=product, at=at), at))
    request_spare_schemas(by=product)
    with in_organization(reference_to(organization)):
        for step in settings.PROVISIONING_STEPS:
            import_string(step)(founding=founding, by=by, at=at)
    record(
        event=OrganizationEvent.FOUNDED, organization_id=organization.pk, subject=organization, by=by, at=at
    )
    return organization


def _organization_of(founding: Founding, schema_name: str, at: datetime) -> Organization:
    return Organization(
        name=founding.name,
        subdomain=founding.subdomain,
        schema_name=schema_name,
        language=founding.language,
        created_at=at,
        updated_at=at,
    )


def claim_host(organization: Organization) -> Organization:
    """Write a new organization and the host of its subdomain; raises `SubdomainTaken`."""
    host = Domain(
        tenant=organization,
        domain=host_of(organization.subdomain),
        is_primary=True,
        created_at=organization.created_at,
    )
    try:
        with transaction.atomic():
            organization.save()
            host.save()
    except IntegrityError as error:
        if violates(error, "tenants_organization_subdomain_key", "tenants_domain_domain_key"):
            raise SubdomainTaken() from error
        raise
    return organization


@operation(
    permission=Permission.ORGANIZATION_EDIT,
    event=None,
    why="the change of the profile, which asks for it, is told",
)
def set_home(*, organization_id: UUID, time_zone: str, language: str, by: Actor, at: datetime) -> None:
    """Let requests and jobs of the organization run in its new zone and language."""
    Organization.objects.filter(pk=organization_id).update(
        time_zone=time_zone, language=language, updated_at=at
    )
    transaction.on_commit(forget_hosts)
