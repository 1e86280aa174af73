from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class FilesConfig(AppConfig):
    name = "tenant_apps.files"

    def ready(self) -> None:
        from tenant_apps.files.events import SENTENCES

        register_sentences(SENTENCES)
