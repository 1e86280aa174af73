from django.urls import path

from tenant_apps.workspace import views

urlpatterns = [
    path("settings/organization/", views.organization_edit, name="organization_edit"),
    path("settings/organization/logo/", views.organization_logo, name="organization_logo"),
    path("settings/organization/numbers/", views.change_series_start, name="change_series_start"),
]
