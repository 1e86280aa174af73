from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text


class MessageEvent(StrEnum):
    QUEUED = "messages.message_queued"
    SENT = "messages.message_sent"
    DELIVERED = "messages.message_delivered"
    OPENED = "messages.message_opened"
    BOUNCED = "messages.message_bounced"
    COMPLAINED = "messages.message_complained"
    FAILED = "messages.message_failed"


SENTENCES: dict[str, Text] = {
    MessageEvent.QUEUED: _("The e-mail “%(subject)s” waits to be sent"),
    MessageEvent.SENT: _("The e-mail “%(subject)s” was sent"),
    MessageEvent.DELIVERED: _("The e-mail “%(subject)s” was delivered"),
    MessageEvent.OPENED: _("The e-mail “%(subject)s” was opened"),
    MessageEvent.BOUNCED: _("The e-mail “%(subject)s” came back"),
    MessageEvent.COMPLAINED: _("The e-mail “%(subject)s” was marked as spam"),
    MessageEvent.FAILED: _("The e-mail “%(subject)s” could not be sent"),
}
