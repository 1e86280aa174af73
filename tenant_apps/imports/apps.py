from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class ImportsConfig(AppConfig):
    name = "tenant_apps.imports"

    def ready(self) -> None:
        from tenant_apps.imports.events import SENTENCES

        register_sentences(SENTENCES)
