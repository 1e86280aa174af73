"""What matching tells on the pages of invoices and payments."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.formats import format_day, format_number
from shared_apps.core.permissions import Permission
from tenant_apps.invoices.models import Payment
from tenant_apps.reconciliation.queries import Advice, advice_for_many
from tenant_apps.reconciliation.reasons import REASON_TEXTS, SIGNAL_TEXTS
from tenant_apps.reconciliation.rules import facts
from tenants.context import current_organization


@dataclass(frozen=True)
class Suggestions:
    """What a payment may be for, as its page shows it."""

    advice: Advice
    template: str = "reconciliation/components/suggestions.html"


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


def suggestions_on_payment(*, payment: Payment, actor: Actor, **unknown: Any) -> Suggestions | None:
    """The invoices that a payment with money left may be for; None for one who may not link."""
    if not payment.unallocated or not actor.may(Permission.PAYMENTS_MATCH):
        return None
    on = clock.today(current_organization().time_zone)
    return Suggestions(advice_for_many([payment.pk], actor, on=on).get(payment.pk, Advice()))
