"""Whose token this is, and which tokens there are."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from shared_apps.accounts.queries import active_role
from shared_apps.accounts.roles import permissions_of
from shared_apps.core.actors import Actor, ActorKind
from tenant_apps.integrations.models import ApiToken
from tenant_apps.integrations.rules import permissions_in
from tenants.context import current_organization

USE_IS_NOTED_EVERY = timedelta(hours=1)
_BEARER_FIELDS = ("id", "name", "scopes", "last_used_at", "member__user_id", "member__name")


@dataclass(frozen=True)
class Bearer:
    """A token that was recognised: who acts, and whether the use is worth noting."""

    token_id: UUID
    actor: Actor
    last_used_at: datetime | None

    def is_use_worth_noting(self, at: datetime) -> bool:
        return self.last_used_at is None or at - self.last_used_at >= USE_IS_NOTED_EVERY


def hash_of(secret: str) -> str:
    """The SHA-256 of a token, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def bearer_of(secret: str, *, at: datetime, language: str) -> Bearer | None:
    """Who acts with this token; None when it is unknown, revoked, expired, or its person has left.

    The role is read where it is true, not from its mirror: one who was switched off a moment ago is out at
    once.
    """
    row = _usable_tokens(at).filter(token_hash=hash_of(secret)).values_list(*_BEARER_FIELDS).first()
    if row is None:
        return None
    token_id, token_name, scopes, last_used_at, user_id, person = row
    organization_id = current_organization().id
    role = active_role(user_id, organization_id)
    if role is None:
        return None
    actor = Actor(
        kind=ActorKind.API_KEY,
        id=user_id,
        label=f"{person} ({token_name})",
        organization_id=organization_id,
        permissions=permissions_of(role) & permissions_in(scopes),
        language=language,
    )
    return Bearer(token_id, actor, last_used_at)


def _usable_tokens(at: datetime) -> QuerySet[ApiToken]:
    is_current = Q(expires_at=None) | Q(expires_at__gt=at)
    return ApiToken.objects.filter(is_current, revoked_at=None, member__is_active=True)


def all_tokens() -> QuerySet[ApiToken]:
    """Every token of the organization, with its member; those in use first, then the newest."""
    return ApiToken.objects.select_related("member").order_by("-revoked_at", "-id")


def token_by_id(token_id: UUID) -> ApiToken:
    return ApiToken.objects.select_related("member").get(pk=token_id)
