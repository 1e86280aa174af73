"""How the notifications of this app are shown."""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.slots import Notice
from tenant_apps.invoices.operations.occurrences import DRAFTED, HELD
from tenant_apps.invoices.operations.offer_answers import OFFER_ACCEPTED, OFFER_DECLINED, OFFER_EXPIRED

NOTICES = {
    OFFER_ACCEPTED: Notice("trophy", _("Accepted offer")),
    OFFER_DECLINED: Notice("thumb-down", _("Declined offer")),
    HELD: Notice("alert-triangle", _("A recurring invoice waits for you")),
    DRAFTED: Notice("file-invoice", _("Draft of a recurring invoice")),
    OFFER_EXPIRED: Notice("clock", _("Expired offer")),
}
