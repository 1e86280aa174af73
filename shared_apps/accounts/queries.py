from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from shared_apps.accounts.models import AccountMail, Invitation, TeamMember, User
from shared_apps.accounts.roles import permissions_of
from shared_apps.core.actors import Actor, ActorKind
from tenants.archive.manifest import Person


def user_by_id(user_id: UUID) -> User:
    return User.objects.get(pk=user_id)


def user_by_email(email: str) -> User:
    return User.objects.get(email=email.strip().lower())


def membership_of(user_id: UUID, organization_id: UUID) -> TeamMember | None:
    """The person's place in the organization; None for a stranger and for one who was switched off."""
    return (
        TeamMember.objects.select_related("user")
        .filter(user_id=user_id, organization_id=organization_id, is_active=True, user__is_active=True)
        .first()
    )


def active_role(user_id: UUID, organization_id: UUID) -> str | None:
    """The person's role in the organization; None for a stranger and for one who was switched off."""
    places = TeamMember.objects.filter(
        user_id=user_id, organization_id=organization_id, is_active=True, user__is_active=True
    )
    return places.values_list("role", flat=True).first()


def memberships_of(user_id: UUID) -> QuerySet[TeamMember]:
    """The person's active places, by name; those in suspended and closed organizations too, where nobody may
    go.
    """
    return (
        TeamMember.objects.select_related("organization")
        .filter(user_id=user_id, is_active=True)
        .order_by("organization__name", "id")
    )


def team_of(organization_id: UUID) -> QuerySet[TeamMember]:
    """Everybody in the organization, the longest-serving first."""
    return TeamMember.objects.select_related("user").filter(organization_id=organization_id).order_by("id")


def people_for_archive(organization_id: UUID) -> list[Person]:
    """The team as an archive tells of it. Named in `settings.ARCHIVE_PEOPLE`."""
    return [
        Person(
            user_id=str(member.user_id),
            email=member.user.email,
            name=member.user.name,
            language=member.user.language,
            role=member.role,
            is_active=member.is_active and member.user.is_active,
        )
        for member in team_of(organization_id)
    ]


def actor_of(member: TeamMember) -> Actor:
    """The actor that a signed-in member is."""
    return Actor(
        kind=ActorKind.MEMBER,
        id=member.user_id,
        label=str(member.user),
        organization_id=member.organization_id,
        permissions=permissions_of(member.role),
        language=member.user.language,
    )


def membership_for_mirror(member_id: UUID) -> TeamMember:
    """A place in a team with its person, active or not."""
    return TeamMember.objects.select_related("user").get(pk=member_id)


def taken_seat_count(organization_id: UUID, at: datetime) -> int:
    """How many places of the plan are used: active members and those who may still accept an invitation."""
    members = TeamMember.objects.filter(organization_id=organization_id, is_active=True)
    waiting = Invitation.objects.filter(
        organization_id=organization_id, accepted_at=None, revoked_at=None, expires_at__gt=at
    )
    return members.count() + waiting.count()


def waiting_invitations(organization_id: UUID) -> QuerySet[Invitation]:
    """Invitations neither accepted nor withdrawn, the newest first; some may be too old to accept."""
    return Invitation.objects.filter(
        organization_id=organization_id, accepted_at=None, revoked_at=None
    ).order_by("-id")


def invitation_by_hash(token_hash: str) -> Invitation:
    """The invitation that a token leads to, with its organization and the person who sent it."""
    return Invitation.objects.select_related("organization", "invited_by").get(token_hash=token_hash)


def has_account(email: str) -> bool:
    return User.objects.filter(email__iexact=email).exists()


def is_email_verified(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()


def unsent_mail(mail_id: UUID) -> AccountMail | None:
    """A letter that has not left yet."""
    return AccountMail.objects.filter(pk=mail_id, sent_at=None).first()


def person_actor(user: User) -> Actor:
    """A signed-in person outside of every organization: may do what asks for no permission."""
    return Actor(kind=ActorKind.MEMBER, id=user.pk, label=str(user), language=user.language)


def visitor_actor(language: str) -> Actor:
    """Somebody who has not signed in: the product acts for them, without permissions."""
    return Actor(kind=ActorKind.SYSTEM, label="Tefter", language=language)


def handover_path(token: str, then: str = "/") -> str:
    """Where, on the host of its organization, a handover token is used; `then`: the path to go on to."""
    asked = {"token": token} | ({"next": then} if then != "/" else {})
    return f"{reverse('complete_handover', urlconf=settings.ROOT_URLCONF)}?{urlencode(asked)}"
