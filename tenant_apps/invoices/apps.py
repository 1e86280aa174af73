from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class InvoicesConfig(AppConfig):
    name = "tenant_apps.invoices"

    def ready(self) -> None:
        from tenant_apps.invoices.events import SENTENCES

        register_sentences(SENTENCES)
