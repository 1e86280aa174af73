from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class AccountEvent(StrEnum):
    USER_CREATED = "accounts.user_created"
    PROFILE_CHANGED = "accounts.profile_changed"
    HANDED_OVER = "accounts.handed_over"
    TEAM_MEMBER_ADDED = "accounts.team_member_added"
    TEAM_MEMBER_CHANGED = "accounts.team_member_changed"


SENTENCES = {
    AccountEvent.USER_CREATED: _("%(subject)s signed up"),
    AccountEvent.PROFILE_CHANGED: _("%(actor)s changed the profile of %(subject)s"),
    AccountEvent.HANDED_OVER: _("%(subject)s signed in to the organization"),
    AccountEvent.TEAM_MEMBER_ADDED: _("%(actor)s added %(subject)s to the team"),
    AccountEvent.TEAM_MEMBER_CHANGED: _("%(actor)s changed the place of %(subject)s in the team"),
}
