from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from tenants.events import SENTENCES

        register_sentences(SENTENCES)
