"""How the notifications of this app are shown."""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.slots import Notice
from tenant_apps.sharing.operations import LINK_OPENED

NOTICES = {
    LINK_OPENED: Notice("circle-check", _("Opened by the client")),
}
