"""Addresses on an organization's host."""

from django.urls import include, path

from config.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("shared_apps.accounts.urls")),
    path("", include("tenant_apps.dashboard.urls")),
    path("", include("tenant_apps.crm.urls")),
    path("", include("tenant_apps.catalog.urls")),
    path("", include("tenant_apps.sharing.urls")),
    path("", include("tenant_apps.messages.urls")),
    path("", include("tenant_apps.invoices.urls")),
    path("", include("tenant_apps.online_payments.urls")),
    path("", include("tenant_apps.client_portal.urls")),
    path("", include("tenant_apps.reconciliation.urls")),
    path("", include("tenant_apps.imports.urls")),
    path("", include("tenant_apps.workspace.urls")),
    path("", include("tenant_apps.integrations.urls")),
    path("", include("tenant_apps.activity.urls")),
]
