"""Addresses on the public host."""

from django.urls import include, path

from shared_apps.accounts.urls import public

urlpatterns = [
    path("", include("shared_apps.website.urls")),
    path("", include(public)),
]
