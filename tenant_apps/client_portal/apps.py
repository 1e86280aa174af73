from django.apps import AppConfig


class ClientPortalConfig(AppConfig):
    name = "tenant_apps.client_portal"
