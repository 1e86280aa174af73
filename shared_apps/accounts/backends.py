"""How a session becomes a person."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from shared_apps.accounts.models import User
from shared_apps.accounts.queries import membership_of
from tenants.context import current_organization_or_none


class MemberBackend(AuthenticationBackend):
    """Signs people in as allauth does. On an organization's host the person comes with `place`, where they
    stand in its team, by one statement.
    """

    def get_user(self, user_id: Any) -> User | None:
        organization = current_organization_or_none()
        place = membership_of(user_id, organization.id) if organization else None
        if place is None:
            found: User | None = super().get_user(user_id)
            return found
        place.user.place = place
        return place.user
