from django.apps import AppConfig

from shared_apps.core.slots import register, register_sentences


class ReconciliationConfig(AppConfig):
    name = "tenant_apps.reconciliation"

    def ready(self) -> None:
        from tenant_apps.reconciliation import slots
        from tenant_apps.reconciliation.events import SENTENCES

        register_sentences(SENTENCES)
        register("payment.unmatched_reason", slots.unmatched_reason)
        register("allocation.evidence", slots.evidence)
