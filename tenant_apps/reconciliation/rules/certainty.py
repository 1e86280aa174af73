"""What may be decided in bulk, and how a payment and an invoice fit together. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from uuid import UUID

from tenant_apps.reconciliation.rules import facts, reading

# The same fact in other words is one signal, however many ways of telling it agree. What stands here under no
# name (the currency, the day, a part of the amount, a likeness) speaks for nobody in particular.
_FACTS = {
    reading.WHOLE: "number",
    reading.SPACED: "number",
    reading.LOOK_ALIKE: "number",
    reading.WORDED: "number",
    facts.END_TO_END: "end_to_end",
    facts.AMOUNT: "amount",
    facts.SUM: "amount",
    facts.KNOWN_IBAN: "payer",
    facts.KNOWN_CLIENT: "payer",
    facts.PAYER_NAME: "payer",
}
AGREEING = 2


@dataclass(frozen=True, slots=True)
class Offered:
    """An invoice that a payment may be for, and the signals that speak for it."""

    invoice_id: UUID
    outstanding: Decimal
    signals: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fit:
    """How a payment and an invoice fit: what the invoice gets, what it still lacks, what is left over."""

    given: Decimal
    missing: Decimal
    left_over: Decimal


def fit_of(left: Decimal, outstanding: Decimal) -> Fit:
    """As much as both sides have."""
    given = min(left, outstanding)
    return Fit(given, outstanding - given, left - given)


def signals_in(evidence: Iterable[Mapping[str, str]]) -> frozenset[str]:
    """The independent signals of some evidence."""
    return frozenset(_FACTS[row["signal"]] for row in evidence if row["signal"] in _FACTS)


def certain_one(left: Decimal, offered: Sequence[Offered]) -> Offered | None:
    """The invoice that a person may accept without a look: the only one for which two signals speak, and that
    owes just what is left of the payment.
    """
    agreed = [one for one in offered if len(one.signals) >= AGREEING]
    if len(agreed) != 1 or agreed[0].outstanding != left:
        return None
    return agreed[0]


def adding_up(left: Decimal, owed: Mapping[UUID, Decimal]) -> tuple[UUID, ...]:
    """Several invoices that together owe just what is left: the fewest, and of as few the likeliest, which
    come first in `owed`. Nothing when no sum fits.
    """
    for size in range(2, len(owed) + 1):
        for some in combinations(owed, size):
            if sum(owed[one] for one in some) == left:
                return some
    return ()
