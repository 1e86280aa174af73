from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shared_apps.core.listing import register_listing
from shared_apps.core.merging import Belonging, moves_with
from shared_apps.core.slots import register, register_notices, register_sentences


class ReconciliationConfig(AppConfig):
    name = "tenant_apps.reconciliation"

    def ready(self) -> None:
        from tenant_apps.reconciliation import slots
        from tenant_apps.reconciliation.events import SENTENCES
        from tenant_apps.reconciliation.listings import BANK_LINES
        from tenant_apps.reconciliation.models import KnownPayer, LineRule
        from tenant_apps.reconciliation.notices import NOTICES

        register_sentences(SENTENCES)
        register_notices(NOTICES)
        register_listing(BANK_LINES)
        moves_with("company", Belonging(KnownPayer, "company_id", _("Known payers")))
        moves_with("contact", Belonging(KnownPayer, "contact_id", _("Known payers")))
        moves_with("company", Belonging(LineRule, "company_id", _("Rules for bank lines")))
        moves_with("contact", Belonging(LineRule, "contact_id", _("Rules for bank lines")))
        register("payment.unmatched_reason", slots.unmatched_reason)
        register("allocation.evidence", slots.evidence)
        register("payment.suggestions", slots.suggestions_on_payment)
