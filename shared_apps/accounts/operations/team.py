"""The team of an organization: founded with an owner, its people added, promoted, switched off and on.

Two rules stand above the permissions: nobody gives or touches a role above their own, and an organization
keeps an owner who can sign in. Whoever changes a team locks the organization first, so two changes cannot
break them together.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.events import AccountEvent
from shared_apps.accounts.models import TeamMember
from shared_apps.accounts.operations.restoration import never_was_here
from shared_apps.accounts.queries import membership_of, taken_seat_count
from shared_apps.accounts.roles import Role, rank_of
from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.errors import NotAllowed, Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.journal.operations import record
from tenants.models import Organization
from tenants.operations import Founding, create_organization


class RoleAboveOwn(Refused):
    code = "role_above_own"
    message = _("You can neither give nor change a role above your own.")
    field = "role"


class LastOwner(Refused):
    code = "last_owner"
    message = _("An organization needs an owner. Make somebody else an owner first.")
    conflict = True


@operation(permission=None)
def found_organization(*, founding: Founding, by: Actor, at: datetime) -> Organization:
    """Found an organization and make `founding.owner_user_id` its owner."""
    organization = create_organization(founding=founding, by=by, at=at)
    put_into_team(founding.owner_user_id, organization.pk, Role.OWNER, by, at)
    return organization


@operation(permission=Permission.TEAM_MANAGE)
def add_team_member(
    *, user_id: UUID, organization_id: UUID, role: str, by: Actor, at: datetime
) -> TeamMember:
    """Give a person a place in an organization; their mirror in its schema follows by a job."""
    return put_into_team(user_id, organization_id, Role(role), by, at)


@operation(permission=Permission.TEAM_MANAGE)
def change_member_role(*, member_id: UUID, role: str, by: Actor, at: datetime) -> TeamMember:
    """Give a member another role. Raises `RoleAboveOwn` and `LastOwner`."""
    member = _lock_member(member_id, by)
    require_rank(by, member.role, role)
    if role != Role.OWNER:
        _keep_an_owner(member)
    old, member.role = member.role, Role(role)
    member.save(update_fields=["role"])
    _tell_change(member, by, at, old={"role": old}, new={"role": role})
    return member


@operation(permission=Permission.TEAM_MANAGE)
def deactivate_member(*, member_id: UUID, by: Actor, at: datetime) -> TeamMember:
    """Close the organization to a member at once; what they did stays under their name."""
    member = _lock_member(member_id, by)
    require_rank(by, member.role)
    _keep_an_owner(member)
    return _switch(member, False, by, at)


@operation(permission=Permission.TEAM_MANAGE)
def activate_member(*, member_id: UUID, by: Actor, at: datetime) -> TeamMember:
    """Let a member back in. Raises `LimitReached` when the plan has no seat for them.

    One whose account came out of an archive can use it from now on, after choosing a password by e-mail.
    """
    member = _lock_member(member_id, by)
    require_rank(by, member.role)
    if not member.is_active:
        require_seat(member.organization_id, at)
    if not member.user.is_active and never_was_here(member.user):
        member.user.is_active = True
        member.user.save(update_fields=["is_active"])
    return _switch(member, True, by, at)


def require_seat(organization_id: UUID, at: datetime) -> None:
    """Ask the plan whether one more person fits. Plans stand above people, so they are reached by name."""
    check = import_string(settings.MEMBER_LIMIT_CHECK)
    check(used=lambda: taken_seat_count(organization_id, at))


def lock_team(organization_id: UUID) -> Organization:
    """Let one change of the team follow the other."""
    return Organization.objects.select_for_update(no_key=True).get(pk=organization_id)


def require_rank(by: Actor, *roles: str) -> None:
    """Raise `RoleAboveOwn` when one of `roles` is above the actor's own."""
    if by.kind is ActorKind.SYSTEM:
        return
    own = membership_of(by.id, by.organization_id) if by.id and by.organization_id else None
    if own is None:
        raise NotAllowed()
    if any(rank_of(role) > rank_of(own.role) for role in roles):
        raise RoleAboveOwn()


def put_into_team(user_id: UUID, organization_id: UUID, role: Role, by: Actor, at: datetime) -> TeamMember:
    """Write a place in a team and tell it."""
    member = TeamMember.objects.create(
        user_id=user_id, organization_id=organization_id, role=role, created_at=at
    )
    record(
        event=AccountEvent.TEAM_MEMBER_ADDED,
        organization_id=organization_id,
        subject=member,
        by=by,
        at=at,
        new={"role": role},
    )
    return member


def _lock_member(member_id: UUID, by: Actor) -> TeamMember:
    if by.organization_id is None:
        raise NotAllowed()
    lock_team(by.organization_id)
    return TeamMember.objects.select_related("user").get(pk=member_id, organization_id=by.organization_id)


def _keep_an_owner(member: TeamMember) -> None:
    owners = TeamMember.objects.filter(
        organization_id=member.organization_id, role=Role.OWNER, is_active=True, user__is_active=True
    )
    if member.role == Role.OWNER and not owners.exclude(pk=member.pk).exists():
        raise LastOwner()


def _switch(member: TeamMember, is_active: bool, by: Actor, at: datetime) -> TeamMember:
    old, member.is_active = member.is_active, is_active
    member.save(update_fields=["is_active"])
    _tell_change(member, by, at, old={"is_active": old}, new={"is_active": is_active})
    return member


def _tell_change(
    member: TeamMember, by: Actor, at: datetime, *, old: dict[str, object], new: dict[str, object]
) -> None:
    record(
        event=AccountEvent.TEAM_MEMBER_CHANGED,
        organization_id=member.organization_id,
        subject=member,
        by=by,
        at=at,
        old=old,
        new=new,
    )
