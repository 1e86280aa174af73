"""A record let be seen by one more member, and no longer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.sharing.events import SharingEvent
from tenant_apps.sharing.models import MemberRecordPermission
from tenant_apps.sharing.queries import (
    may_change,
    permission_for,
    record_readers,
    sees_everything,
    visible_record,
)
from tenant_apps.workspace.models import Member
from tenant_apps.workspace.queries import active_members


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


def require_may_change(subject: Any, by: Actor) -> None:
    """Raise `NotAllowed` for one who was let see this record, but not change it."""
    if not may_change(subject, by):
        raise NotAllowed()


def _record_to_share(record_type: str, record_id: UUID, by: Actor) -> Any:
    subject = visible_record(record_type, record_id, by, for_update=True)
    require_may_change(subject, by)
    return subject


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
