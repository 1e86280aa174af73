from django.apps import AppConfig

from shared_apps.core.listing import register_listing
from shared_apps.core.slots import register, register_sentences


class ReconciliationConfig(AppConfig):
    name = "tenant_apps.reconciliation"

    def ready(self) -> None:
        from tenant_apps.reconciliation import slots
        from tenant_apps.reconciliation.events import SENTENCES
        from tenant_apps.reconciliation.listings import BANK_LINES

        register_sentences(SENTENCES)
        register_listing(BANK_LINES)
        register("payment.unmatched_reason", slots.unmatched_reason)
        register("allocation.evidence", slots.evidence)
