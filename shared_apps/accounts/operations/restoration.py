"""People of an organization that comes out of an archive, and of one that is erased."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _

from shared_apps.accounts.events import AccountEvent
from shared_apps.accounts.models import Handover, Invitation, TeamMember, User
from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.ids import new_id
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.journal.operations import record
from tenants.archive.manifest import Person


class OwnerMissing(Refused):
    code = "owner_missing"
    message = _("Nobody in the archive is an owner with an account here. Say whose e-mail the owner's is.")
    field = "owner_email"


@operation(permission=Permission.PLATFORM_OPERATE)
def settle_people(
    *, organization_id: UUID, people: Sequence[Person], owner_email: str, by: Actor, at: datetime
) -> dict[UUID, UUID]:
    """Give the people of an archive their places in the restored organization; returns id there → id here.

    They are found by e-mail. One without an account gets an inactive one (under the same id when that is
    free) and an inactive place; one who was inactive stays so. `owner_email` becomes an active owner, with
    a new account when there is none. Raises `OwnerMissing` when no owner could come in.
    """
    ids = {UUID(person.user_id): _settle(organization_id, person, by, at) for person in people}
    if owner_email:
        _make_owner(organization_id, owner_email.strip().lower(), by, at)
    owners = TeamMember.objects.filter(organization_id=organization_id, role=Role.OWNER, is_active=True)
    if not owners.filter(user__is_active=True).exists():
        raise OwnerMissing()
    return ids


def _settle(organization_id: UUID, person: Person, by: Actor, at: datetime) -> UUID:
    found = User.objects.filter(email=person.email.lower()).first()
    user = found or _new_user(
        person.email, person.name, at, language=person.language, wanted=UUID(person.user_id)
    )
    is_active = person.is_active and user.is_active
    _place(organization_id, user, Role(person.role), by, at, is_active=is_active)
    return user.pk


def _new_user(
    email: str, name: str, at: datetime, *, language: str = "bg", wanted: UUID | None = None
) -> User:
    """An account without a password: inactive, unless it is an owner's (`wanted` is None)."""
    is_free = wanted is not None and not User.objects.filter(pk=wanted).exists()
    user = User(
        id=wanted if is_free else new_id(),
        email=email.lower(),
        name=name,
        language=language,
        is_active=wanted is None,
        created_at=at,
    )
    user.set_unusable_password()
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    return user


def _make_owner(organization_id: UUID, email: str, by: Actor, at: datetime) -> None:
    user = User.objects.filter(email=email).first() or _new_user(email, email.partition("@")[0], at)
    member = TeamMember.objects.filter(organization_id=organization_id, user=user).first()
    if member is None:
        _place(organization_id, user, Role.OWNER, by, at, is_active=True)
        return
    if not user.is_active and never_was_here(user):
        User.objects.filter(pk=user.pk).update(is_active=True)
    TeamMember.objects.filter(pk=member.pk).update(role=Role.OWNER, is_active=True)


def never_was_here(user: User) -> bool:
    """Whether the account came out of an archive and nobody has used it yet."""
    return not user.has_usable_password() and user.last_login is None


def _place(
    organization_id: UUID, user: User, role: Role, by: Actor, at: datetime, *, is_active: bool
) -> None:
    member = TeamMember.objects.create(
        user=user, organization_id=organization_id, role=role, is_active=is_active, created_at=at
    )
    record(
        event=AccountEvent.TEAM_MEMBER_ADDED,
        organization_id=organization_id,
        subject=member,
        by=by,
        at=at,
        new={"role": role, "is_active": is_active},
    )


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="the end of the organization is told")
def leave_erased_organization(*, organization_id: UUID, by: Actor, at: datetime) -> None:
    """Erasure step: nobody has a place in an erased organization, an invitation to it, or a way in."""
    TeamMember.objects.filter(organization_id=organization_id).update(is_active=False)
    Invitation.objects.filter(organization_id=organization_id, accepted_at=None, revoked_at=None).update(
        revoked_at=at
    )
    Handover.objects.filter(organization_id=organization_id).delete()
