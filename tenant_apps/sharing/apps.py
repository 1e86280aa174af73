from django.apps import AppConfig

from shared_apps.core.slots import register, register_notices, register_sentences


class SharingConfig(AppConfig):
    name = "tenant_apps.sharing"

    def ready(self) -> None:
        from tenant_apps.sharing.events import SENTENCES
        from tenant_apps.sharing.notices import NOTICES
        from tenant_apps.sharing.slots import link_of_company, link_of_contact

        register_sentences(SENTENCES)
        register_notices(NOTICES)
        register("company.related", link_of_company)
        register("contact.related", link_of_contact)
