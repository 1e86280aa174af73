"""Whose token this is, and which tokens there are."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from shared_apps.accounts.roles import permissions_of
from shared_apps.core.actors import Actor, ActorKind
from tenant_apps.integrations.models import ApiToken
from tenant_apps.integrations.rules import permissions_in
from tenants.context import current_organization

USE_IS_NOTED_EVERY = timedelta(hours=1)
# One statement, because every API request begins with it. The place in the team is read where it is true, not
# from its mirror: one who was switched off a moment ago is out at once.
_BEARER = """
    SELECT token.id, token.name, token.scopes, token.last_used_at, member.user_id, member.name, place.role
      FROM integrations_apitoken token
      JOIN workspace_member member ON member.id = token.member_id AND member.is_active
      JOIN accounts_teammember place
           ON place.user_id = member.user_id AND place.organization_id = %s AND place.is_active
      JOIN accounts_user person ON person.id = place.user_id AND person.is_active
     WHERE token.token_hash = %s AND token.revoked_at IS NULL
       AND (token.expires_at IS NULL OR token.expires_at > %s)
"""


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
    """Who acts with this token; None when it is unknown, revoked, expired, or its person has left."""
    organization_id = current_organization().id
    row = connection.fetch_one_prepared(_BEARER, [organization_id, hash_of(secret), at])  # type: ignore[attr-defined]
    if row is None:
        return None
    token_id, token_name, scopes, last_used_at, user_id, person, role = row
    actor = Actor(
        kind=ActorKind.API_KEY,
        id=user_id,
        label=f"{person} ({token_name})",
        organization_id=organization_id,
        permissions=permissions_of(role) & permissions_in(scopes),
        language=language,
    )
    return Bearer(token_id, actor, last_used_at)


def all_tokens() -> QuerySet[ApiToken]:
    """Every token of the organization, with its member; those in use first, then the newest."""
    return ApiToken.objects.select_related("member").order_by("-revoked_at", "-id")


def token_by_id(token_id: UUID) -> ApiToken:
    return ApiToken.objects.select_related("member").get(pk=token_id)
