from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class ReconciliationConfig(AppConfig):
    name = "tenant_apps.reconciliation"

    def ready(self) -> None:
        from tenant_apps.reconciliation.events import SENTENCES

        register_sentences(SENTENCES)
