from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class AccountEvent(StrEnum):
    USER_CREATED = "accounts.user_created"
    EMAIL_VERIFIED = "accounts.email_verified"
    PASSWORD_CHANGED = "accounts.password_changed"  # noqa: S105
    PROFILE_CHANGED = "accounts.profile_changed"
    SIGNED_IN = "accounts.signed_in"
    HANDED_OVER = "accounts.handed_over"
    TEAM_MEMBER_ADDED = "accounts.team_member_added"
    TEAM_MEMBER_CHANGED = "accounts.team_member_changed"
    MEMBER_INVITED = "accounts.member_invited"
    INVITATION_RESENT = "accounts.invitation_resent"
    INVITATION_REVOKED = "accounts.invitation_revoked"
    INVITATION_ACCEPTED = "accounts.invitation_accepted"


SENTENCES = {
    AccountEvent.USER_CREATED: _("%(subject)s signed up"),
    AccountEvent.EMAIL_VERIFIED: _("%(subject)s confirmed their e-mail"),
    AccountEvent.PASSWORD_CHANGED: _("%(subject)s set a new password"),
    AccountEvent.PROFILE_CHANGED: _("%(actor)s changed the profile of %(subject)s"),
    AccountEvent.SIGNED_IN: _("%(subject)s signed in"),
    AccountEvent.HANDED_OVER: _("%(subject)s signed in to the organization"),
    AccountEvent.TEAM_MEMBER_ADDED: _("%(actor)s added %(subject)s to the team"),
    AccountEvent.TEAM_MEMBER_CHANGED: _("%(actor)s changed the place of %(subject)s in the team"),
    AccountEvent.MEMBER_INVITED: _("%(actor)s invited %(subject)s to the team"),
    AccountEvent.INVITATION_RESENT: _("%(actor)s sent the invitation to %(subject)s again"),
    AccountEvent.INVITATION_REVOKED: _("%(actor)s withdrew the invitation to %(subject)s"),
    AccountEvent.INVITATION_ACCEPTED: _("%(subject)s accepted the invitation"),
}
