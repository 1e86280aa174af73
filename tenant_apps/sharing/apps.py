from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class SharingConfig(AppConfig):
    name = "tenant_apps.sharing"

    def ready(self) -> None:
        from tenant_apps.sharing.events import SENTENCES

        register_sentences(SENTENCES)
