from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class SharingEvent(StrEnum):
    RECORD_SHARED = "sharing.record_shared"
    RECORD_UNSHARED = "sharing.record_unshared"


SENTENCES = {
    SharingEvent.RECORD_SHARED: _("%(actor)s shared %(subject)s"),
    SharingEvent.RECORD_UNSHARED: _("%(actor)s stopped sharing %(subject)s"),
}
