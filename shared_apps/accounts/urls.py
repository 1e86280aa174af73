"""`urlpatterns`: an organization's host. `entrance`: the part that both hosts share. `public`: the public host."""

from allauth.account import views as allauth
from django.urls import path, re_path

from shared_apps.accounts import views

entrance = [
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/signup/", views.to_sign_up, name="account_signup"),
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
    path("accounts/confirm-email/send/", views.send_verification_mail, name="send_verification_mail"),
    re_path(r"^accounts/confirm-email/(?P<key>[-:\w]+)/$", allauth.confirm_email, name="account_confirm_email"),
    path("language/", views.set_language, name="set_language"),
    path("invitations/<str:token>/", views.accept_invitation, name="accept_invitation"),
]

public = [
    *entrance,
    path("organizations/", views.organization_list, name="organization_list"),
    path("organizations/<uuid:organization_id>/open/", views.begin_handover, name="begin_handover"),
]

urlpatterns = [
    *entrance,
    path("handover/", views.complete_handover, name="complete_handover"),
    path("profile/", views.profile_edit, name="profile_edit"),
    path("settings/team/", views.team_list, name="team_list"),
    path("settings/team/<uuid:member_id>/role/", views.change_member_role, name="change_member_role"),
    path("settings/team/<uuid:member_id>/deactivate/", views.deactivate_member, name="deactivate_member"),
    path("settings/team/<uuid:member_id>/activate/", views.activate_member, name="activate_member"),
    path(
        "settings/team/invitations/<uuid:invitation_id>/resend/", views.resend_invitation, name="resend_invitation"
    ),
    path(
        "settings/team/invitations/<uuid:invitation_id>/revoke/", views.revoke_invitation, name="revoke_invitation"
    ),
]
