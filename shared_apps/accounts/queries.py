from uuid import UUID

from django.db.models import QuerySet

from shared_apps.accounts.models import TeamMember, User
from shared_apps.accounts.roles import permissions_of
from shared_apps.core.actors import Actor, ActorKind
from tenants.models import OrganizationStatus


def user_by_email(email: str) -> User:
    return User.objects.get(email=email.strip().lower())


def membership_of(user_id: UUID, organization_id: UUID) -> TeamMember | None:
    """The person's place in the organization, with the person; None for a stranger and for one who was switched off."""
    return (
        TeamMember.objects.select_related("user")
        .filter(user_id=user_id, organization_id=organization_id, is_active=True, user__is_active=True)
        .first()
    )


def memberships_of(user_id: UUID) -> QuerySet[TeamMember]:
    """Where the person may go: active places in active organizations, by name."""
    return TeamMember.objects.select_related("organization").filter(
        user_id=user_id, is_active=True, organization__status=OrganizationStatus.ACTIVE
    ).order_by("organization__name", "id")


def team_of(organization_id: UUID) -> QuerySet[TeamMember]:
    """Everybody in the organization, the longest-serving first."""
    return TeamMember.objects.select_related("user").filter(organization_id=organization_id).order_by("id")


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
