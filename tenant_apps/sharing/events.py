from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class SharingEvent(StrEnum):
    RECORD_SHARED = "sharing.record_shared"
    RECORD_UNSHARED = "sharing.record_unshared"
    LINK_MADE = "sharing.public_link_made"
    LINK_RENEWED = "sharing.public_link_renewed"
    LINK_REVOKED = "sharing.public_link_revoked"
    LINK_OPENED = "sharing.public_link_opened"


SENTENCES = {
    SharingEvent.RECORD_SHARED: _("%(actor)s shared %(subject)s"),
    SharingEvent.RECORD_UNSHARED: _("%(actor)s stopped sharing %(subject)s"),
    SharingEvent.LINK_MADE: _("%(actor)s made a client link to %(subject)s"),
    SharingEvent.LINK_RENEWED: _("%(actor)s renewed the client link to %(subject)s"),
    SharingEvent.LINK_REVOKED: _("%(actor)s revoked the client link to %(subject)s"),
    SharingEvent.LINK_OPENED: _("The client opened %(subject)s"),
}
