from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class MessagesConfig(AppConfig):
    name = "tenant_apps.messages"

    def ready(self) -> None:
        from tenant_apps.messages.events import SENTENCES

        register_sentences(SENTENCES)
