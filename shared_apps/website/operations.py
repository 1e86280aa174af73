"""Sign-up: a person, their organization, its schema and its free plan, all or nothing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.accounts.operations import create_user, found_organization, queue_verification_mail
from shared_apps.accounts.queries import person_actor, user_by_id
from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from shared_apps.plans.catalog import FREE
from shared_apps.plans.operations import choose_plan
from tenants.models import Organization
from tenants.operations import Founding, check_subdomain


@dataclass(frozen=True)
class Person:
    """Somebody without an account. `language` is the one they read the page in."""

    name: str
    email: str
    password: str
    language: str


@dataclass(frozen=True)
class Company:
    """What becomes an organization. `eik` may be empty."""

    name: str
    subdomain: str
    eik: str = ""


@operation(permission=None)
def sign_up(*, person: Person, company: Company, origin: str, by: Actor, at: datetime) -> Organization:
    """Make the account and found the organization in one transaction; a letter asks to confirm the e-mail.

    `origin` is scheme and host of the link in that letter. Raises `EmailTaken` and the `Subdomain…` refusals.
    """
    check_subdomain(company.subdomain)
    user = create_user(
        email=person.email, password=person.password, name=person.name, language=person.language, by=by, at=at
    )
    organization = found_company(user_id=user.pk, company=company, by=person_actor(user), at=at)
    queue_verification_mail(user_id=user.pk, origin=origin, by=person_actor(user), at=at)
    return organization


@operation(permission=None)
def found_company(*, user_id: UUID, company: Company, by: Actor, at: datetime) -> Organization:
    """Found an organization for somebody who has an account; they own it, and it starts on the free plan."""
    user = user_by_id(user_id)
    founding = Founding(
        name=company.name,
        subdomain=company.subdomain,
        eik=company.eik,
        language=user.language,
        owner_user_id=user.pk,
        owner_name=user.name,
        owner_email=user.email,
    )
    organization = found_organization(founding=founding, by=by, at=at)
    choose_plan(organization_id=organization.pk, plan_code=FREE.code, by=by, at=at)
    return organization
