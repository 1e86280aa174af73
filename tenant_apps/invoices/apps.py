from django.apps import AppConfig

from shared_apps.core.listing import extend, register_listing
from shared_apps.core.slots import register, register_notices, register_sentences


class InvoicesConfig(AppConfig):
    name = "tenant_apps.invoices"

    def ready(self) -> None:
        from tenant_apps.invoices.events import SENTENCES
        from tenant_apps.invoices.listings.invoices import INVOICES
        from tenant_apps.invoices.listings.offers import OFFERS
        from tenant_apps.invoices.listings.payments import PAYMENTS
        from tenant_apps.invoices.listings.recurring import RECURRING
        from tenant_apps.invoices.notices import NOTICES
        from tenant_apps.invoices.offer_slots import (
            documents_of_offers,
            name_offer_belongings,
            offers_on_deal_page,
        )
        from tenant_apps.invoices.slots import (
            documents_of_deal,
            invoice_for_deal,
            invoices_of_company,
            invoices_of_contact,
            invoices_on_deal_page,
            name_belongings,
            payment_temper,
            questions_about_companies,
            questions_about_contacts,
            questions_about_deals,
            recurring_of_company,
            recurring_of_contact,
            vat_radar_on_settings,
        )
        from tenant_apps.invoices.time_slots import billing_invoice, unbilled_of_company, unbilled_of_deal

        register_sentences(SENTENCES)
        register_notices(NOTICES)
        register_listing(OFFERS)
        name_offer_belongings()
        name_belongings()
        register("company.related", invoices_of_company)
        register("contact.related", invoices_of_contact)
        register("company.related", unbilled_of_company)
        register("deal.related", unbilled_of_deal)
        register("time.billed", billing_invoice)
        register("company.related", recurring_of_company)
        register("contact.related", recurring_of_contact)
        register("deal.related", offers_on_deal_page)
        register("deal.related", invoices_on_deal_page)
        register("deal.documents", documents_of_offers)
        register("deal.documents", documents_of_deal)
        register("deal.card", payment_temper)
        register("deal.won", invoice_for_deal)
        register("organization.settings", vat_radar_on_settings)
        register_listing(INVOICES)
        register_listing(PAYMENTS)
        register_listing(RECURRING)
        extend("company", questions_about_companies)
        extend("contact", questions_about_contacts)
        extend("deal", questions_about_deals)
