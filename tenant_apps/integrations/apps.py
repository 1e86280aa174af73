from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class IntegrationsConfig(AppConfig):
    name = "tenant_apps.integrations"

    def ready(self) -> None:
        from tenant_apps.integrations.events import SENTENCES

        register_sentences(SENTENCES)
