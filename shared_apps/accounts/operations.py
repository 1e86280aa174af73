"""People and their places: created, added to a team, handed over to their organization's host."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.events import AccountEvent
from shared_apps.accounts.models import Handover, TeamMember, User
from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.journal.operations import record
from tenants.models import Organization
from tenants.operations import Founding, create_organization

HANDOVER_LIFETIME = timedelta(seconds=60)


class EmailTaken(Refused):
    code = "email_taken"
    message = _("There is already an account with this e-mail. Sign in to it first.")
    field = "email"


class HandoverInvalid(Refused):
    code = "handover_invalid"
    message = _("This way in was already used or is too old. Sign in again.")


@operation(permission=None)
def create_user(
    *, email: str, password: str, name: str, by: Actor, at: datetime, language: str = "bg", phone: str = ""
) -> User:
    """Make an account. The password is hashed here and kept nowhere else; its strength is the form's concern."""
    user = User(email=email.strip().lower(), name=name.strip(), language=language, phone=phone, created_at=at)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise EmailTaken() from error
    record(event=AccountEvent.USER_CREATED, subject=user, by=by, at=at)
    return user


@operation(permission=None)
def found_organization(*, founding: Founding, by: Actor, at: datetime) -> Organization:
    """Found an organization and make `founding.owner_user_id` its owner."""
    organization = create_organization(founding=founding, by=by, at=at)
    _add_member(founding.owner_user_id, organization.pk, Role.OWNER, by, at)
    return organization


@operation(permission=Permission.TEAM_MANAGE)
def add_team_member(*, user_id: UUID, organization_id: UUID, role: str, by: Actor, at: datetime) -> TeamMember:
    """Give a person a place in an organization; their mirror in its schema follows by a job."""
    return _add_member(user_id, organization_id, Role(role), by, at)


def _add_member(user_id: UUID, organization_id: UUID, role: Role, by: Actor, at: datetime) -> TeamMember:
    member = TeamMember.objects.create(
        user_id=user_id, organization_id=organization_id, role=role, created_at=at
    )
    record(
        event=AccountEvent.TEAM_MEMBER_ADDED, organization_id=organization_id, subject=member, by=by, at=at,
        new={"role": role},
    )
    return member


@operation(permission=None, event=None, why="the sign-in that follows is the event")
def begin_handover(*, user_id: UUID, organization_id: UUID, by: Actor, at: datetime) -> str:
    """A one-time token that signs the person in on the organization's host within a minute. Members only."""
    TeamMember.objects.get(user_id=user_id, organization_id=organization_id, is_active=True)
    token = secrets.token_urlsafe(32)
    Handover.objects.create(
        user_id=user_id,
        organization_id=organization_id,
        token_hash=_hash(token),
        expires_at=at + HANDOVER_LIFETIME,
    )
    return token


@operation(permission=None)
def complete_handover(*, token: str, organization_id: UUID, by: Actor, at: datetime) -> User:
    """Use a handover token on the host of its organization; a second use raises `HandoverInvalid`."""
    handover = (
        Handover.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(token_hash=_hash(token), organization_id=organization_id, used_at=None, expires_at__gt=at)
        .first()
    )
    if handover is None or not handover.user.is_active:
        raise HandoverInvalid()
    handover.used_at = at
    handover.save(update_fields=["used_at"])
    record(
        event=AccountEvent.HANDED_OVER, organization_id=organization_id, subject=handover.user, by=by, at=at
    )
    return handover.user


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
