from django.apps import AppConfig

from shared_apps.core.slots import register_sentences


class CrmConfig(AppConfig):
    name = "tenant_apps.crm"

    def ready(self) -> None:
        from tenant_apps.crm.events import SENTENCES

        register_sentences(SENTENCES)
