"""Tokens made and withdrawn; idempotency keys claimed, answered and swept."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable

from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.errors import FieldError, NotAllowed, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import expect_work, settle_next_due
from tenant_apps.activity.operations import record
from tenant_apps.integrations.events import IntegrationEvent
from tenant_apps.integrations.models import ApiToken, IdempotencyKey
from tenant_apps.integrations.queries import hash_of
from tenant_apps.integrations.rules import known_scopes
from tenant_apps.workspace.models import Member
from tenants.context import current_organization
from tenants.operations import Restoration

TOKEN_MARK = "tft_"  # noqa: S105
PREFIX_LENGTH = 12
NAME_LENGTH = 100
KEYS_KEPT_FOR = timedelta(hours=24)
SWEEP = "sweep_idempotency_keys"
BOOKKEEPING = "the operation that the key protects tells what happened"


class TokenRevoked(Refused):
    code = "token_revoked"
    message = _("This token has already been revoked.")
    conflict = True


class KeyReused(Refused):
    code = "idempotency_key_reused"
    message = _("This Idempotency-Key was used with another body.")
    conflict = True


class KeyBusy(Refused):
    code = "idempotency_key_in_use"
    message = _("A request with this Idempotency-Key is still being worked on.")
    conflict = True


@operation(permission=Permission.TOKENS_MANAGE)
def create_api_token(
    *,
    user_id: UUID,
    name: str,
    by: Actor,
    at: datetime,
    scopes: Iterable[str] = ("*",),
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token that acts for the member `user_id`; returns it with its secret, which is kept nowhere.

    People make tokens for themselves only; the product itself (commands, provisioning) for anybody.
    """
    if by.kind is not ActorKind.SYSTEM and by.id != user_id:
        raise NotAllowed()
    member = Member.objects.select_for_update().get(user_id=user_id, is_active=True)
    name, scopes = name.strip(), tuple(dict.fromkeys(scopes))
    refuse_all(_token_errors(name, scopes, expires_at, at))
    secret = TOKEN_MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        member=member,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        token_hash=hash_of(secret),
        scopes=list(scopes),
        created_at=at,
        expires_at=expires_at,
    )
    record(
        event=IntegrationEvent.TOKEN_CREATED,
        subject=token,
        by=by,
        at=at,
        new={"prefix": token.prefix, "scopes": token.scopes, "member": str(member), "expires_at": expires_at},
    )
    return token, secret


@operation(permission=Permission.TOKENS_MANAGE)
def revoke_api_token(*, token_id: UUID, by: Actor, at: datetime) -> ApiToken:
    """Withdraw a token, at once and for good. A second time raises `TokenRevoked`."""
    token = ApiToken.objects.select_for_update(of=("self",)).get(pk=token_id)
    if token.revoked_at:
        raise TokenRevoked()
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    record(event=IntegrationEvent.TOKEN_REVOKED, subject=token, by=by, at=at, new={"prefix": token.prefix})
    return token


@operation(
    permission=Permission.PLATFORM_OPERATE,
    event=None,
    why="an organization without tokens has none to revoke",
)
def revoke_restored_tokens(*, restoration: Restoration, by: Actor, at: datetime) -> None:
    """Restoration step: the secrets of tokens do not travel, so those of an archive open nothing."""
    for token in ApiToken.objects.filter(revoked_at=None).order_by("id"):
        revoke_api_token(token_id=token.pk, by=by, at=at)


@operation(permission=None, event=None, why="a use mark")
def note_token_use(*, token_id: UUID, by: Actor, at: datetime) -> None:
    """Remember that the token works here; at most once an hour it is worth a write."""
    ApiToken.objects.filter(pk=token_id).update(last_used_at=at)


@operation(permission=None, event=None, why=BOOKKEEPING)
def claim_key(*, method: str, path: str, key: str, body_hash: str, by: Actor, at: datetime) -> IdempotencyKey:
    """Take the key for this POST, in the transaction of its work. A twin that runs at this moment is waited
    for.

    The row's `status` says what to do: None means that the work is ours; else it is the answer to repeat.
    Raises `KeyReused` when the key came with another body or from another person who may not see everything,
    `KeyBusy` after ten seconds.
    """
    claim = IdempotencyKey(
        method=method, path=path, key=key, body_hash=body_hash, actor_id=by.id, created_at=at
    )
    same = IdempotencyKey.objects.filter(method=method, path=path, key=key)
    same.filter(created_at__lt=at - KEYS_KEPT_FOR).delete()
    try:
        with transaction.atomic():
            IdempotencyKey.objects.bulk_create([claim], ignore_conflicts=True)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise KeyBusy() from error
        raise
    kept = same.get()
    if kept.body_hash != body_hash or not _is_meant_for(kept, by):
        raise KeyReused()
    if kept.pk == claim.pk:
        expect_work(SWEEP, organization_id=current_organization().id, at=at + KEYS_KEPT_FOR)
    return kept


@operation(permission=None, event=None, why=BOOKKEEPING)
def keep_answer(*, key_id: UUID, status: int, response_body: bytes, by: Actor) -> None:
    """Keep the answer that a repeated POST gets."""
    IdempotencyKey.objects.filter(pk=key_id).update(status=status, response_body=response_body)


@operation(permission=None, event=None, why="old keys leave")
def forget_old_keys(*, by: Actor, at: datetime) -> int:
    """Delete the idempotency keys that are older than a day, and say how many."""
    return IdempotencyKey.objects.filter(created_at__lt=at - KEYS_KEPT_FOR).delete()[0]


@operation(permission=None, event=None, why=BOOKKEEPING)
def settle_sweep(*, by: Actor) -> None:
    """After a sweep: the next is due when the oldest key that is left will be a day old; with none left, a
    day after the next one comes.
    """
    settle_next_due(SWEEP, organization_id=current_organization().id, remaining=_next_sweep_at)


def _next_sweep_at() -> datetime | None:
    """None when there is no key: also none of a request that has not ended yet, which is waited for."""
    keys = IdempotencyKey.objects.order_by("created_at").values_list("created_at", flat=True)
    if not keys.exists():
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {IdempotencyKey._meta.db_table} IN SHARE MODE")
    oldest = keys.first()
    return oldest + KEYS_KEPT_FOR if oldest else None


def _is_meant_for(kept: IdempotencyKey, by: Actor) -> bool:
    return kept.actor_id == by.id or by.may(Permission.RECORDS_VIEW_ALL)


def _token_errors(
    name: str, scopes: tuple[str, ...], expires_at: datetime | None, at: datetime
) -> Iterable[FieldError]:
    if not name or len(name) > NAME_LENGTH:
        yield FieldError("name", "name_length", _("Give the token a name of at most 100 characters."))
    if not scopes or not set(scopes) <= set(known_scopes()):
        yield FieldError("scopes", "scopes_unknown", _("Choose what the token may do."))
    if expires_at and expires_at <= at:
        yield FieldError("expires_at", "expired", _("Choose a day in the future."))
