"""How the notifications of this app are shown."""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.slots import Notice
from tenant_apps.reconciliation.operations.running import STATEMENT_WAITS

NOTICES = {STATEMENT_WAITS: Notice("building-bank", _("A statement waits for you"))}
