import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.permissions import Permission
from tenant_apps.activity.models import Event
from tenant_apps.integrations.events import IntegrationEvent
from tenant_apps.integrations.models import ApiToken
from tenant_apps.integrations.operations import TokenRevoked, create_api_token, revoke_api_token
from tenant_apps.integrations.queries import bearer_of
from tenant_apps.workspace.models import Member
from tenants.context import OrganizationRef

pytestmark = pytest.mark.usefixtures("in_alpha")


def test_the_secret_is_shown_once_and_only_its_hash_is_kept(owner: Actor, at: datetime) -> None:
    token, secret = create_api_token(user_id=owner.id, name=" Shop ", by=owner, at=at)

    assert secret.startswith("tft_") and len(secret) > 40
    kept = ApiToken.objects.get(pk=token.pk)
    assert kept.token_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert (kept.name, kept.prefix, kept.scopes) == ("Shop", secret[:12], ["*"])


def test_the_event_tells_everything_but_the_secret(owner: Actor, at: datetime) -> None:
    token, secret = create_api_token(user_id=owner.id, name="Shop", by=owner, at=at)

    event = Event.objects.get(type=IntegrationEvent.TOKEN_CREATED, subject_id=token.pk)
    assert event.new["prefix"] == token.prefix
    assert secret not in str(event.new) and token.token_hash not in str(event.new)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("companies:read", "moon:read")}, "scopes"),
        ({"scopes": ("platform:write",)}, "scopes"),
    ],
)
def test_a_token_without_a_name_or_with_unknown_scopes_is_refused(
    owner: Actor, at: datetime, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        create_api_token(**{"user_id": owner.id, "name": "Shop", "by": owner, "at": at, **wrong})
    assert refused.value.field == field


def test_nobody_makes_a_token_for_another_person(owner: Actor, manager: Actor, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        create_api_token(user_id=manager.id, name="Shop", by=owner, at=at)


@pytest.mark.parametrize("role", ["manager", "user"])
def test_only_owner_and_admin_make_tokens(
    actor_with: Callable[[str], Actor], role: str, at: datetime
) -> None:
    actor = actor_with(role)
    with pytest.raises(NotAllowed):
        create_api_token(user_id=actor.id, name="Shop", by=actor, at=at)


def test_the_bearer_is_the_person_narrowed_by_the_scopes(
    alpha: OrganizationRef, manager: Actor, at: datetime
) -> None:
    _token, secret = create_api_token(
        user_id=manager.id,
        name="Reader",
        scopes=("companies:read", "invoices:write", "tokens:write"),
        by=system_actor(alpha.id),
        at=at,
    )

    bearer = bearer_of(secret, at=at, language="en")

    assert bearer is not None and bearer.actor.id == manager.id
    assert bearer.actor.permissions == {
        Permission.COMPANIES_VIEW,
        Permission.INVOICES_VIEW,
        Permission.INVOICES_EDIT,
        Permission.INVOICES_ISSUE,
        Permission.INVOICES_ANNUL,
        Permission.INVOICES_SEND,
        Permission.INVOICES_WRITE_OFF,
    }


def test_a_token_of_everything_may_what_the_role_may(owner: Actor, at: datetime) -> None:
    _token, secret = create_api_token(user_id=owner.id, name="All", by=owner, at=at)

    bearer = bearer_of(secret, at=at, language="en")

    assert bearer is not None and bearer.actor.permissions == owner.permissions


def test_an_expired_a_revoked_and_an_unknown_token_are_nobodys(owner: Actor, at: datetime) -> None:
    _short, expired = create_api_token(
        user_id=owner.id, name="Short", expires_at=at + timedelta(hours=1), by=owner, at=at
    )
    token, revoked = create_api_token(user_id=owner.id, name="Gone", by=owner, at=at)
    revoke_api_token(token_id=token.pk, by=owner, at=at)

    assert bearer_of(expired, at=at, language="en") is not None
    assert bearer_of(expired, at=at + timedelta(hours=2), language="en") is None
    assert bearer_of(revoked, at=at, language="en") is None
    assert bearer_of("tft_unknown", at=at, language="en") is None


def test_a_person_who_was_switched_off_is_out_at_once(
    alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    _token, secret = create_api_token(user_id=owner.id, name="All", by=owner, at=at)

    Member.objects.filter(user_id=owner.id).update(is_active=False)

    assert bearer_of(secret, at=at, language="en") is None


def test_revoking_twice_says_so(owner: Actor, at: datetime) -> None:
    token, _secret = create_api_token(user_id=owner.id, name="All", by=owner, at=at)
    revoke_api_token(token_id=token.pk, by=owner, at=at)

    with pytest.raises(TokenRevoked):
        revoke_api_token(token_id=token.pk, by=owner, at=at)
    assert Event.objects.filter(type=IntegrationEvent.TOKEN_REVOKED, subject_id=token.pk).count() == 1
