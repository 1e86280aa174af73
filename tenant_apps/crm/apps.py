from django.apps import AppConfig

from shared_apps.core.listing import register_listing
from shared_apps.core.slots import register, register_caused, register_notices, register_sentences


class CrmConfig(AppConfig):
    name = "tenant_apps.crm"

    def ready(self) -> None:
        from tenant_apps.crm.belongings import name_belongings
        from tenant_apps.crm.events import SENTENCES
        from tenant_apps.crm.listings.companies import COMPANIES
        from tenant_apps.crm.listings.contacts import CONTACTS
        from tenant_apps.crm.listings.deals import DEALS
        from tenant_apps.crm.listings.tasks import TASKS
        from tenant_apps.crm.listings.time import TIME_ENTRIES
        from tenant_apps.crm.notices import NOTICES
        from tenant_apps.crm.rule_texts import CAUSED
        from tenant_apps.crm.slots import (
            deals_of_company_page,
            deals_of_contact_page,
            merges_of_company,
            merges_of_contact,
            suspects_of_company,
            suspects_of_contact,
            tasks_of_notifications,
            time_of_company_page,
            time_of_deal_page,
            undo_of_events,
            words_of_reach,
        )

        register_sentences(SENTENCES)
        register_notices(NOTICES)
        register_caused(CAUSED)
        name_belongings()
        register("notification.parts", tasks_of_notifications)
        register("event.undo", undo_of_events)
        register("event.words", words_of_reach)
        register("company.related", suspects_of_company)
        register("contact.related", suspects_of_contact)
        register("company.related", merges_of_company)
        register("contact.related", merges_of_contact)
        register("company.related", deals_of_company_page)
        register("contact.related", deals_of_contact_page)
        register("company.related", time_of_company_page)
        register("deal.related", time_of_deal_page)
        register_listing(COMPANIES)
        register_listing(CONTACTS)
        register_listing(DEALS)
        register_listing(TASKS)
        register_listing(TIME_ENTRIES)
