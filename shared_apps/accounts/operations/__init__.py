"""Every write about people: `people`, `team`, `invitations`, `handovers`, `mail`, `restoration`."""

from shared_apps.accounts.operations.handovers import HandoverInvalid, begin_handover, complete_handover
from shared_apps.accounts.operations.invitations import (
    AlreadyInvited,
    AlreadyMember,
    InvitationClosed,
    InvitationForAnother,
    accept_invitation,
    invite_member,
    join_by_invitation,
    resend_invitation,
    revoke_invitation,
)
from shared_apps.accounts.operations.mail import (
    letter_of,
    note_mail_sent,
    queue_account_mail,
    queue_verification_mail,
)
from shared_apps.accounts.operations.people import (
    EmailTaken,
    Profile,
    change_profile,
    choose_language,
    create_user,
    note_sign_in,
    set_password,
    verify_email,
)
from shared_apps.accounts.operations.restoration import (
    OwnerMissing,
    leave_erased_organization,
    settle_people,
)
from shared_apps.accounts.operations.team import (
    LastOwner,
    RoleAboveOwn,
    activate_member,
    add_team_member,
    change_member_role,
    deactivate_member,
    found_organization,
)

__all__ = [
    "AlreadyInvited",
    "AlreadyMember",
    "EmailTaken",
    "HandoverInvalid",
    "InvitationClosed",
    "InvitationForAnother",
    "LastOwner",
    "OwnerMissing",
    "Profile",
    "RoleAboveOwn",
    "accept_invitation",
    "activate_member",
    "add_team_member",
    "begin_handover",
    "change_member_role",
    "change_profile",
    "choose_language",
    "complete_handover",
    "create_user",
    "deactivate_member",
    "found_organization",
    "invite_member",
    "join_by_invitation",
    "leave_erased_organization",
    "letter_of",
    "note_mail_sent",
    "note_sign_in",
    "queue_account_mail",
    "queue_verification_mail",
    "resend_invitation",
    "revoke_invitation",
    "set_password",
    "settle_people",
    "verify_email",
]
