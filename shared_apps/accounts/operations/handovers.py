"""The one-time way from the public host, where one signs in, to an organization's host."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.events import AccountEvent
from shared_apps.accounts.models import Handover, TeamMember, User
from shared_apps.accounts.operations.tokens import hash_of, new_token
from shared_apps.accounts.queries import membership_of
from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.journal.operations import record

HANDOVER_LIFETIME = timedelta(seconds=60)


class HandoverInvalid(Refused):
    code = "handover_invalid"
    message = _("This way in was already used or is too old. Sign in again.")


@operation(permission=None, event=None, why="the sign-in that follows is the event")
def begin_handover(*, user_id: UUID, organization_id: UUID, by: Actor, at: datetime) -> str:
    """A one-time token that signs the person in on the organization's host within a minute. Members only."""
    TeamMember.objects.get(user_id=user_id, organization_id=organization_id, is_active=True)
    token = new_token()
    Handover.objects.filter(user_id=user_id, expires_at__lt=at).delete()
    Handover.objects.create(
        user_id=user_id,
        organization_id=organization_id,
        token_hash=hash_of(token),
        expires_at=at + HANDOVER_LIFETIME,
    )
    return token


@operation(permission=None)
def complete_handover(*, token: str, organization_id: UUID, by: Actor, at: datetime) -> User:
    """Use a handover token on the host of its organization; a second use raises `HandoverInvalid`."""
    handover = (
        Handover.objects.select_for_update(of=("self",))
        .filter(token_hash=hash_of(token), organization_id=organization_id, used_at=None, expires_at__gt=at)
        .first()
    )
    member = membership_of(handover.user_id, organization_id) if handover else None
    if handover is None or member is None:
        raise HandoverInvalid()
    handover.used_at = at
    handover.save(update_fields=["used_at"])
    record(event=AccountEvent.HANDED_OVER, organization_id=organization_id, subject=member.user, by=by, at=at)
    return member.user
