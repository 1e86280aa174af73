"""A record let be seen by one more member, or by a client who has its link; and no longer."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.sealing import seal
from tenant_apps.activity.operations import record
from tenant_apps.messages.operations import notify
from tenant_apps.sharing.events import SharingEvent
from tenant_apps.sharing.models import MemberRecordPermission, PublicLink
from tenant_apps.sharing.queries import (
    hash_of,
    may_change,
    permission_for,
    record_readers,
    sees_everything,
    shareable_model,
    visible_record,
)
from tenant_apps.workspace.models import Member
from tenant_apps.workspace.queries import active_members
from tenants.context import current_organization
from tenants.operations import Restoration

TOKEN_BYTES = 24  # 192 random bits; 32 characters, so that the QR code of an address stays coarse
LINK_OPENED = "link_opened"
RENEWED_AT_ONCE = 1000


class SeesAlready(Refused):
    code = "sees_already"
    message = _("This person sees the record already.")
    field = "user_id"
    conflict = True


class NotShared(Refused):
    code = "not_shared"
    message = _("The record is not shared with this person.")
    field = "user_id"
    conflict = True


class LinkExists(Refused):
    code = "link_exists"
    message = _("There is a client link already. Renew it for another address.")
    conflict = True


class LinkRevoked(Refused):
    code = "link_revoked"
    message = _("This link has already been revoked.")
    conflict = True


class NotOpenable(Refused):
    code = "not_openable"
    message = _("A draft is for nobody else yet. It gets its link when it is issued or sent.")
    conflict = True


@operation(permission=Permission.RECORDS_SHARE)
def share_record(
    *, record_type: str, record_id: UUID, user_id: UUID, by: Actor, at: datetime, with_change: bool = False
) -> Model:
    """Let a member see the record, and change it too with `with_change`; sharing again sets the other level.

    Raises `SeesAlready` for the owner, for one who sees everything, and for a reader at this level.
    """
    subject = _record_to_share(record_type, record_id, by)
    member = active_members().get(user_id=user_id)
    _refuse_one_who_sees(subject, member, with_change)
    _grant(subject, user_id, with_change)
    new = {"reader": str(member), "with_change": with_change}
    record(event=SharingEvent.RECORD_SHARED, subject=subject, by=by, at=at, new=new)
    return subject


@operation(permission=Permission.RECORDS_SHARE)
def unshare_record(*, record_type: str, record_id: UUID, user_id: UUID, by: Actor, at: datetime) -> Model:
    """Stop sharing the record with a member. Raises `NotShared` when it was not."""
    subject = _record_to_share(record_type, record_id, by)
    member = Member.objects.get(user_id=user_id)
    if member.user_id not in {reader.member.user_id for reader in record_readers(subject)}:
        raise NotShared()
    _revoke(subject, user_id)
    record(event=SharingEvent.RECORD_UNSHARED, subject=subject, by=by, at=at, old={"reader": str(member)})
    return subject


@operation(permission=Permission.LINKS_MAKE)
def make_public_link(*, record_type: str, record_id: UUID, by: Actor, at: datetime) -> PublicLink:
    """Give a record an address by which a client sees it without an account.

    Raises `LinkExists`, `NotOpenable`; `NotAllowed` for one who may not let such a record out.
    """
    subject = _record_to_open(record_type, record_id, by)
    link = _insert_link(record_type, subject.pk, by, at)
    if link is None:
        raise LinkExists()
    _tell_of_link(SharingEvent.LINK_MADE, subject, by, at)
    return link


@operation(permission=None, event=None, why="the act that lets the record out tells it")
def ensure_public_link(*, record_type: str, record_id: UUID, by: Actor, at: datetime) -> PublicLink:
    """The link of a record that is just let out, made now when there is none. For the operations that issue
    and send, which have looked who may. One that was revoked stays so.
    """
    made = _insert_link(record_type, record_id, by, at)
    return made or PublicLink.objects.get(record_id=record_id)


@operation(permission=Permission.LINKS_MAKE)
def renew_public_link(*, link_id: UUID, by: Actor, at: datetime) -> PublicLink:
    """Give the record another address; the one before leads nowhere from now on. A revoked link lives
    again.
    """
    link, subject = _link_to_change(link_id, by)
    _put_token(link, secrets.token_urlsafe(TOKEN_BYTES))
    link.made_by_id, link.opened_at, link.revoked_at, link.updated_at = by.id, None, None, at
    link.save()
    _tell_of_link(SharingEvent.LINK_RENEWED, subject, by, at)
    return link


@operation(permission=Permission.LINKS_MAKE)
def revoke_public_link(*, link_id: UUID, by: Actor, at: datetime) -> PublicLink:
    """Let the address lead nowhere. Raises `LinkRevoked`."""
    link, subject = _link_to_change(link_id, by)
    if link.is_revoked:
        raise LinkRevoked()
    link.revoked_at = link.updated_at = at
    link.save(update_fields=["revoked_at", "updated_at"])
    _tell_of_link(SharingEvent.LINK_REVOKED, subject, by, at)
    return link


@operation(permission=None, event=None, why="only the first opening is told")
def note_link_opened(*, link_id: UUID, by: Actor, at: datetime) -> bool:
    """A client opened the address of their link; says whether it was the first time. Then the timeline tells
    it, and the owner of the record is told. For the client of this link alone.
    """
    if by.kind is not ActorKind.CLIENT or by.id != link_id:
        raise NotAllowed()
    link = PublicLink.objects.select_for_update().filter(pk=link_id, opened_at=None, revoked_at=None).first()
    if link is None:
        return False
    link.opened_at = link.updated_at = at
    link.save(update_fields=["opened_at", "updated_at"])
    subject: Any = visible_record(link.record_type, link.record_id, by)
    _tell_of_link(SharingEvent.LINK_OPENED, subject, by, at)
    if subject.owner_id:
        notify(
            user_id=subject.owner_id,
            kind=LINK_OPENED,
            text=" · ".join(dict.fromkeys((str(subject), by.label))),
            url=subject.get_absolute_url(),
            key=f"{LINK_OPENED}:{link.pk}:{link.token_hash[:16]}",
            by=by,
            at=at,
        )
    return True


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="the tokens of the original did not travel"
)
def renew_restored_links(*, restoration: Restoration, by: Actor, at: datetime) -> None:
    """Restoration step: a copy's links lead to the copy, so each has a token of its own."""
    links = PublicLink.objects.order_by("id")
    last: UUID | None = None
    while batch := list((links.filter(pk__gt=last) if last else links)[:RENEWED_AT_ONCE]):
        for link in batch:
            _put_token(link, secrets.token_urlsafe(TOKEN_BYTES))
            link.opened_at, link.updated_at = None, at
        fields = ["token_hash", "sealed_token", "opened_at", "updated_at"]
        PublicLink.objects.bulk_update(batch, fields)
        last = batch[-1].pk


def require_may_change(subject: Any, by: Actor) -> None:
    """Raise `NotAllowed` for one who was let see this record, but not change it."""
    if not may_change(subject, by):
        raise NotAllowed()


def _record_to_share(record_type: str, record_id: UUID, by: Actor) -> Any:
    subject = visible_record(record_type, record_id, by, for_update=True)
    require_may_change(subject, by)
    return subject


def _record_to_open(record_type: str, record_id: UUID, by: Actor) -> Any:
    """The record, locked, for one who may let it out. `DoesNotExist` for a kind that nobody lets out."""
    model: Any = shareable_model(record_type)
    if not hasattr(model, "link_permission"):
        raise ObjectDoesNotExist(record_type)
    subject: Any = _record_to_share(record_type, record_id, by)
    by.require(subject.link_permission)
    if not subject.may_be_opened:
        raise NotOpenable()
    return subject


def _link_to_change(link_id: UUID, by: Actor) -> tuple[PublicLink, Any]:
    """The link and its record, locked: first the record, as everywhere."""
    link = PublicLink.objects.get(pk=link_id)
    subject = _record_to_open(link.record_type, link.record_id, by)
    return PublicLink.objects.select_for_update().get(pk=link_id), subject


def _insert_link(record_type: str, record_id: UUID, by: Actor, at: datetime) -> PublicLink | None:
    """The new link; None when the record has one. One who races for the same record waits here and loses."""
    link = PublicLink(
        record_type=record_type, record_id=record_id, made_by_id=by.id, created_at=at, updated_at=at
    )
    _put_token(link, secrets.token_urlsafe(TOKEN_BYTES))
    PublicLink.objects.bulk_create([link], ignore_conflicts=True)
    return PublicLink.objects.filter(pk=link.pk).first()


def _put_token(link: PublicLink, token: str) -> None:
    link.token_hash = hash_of(token)
    link.sealed_token = seal(token, owner=current_organization().id)


def _tell_of_link(event: SharingEvent, subject: Any, by: Actor, at: datetime) -> None:
    parent = getattr(subject, "company", None) or getattr(subject, "contact", None)
    record(event=event, subject=subject, by=by, at=at, parent=parent)


def _refuse_one_who_sees(subject: Any, member: Member, with_change: bool) -> None:
    if subject.owner_id == member.user_id or sees_everything(member):
        raise SeesAlready()
    levels = {reader.member: reader.may_change for reader in record_readers(subject)}
    if levels.get(member) == with_change:
        raise SeesAlready()


def _grant(subject: Model, user_id: UUID, with_change: bool) -> None:
    person = get_user_model()(pk=user_id)
    _revoke(subject, user_id)
    for verb in ("view", "change") if with_change else ("view",):
        MemberRecordPermission.objects.assign_perm(permission_for(verb, type(subject)), person, subject)


def _revoke(subject: Model, user_id: UUID) -> None:
    MemberRecordPermission.objects.filter(user_id=user_id, object_pk=str(subject.pk)).delete()
