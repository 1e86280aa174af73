"""What matching tells on the pages of invoices and payments."""

from datetime import date
from decimal import Decimal

from shared_apps.core.formats import format_day, format_number
from tenant_apps.reconciliation.reasons import REASON_TEXTS, SIGNAL_TEXTS
from tenant_apps.reconciliation.rules import facts

AMOUNTS = frozenset({facts.AMOUNT, facts.SUM, facts.PART, facts.MORE})


def unmatched_reason(*, code: str) -> str | None:
    """Why a payment found no invoice, in words."""
    return str(REASON_TEXTS[code]) if code in REASON_TEXTS else None


def evidence(*, signal: str, value: str) -> str | None:
    """One reason for which a payment was linked to an invoice, in words."""
    if signal in AMOUNTS:
        value = format_number(Decimal(value), 2)
    if signal == facts.IN_TIME:
        value = format_day(date.fromisoformat(value))
    return str(SIGNAL_TEXTS[signal]) % {"value": value} if signal in SIGNAL_TEXTS else None
