from django.urls import path

from tenant_apps.workspace.views import organization

urlpatterns = [
    path("settings/organization/", organization.organization_edit, name="organization_edit"),
    path("settings/organization/logo/", organization.organization_logo, name="organization_logo"),
    path("settings/organization/numbers/", organization.change_series_start, name="change_series_start"),
]
