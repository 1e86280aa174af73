from datetime import datetime, timedelta
from uuid import UUID

from shared_apps.accounts.models import TeamMember, User
from shared_apps.accounts.roles import Role
from shared_apps.core.bulgaria.transliteration import slugify_subdomain
from shared_apps.core.errors import DomainError
from tenants.operations import SubdomainTaken, check_subdomain
from tenants.queries import is_subdomain_free

SAME_SUBMIT = timedelta(minutes=10)
SUGGESTIONS = ("", "-bg", "-2", "-3", "-4", "-5")


def require_free_subdomain(subdomain: str) -> None:
    """Raise the `Subdomain…` refusal that stands in the way of this address, if one does."""
    check_subdomain(subdomain)
    if not is_subdomain_free(subdomain):
        raise SubdomainTaken()


def suggest_subdomain(company_name: str) -> str:
    """A free address made from the company's name; empty when its name gives none."""
    slug = slugify_subdomain(company_name)[:37].strip("-")
    candidates = [f"{slug}{ending}" for ending in SUGGESTIONS] if slug else []
    return next((candidate for candidate in candidates if _is_free(candidate)), "")


def just_founded(*, subdomain: str, owner: User, at: datetime) -> UUID | None:
    """The organization that this person founded at this address a moment ago: the same form, sent twice."""
    place = TeamMember.objects.filter(
        user=owner,
        role=Role.OWNER,
        organization__subdomain=subdomain,
        organization__created_at__gt=at - SAME_SUBMIT,
    ).first()
    return place.organization_id if place else None


def _is_free(subdomain: str) -> bool:
    try:
        require_free_subdomain(subdomain)
    except DomainError:
        return False
    return True
