"""What speaks for an invoice, and what against it, when a human is to decide."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tenant_apps.reconciliation.rules.deciding import (
    amount_evidence,
    number_evidence,
    payer_signal,
    time_evidence,
)
from tenant_apps.reconciliation.rules.facts import (
    AMOUNT,
    AMOUNT_DIFFERS,
    CURRENCY_DIFFERS,
    END_TO_END,
    IN_TIME,
    KNOWN_CLIENT,
    KNOWN_IBAN,
    MORE,
    NAME_RESEMBLES,
    NOT_NAMED,
    OTHER_PAYER,
    PART,
    PAYER_NAME,
    SUM,
    Evidence,
    InvoiceFacts,
    PaymentFacts,
)
from tenant_apps.reconciliation.rules.payers import RESEMBLING, likeness
from tenant_apps.reconciliation.rules.reading import ALONE, LOOK_ALIKE, SPACED, WHOLE, WORDED

WEIGHTS: Mapping[str, int] = {
    WHOLE: 60,
    END_TO_END: 55,
    SPACED: 50,
    LOOK_ALIKE: 50,
    WORDED: 45,
    ALONE: 12,
    AMOUNT: 35,
    SUM: 35,
    PART: 3,
    MORE: 0,
    KNOWN_CLIENT: 30,
    KNOWN_IBAN: 30,
    PAYER_NAME: 30,
    NAME_RESEMBLES: 12,
    IN_TIME: 4,
}
LEAST, ANOTHER_PAYER = 15, 20


@dataclass(frozen=True, slots=True)
class Weighed:
    """An invoice for a payment: what speaks for it, what against, how much of the money it would take."""

    invoice: InvoiceFacts
    amount: Decimal
    score: int
    evidence: tuple[Evidence, ...]
    against: tuple[str, ...]


def weigh(payment: PaymentFacts, invoices: Iterable[InvoiceFacts]) -> tuple[list[Weighed], list[Weighed]]:
    """The invoices that may be meant, the likeliest first; and those that the payment names and that can take
    nothing of it, each with the reason.
    """
    named = [one for one in invoices if one.number in payment.numbers]
    open_ones = [one for one in invoices if not _refusal(payment, one)]
    summed = _summed(payment, [one for one in named if one in open_ones])
    weighed = [_weighed(payment, one, is_summed=one.number in summed) for one in open_ones]
    kept = [one for one in weighed if one.score >= LEAST]
    refused = [_weighed(payment, one, is_summed=False) for one in named if one not in open_ones]
    return sorted(kept, key=lambda one: (-one.score, _lateness(one), one.invoice.number)), refused


def _weighed(payment: PaymentFacts, invoice: InvoiceFacts, *, is_summed: bool) -> Weighed:
    evidence = number_evidence(payment, invoice)
    against = [refusal] if (refusal := _refusal(payment, invoice)) else []
    fits = amount_evidence(payment.amount, invoice.outstanding)
    if is_summed:
        evidence.append({"signal": SUM, "value": str(payment.amount)})
    elif not against:
        evidence.append(fits)
        against += [AMOUNT_DIFFERS] if fits["signal"] != AMOUNT else []
        against += [] if invoice.number in payment.numbers else [NOT_NAMED]
    payer = payer_signal(payment, invoice)
    against += [OTHER_PAYER] if payer is None else []
    evidence += payer or _resembling(payment, invoice)
    evidence += time_evidence(payment, invoice)
    score = sum(WEIGHTS[one["signal"]] for one in evidence) - (ANOTHER_PAYER if payer is None else 0)
    amount = min(payment.amount, max(invoice.outstanding, Decimal("0.00")))
    return Weighed(invoice, amount, score, tuple(evidence), tuple(against))


def _refusal(payment: PaymentFacts, invoice: InvoiceFacts) -> str:
    if invoice.objection:
        return invoice.objection
    return CURRENCY_DIFFERS if invoice.currency != payment.currency else ""


def _resembling(payment: PaymentFacts, invoice: InvoiceFacts) -> list[Evidence]:
    if not payment.payer_name or likeness(payment.payer_name, invoice.buyer_name) < RESEMBLING:
        return []
    return [{"signal": NAME_RESEMBLES, "value": invoice.buyer_name}]


def _summed(payment: PaymentFacts, named: list[InvoiceFacts]) -> set[str]:
    """The numbers of the named invoices, if together they owe just the payment."""
    owed = sum((one.outstanding for one in named), Decimal("0.00"))
    return {one.number for one in named} if len(named) > 1 and owed == payment.amount else set()


def _lateness(weighed: Weighed) -> int:
    """The earliest issued first."""
    return weighed.invoice.issued_on.toordinal() if weighed.invoice.issued_on else 0
