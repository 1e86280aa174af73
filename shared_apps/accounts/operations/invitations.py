"""A place in a team, offered by e-mail: sent, sent again, withdrawn, accepted."""

from datetime import datetime, timedelta
from urllib.parse import urljoin
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.events import AccountEvent
from shared_apps.accounts.models import Invitation, TeamMember, User
from shared_apps.accounts.operations.mail import queue_account_mail
from shared_apps.accounts.operations.people import create_user, verify_email
from shared_apps.accounts.operations.team import lock_team, put_into_team, require_rank, require_seat
from shared_apps.accounts.operations.tokens import hash_of, new_token
from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.journal.operations import record

INVITATION_LIFETIME = timedelta(days=7)


class AlreadyMember(Refused):
    code = "already_member"
    message = _("This person is already in the team.")
    field = "email"
    conflict = True


class AlreadyInvited(Refused):
    code = "already_invited"
    message = _("This person is already invited. You can send the invitation again.")
    field = "email"
    conflict = True


class InvitationClosed(Refused):
    code = "invitation_closed"
    message = _("This invitation was used, withdrawn or is too old. Ask for a new one.")
    conflict = True


class InvitationForAnother(Refused):
    code = "invitation_for_another"
    message = _("This invitation is for another e-mail. Sign in with the one it was sent to.")


@operation(permission=Permission.TEAM_MANAGE)
def invite_member(*, email: str, role: str, origin: str, by: Actor, at: datetime) -> Invitation:
    """Offer a place in the actor's organization. `origin`: scheme and host of the page where one accepts.

    Raises `AlreadyMember`, `AlreadyInvited`, `RoleAboveOwn`, and `LimitReached` when no seat is left.
    """
    organization_id = _own_organization(by)
    lock_team(organization_id)
    require_rank(by, role)
    _refuse_known(email, organization_id)
    require_seat(organization_id, at)
    invitation = Invitation(
        organization_id=organization_id,
        email=email.strip().lower(),
        role=Role(role),
        invited_by=_inviter(by),
        created_at=at,
    )
    return _send(invitation, AccountEvent.MEMBER_INVITED, origin, by, at)


@operation(permission=Permission.TEAM_MANAGE)
def resend_invitation(*, invitation_id: UUID, origin: str, by: Actor, at: datetime) -> Invitation:
    """Send the invitation again with a new link, good for another week; the old link ends."""
    invitation = _lock_open(invitation_id, by)
    require_rank(by, invitation.role)
    return _send(invitation, AccountEvent.INVITATION_RESENT, origin, by, at)


@operation(permission=Permission.TEAM_MANAGE)
def revoke_invitation(*, invitation_id: UUID, by: Actor, at: datetime) -> Invitation:
    """Withdraw the invitation; its link ends and its seat is free."""
    invitation = _lock_open(invitation_id, by)
    require_rank(by, invitation.role)
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    _tell(AccountEvent.INVITATION_REVOKED, invitation, by, at)
    return invitation


@operation(permission=None)
def accept_invitation(*, token: str, user_id: UUID, by: Actor, at: datetime) -> TeamMember:
    """Take the offered place with an account that has the invited e-mail; this also confirms that e-mail.

    Raises `InvitationClosed` and `InvitationForAnother`. The seat was taken when the invitation was sent.
    """
    found = Invitation.objects.filter(token_hash=hash_of(token)).first()
    if found is None:
        raise InvitationClosed()
    lock_team(found.organization_id)
    invitation = Invitation.objects.select_for_update().get(pk=found.pk)
    user = User.objects.get(pk=user_id)
    if not invitation.is_open(at):
        raise InvitationClosed()
    if user.email.lower() != invitation.email.lower():
        raise InvitationForAnother()
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    verify_email(user_id=user_id, by=by, at=at)
    _tell(AccountEvent.INVITATION_ACCEPTED, invitation, by, at)
    return _place(user, invitation, by, at)


@operation(permission=None)
def join_by_invitation(
    *, token: str, name: str, password: str, language: str, by: Actor, at: datetime
) -> TeamMember:
    """Make the invited person's account and take the offered place with it."""
    invitation = Invitation.objects.filter(token_hash=hash_of(token)).first()
    if invitation is None:
        raise InvitationClosed()
    user = create_user(email=invitation.email, password=password, name=name, language=language, by=by, at=at)
    return accept_invitation(token=token, user_id=user.pk, by=by, at=at)


def _send(invitation: Invitation, event: AccountEvent, origin: str, by: Actor, at: datetime) -> Invitation:
    token = new_token()
    invitation.token_hash = hash_of(token)
    invitation.expires_at = at + INVITATION_LIFETIME
    invitation.save()
    reader = User.objects.filter(email__iexact=invitation.email).first()
    queue_account_mail(
        to=invitation.email,
        template="accounts/mail/invitation",
        context={
            "inviter": by.label,
            "organization": invitation.organization.name,
            "role": invitation.get_role_display(),
            "email": invitation.email,
            "url": urljoin(origin, reverse("accept_invitation", args=[token])),
        },
        language=reader.language if reader else invitation.organization.language,
        by=by,
        at=at,
    )
    _tell(event, invitation, by, at)
    return invitation


def _refuse_known(email: str, organization_id: UUID) -> None:
    if TeamMember.objects.filter(organization_id=organization_id, user__email__iexact=email.strip()).exists():
        raise AlreadyMember()
    waiting = Invitation.objects.filter(
        organization_id=organization_id, email__iexact=email.strip(), accepted_at=None, revoked_at=None
    )
    if waiting.exists():
        raise AlreadyInvited()


def _place(user: User, invitation: Invitation, by: Actor, at: datetime) -> TeamMember:
    known = TeamMember.objects.filter(user=user, organization_id=invitation.organization_id).first()
    return known or put_into_team(user.pk, invitation.organization_id, Role(invitation.role), by, at)


def _lock_open(invitation_id: UUID, by: Actor) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("organization")
    invitation = rows.get(pk=invitation_id, organization_id=_own_organization(by))
    if invitation.accepted_at or invitation.revoked_at:
        raise InvitationClosed()
    return invitation


def _own_organization(by: Actor) -> UUID:
    if by.organization_id is None:
        raise NotAllowed()
    return by.organization_id


def _inviter(by: Actor) -> User | None:
    return User.objects.get(pk=by.id) if by.kind is ActorKind.MEMBER and by.id else None


def _tell(event: AccountEvent, invitation: Invitation, by: Actor, at: datetime) -> None:
    record(
        event=event,
        organization_id=invitation.organization_id,
        subject=invitation,
        by=by,
        at=at,
        new={"role": invitation.role},
    )
