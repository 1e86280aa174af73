from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class MessagesConfig(AppConfig):
    name = "tenant_apps.messages"
    label = "tenant_messages"  # `messages` is taken by Django

    def ready(self) -> None:
        from tenant_apps.messages.adapters import hear_reports
        from tenant_apps.messages.events import SENTENCES
        from tenant_apps.messages.webhooks import note_heard

        register_sentences(SENTENCES)
        hear_reports(note_heard)
