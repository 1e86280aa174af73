"""`urlpatterns`: an organization's host. `public`: the public host. `entrance`: what both share."""

from allauth.account import views as allauth
from django.urls import path, re_path

from shared_apps.accounts.views import entrance as way_in
from shared_apps.accounts.views import invitations, organization, profile, team

entrance = [
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/signup/", way_in.to_sign_up, name="account_signup"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/reset/", allauth.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("accounts/confirm-email/send/", way_in.send_verification_mail, name="send_verification_mail"),
    re_path(
        r"^accounts/confirm-email/(?P<key>[-:\w]+)/$", allauth.confirm_email, name="account_confirm_email"
    ),
    path("language/", way_in.set_language, name="set_language"),
    path("invitations/<str:token>/", invitations.accept_invitation, name="accept_invitation"),
]

public = [
    *entrance,
    path("organizations/", way_in.organization_list, name="organization_list"),
    path("organizations/<uuid:organization_id>/open/", way_in.begin_handover, name="begin_handover"),
]

urlpatterns = [
    *entrance,
    path("handover/", way_in.complete_handover, name="complete_handover"),
    path("profile/", profile.profile_edit, name="profile_edit"),
    path("settings/address/", organization.address_edit, name="address_edit"),
    path("settings/data/", organization.organization_data, name="organization_data"),
    path("settings/data/archives/", organization.ask_for_archive, name="ask_for_archive"),
    path("settings/data/archives/<uuid:archive_id>/", organization.archive_download, name="archive_download"),
    path("settings/team/", team.team_list, name="team_list"),
    path("settings/team/<uuid:member_id>/role/", team.change_member_role, name="change_member_role"),
    path("settings/team/<uuid:member_id>/deactivate/", team.deactivate_member, name="deactivate_member"),
    path("settings/team/<uuid:member_id>/activate/", team.activate_member, name="activate_member"),
    path(
        "settings/team/invitations/<uuid:invitation_id>/resend/",
        team.resend_invitation,
        name="resend_invitation",
    ),
    path(
        "settings/team/invitations/<uuid:invitation_id>/revoke/",
        team.revoke_invitation,
        name="revoke_invitation",
    ),
]
