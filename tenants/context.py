"""The only place where the product switches schemas.

`in_organization` enters one, `in_public` leaves all of them, `for_each_organization` visits every active
one. The choice lives in a context variable and on this thread's connection; leaving restores both, whatever
happened inside.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django_tenants.postgresql_backend.base import FakeTenant

from tenants.models import Organization, OrganizationStatus

PUBLIC_SCHEMA = "public"


@dataclass(frozen=True)
class OrganizationRef:
    """What every request and job knows of its organization, without a query."""

    id: UUID
    name: str
    subdomain: str
    schema_name: str
    status: str
    time_zone: str
    language: str

    @property
    def is_active(self) -> bool:
        return self.status == OrganizationStatus.ACTIVE


class NoOrganization(RuntimeError):
    """Work that belongs to an organization was asked for outside of all of them."""


_current: ContextVar[OrganizationRef | None] = ContextVar("organization", default=None)


def current_organization() -> OrganizationRef:
    """The organization that this code runs for; raises `NoOrganization` outside of all."""
    organization = _current.get()
    if organization is None:
        raise NoOrganization("This needs an organization, and none was entered.")
    return organization


def current_organization_or_none() -> OrganizationRef | None:
    return _current.get()


def reference_to(organization: Organization) -> OrganizationRef:
    return OrganizationRef(
        id=organization.pk,
        name=organization.name,
        subdomain=organization.subdomain,
        schema_name=organization.schema_name,
        status=organization.status,
        time_zone=organization.time_zone,
        language=organization.language,
    )


@contextmanager
def in_organization(organization: UUID | OrganizationRef) -> Iterator[OrganizationRef]:
    """Run the block in the organization's schema. An id is looked up; an unknown one raises
    `DoesNotExist`.
    """
    found = organization if isinstance(organization, OrganizationRef) else _look_up(organization)
    with _entered(found, found.schema_name):
        yield found


@contextmanager
def in_public() -> Iterator[None]:
    """Run the block in the public schema, outside of every organization."""
    with _entered(None, PUBLIC_SCHEMA):
        yield


@contextmanager
def in_schema(schema_name: str, *, alone: bool = False) -> Iterator[None]:
    """Run the block in a schema that need not belong to anybody: for `tenants` itself, which builds and
    migrates them. `alone` hides the public tables.
    """
    with _entered(None, schema_name, with_public=not alone):
        yield


def for_each_organization() -> Iterator[OrganizationRef]:
    """Enter every active organization in turn; the body of the loop runs inside it."""
    with in_public():
        active = [
            reference_to(one)
            for one in Organization.objects.filter(status=OrganizationStatus.ACTIVE).order_by("id").iterator()
        ]
    for organization in active:
        with in_organization(organization):
            yield organization
        connection.close_if_it_has_seen_enough()  # type: ignore[attr-defined]


def _look_up(organization_id: UUID) -> OrganizationRef:
    with in_public():
        return reference_to(Organization.objects.get(pk=organization_id))


@contextmanager
def _entered(
    organization: OrganizationRef | None, schema_name: str, with_public: bool = True
) -> Iterator[None]:
    before, before_with_public = connection.tenant, connection.include_public_schema  # type: ignore[attr-defined]
    token = _current.set(organization)
    try:
        connection.set_tenant(FakeTenant(schema_name), with_public)  # type: ignore[attr-defined]
        yield
    finally:
        connection.set_tenant(before, before_with_public)  # type: ignore[attr-defined]
        _current.reset(token)
