"""How the notifications of this app are shown."""

from django.utils.translation import gettext_lazy as _

from shared_apps.core.slots import Notice
from tenant_apps.online_payments.models import DisputeState
from tenant_apps.online_payments.operations.connections import DEAD_KEYS
from tenant_apps.online_payments.operations.returns import DISPUTE_OVER, DISPUTED, REFUND_FAILED
from tenant_apps.online_payments.operations.settling import PAID_TWICE

_ENDS = [f"{DISPUTE_OVER}_{state}" for state in DisputeState.values]
_KINDS = [PAID_TWICE, REFUND_FAILED, DEAD_KEYS, DISPUTED, *_ENDS]
NOTICES = {kind: Notice("credit-card", _("Card payment")) for kind in _KINDS}
