from django.apps import AppConfig

from shared_apps.core.listing import register_listing
from shared_apps.core.slots import register_sentences


class CatalogConfig(AppConfig):
    name = "tenant_apps.catalog"

    def ready(self) -> None:
        from tenant_apps.catalog.events import SENTENCES
        from tenant_apps.catalog.listings import PRODUCTS

        register_sentences(SENTENCES)
        register_listing(PRODUCTS)
