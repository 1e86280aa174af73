"""Addresses on the public host."""

from django.urls import include, path

from shared_apps.accounts.urls import public
from tenant_apps.messages.webhooks import hear_mail_service, note_mail_event

urlpatterns = [
    path("", include("shared_apps.website.urls")),
    path("", include(public)),
    path("mail/events/", note_mail_event, name="note_mail_event"),
    path("mail/services/<slug:service>/", hear_mail_service, name="hear_mail_service"),
]
