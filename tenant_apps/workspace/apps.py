from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class WorkspaceConfig(AppConfig):
    name = "tenant_apps.workspace"

    def ready(self) -> None:
        from tenant_apps.workspace.events import SENTENCES

        register_sentences(SENTENCES)
