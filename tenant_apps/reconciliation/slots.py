"""What matching tells on the pages of invoices and payments."""

from decimal import Decimal

from shared_apps.core.formats import format_number
from tenant_apps.reconciliation.reasons import REASON_TEXTS, SIGNAL_TEXTS


def unmatched_reason(*, code: str) -> str | None:
    """Why a payment found no invoice, in words."""
    return str(REASON_TEXTS[code]) if code in REASON_TEXTS else None


def evidence(*, signal: str, value: str) -> str | None:
    """One reason for which a payment was linked to an invoice, in words."""
    if signal == "amount_equals_outstanding":
        value = format_number(Decimal(value), 2)
    return str(SIGNAL_TEXTS[signal]) % {"value": value} if signal in SIGNAL_TEXTS else None
