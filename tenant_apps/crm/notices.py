"""How the notifications of this app are shown."""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.slots import Notice
from tenant_apps.crm.operations.automatic import DEAL_PAID, OFFER_DECLINED
from tenant_apps.crm.operations.notes import MENTION
from tenant_apps.crm.operations.reminders import REMINDER_KIND

NOTICES = {
    MENTION: Notice("note", _("You were mentioned")),
    REMINDER_KIND: Notice("clock", _("Reminder")),
    DEAL_PAID: Notice("trophy", _("Paid in full")),
    OFFER_DECLINED: Notice("thumb-down", _("Declined offer")),
}
