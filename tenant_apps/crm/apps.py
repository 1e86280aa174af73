from django.apps import AppConfig

from shared_apps.core.listing import register_listing
from shared_apps.core.slots import register_sentences


class CrmConfig(AppConfig):
    name = "tenant_apps.crm"

    def ready(self) -> None:
        from tenant_apps.crm.events import SENTENCES
        from tenant_apps.crm.listings.companies import COMPANIES
        from tenant_apps.crm.listings.contacts import CONTACTS

        register_sentences(SENTENCES)
        register_listing(COMPANIES)
        register_listing(CONTACTS)
