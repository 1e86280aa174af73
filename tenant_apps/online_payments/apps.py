from django.apps import AppConfig

from shared_apps.core.slots import register, register_notices, register_sentences


class OnlinePaymentsConfig(AppConfig):
    name = "tenant_apps.online_payments"

    def ready(self) -> None:
        from tenant_apps.online_payments import slots
        from tenant_apps.online_payments.events import SENTENCES
        from tenant_apps.online_payments.notices import NOTICES

        register_sentences(SENTENCES)
        register_notices(NOTICES)
        register("invoice.related", slots.card_payment_of_invoice)
        register("payment.related", slots.card_payment_of_payment)
        register("allocation.evidence", slots.evidence)
