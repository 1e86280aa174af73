from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text


class MessageEvent(StrEnum):
    QUEUED = "messages.message_queued"
    SENT = "messages.message_sent"
    FAILED = "messages.message_failed"


SENTENCES: dict[str, Text] = {
    MessageEvent.QUEUED: _("The e-mail “%(subject)s” waits to be sent"),
    MessageEvent.SENT: _("The e-mail “%(subject)s” was sent"),
    MessageEvent.FAILED: _("The e-mail “%(subject)s” could not be sent"),
}
