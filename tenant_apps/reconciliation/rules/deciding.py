"""Which payment may be linked without asking anybody.

Exactly one invoice, and two signals that do not depend on each other, one of them its number or the
end-to-end id. An amount alone is never enough: prices repeat. Whatever speaks for another payer, or leaves
open which invoice is meant, is for a human.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from tenant_apps.reconciliation.rules.facts import (
    AMOUNT,
    AMOUNT_DIFFERS,
    CURRENCY,
    CURRENCY_DIFFERS,
    END_TO_END,
    IN_TIME,
    KNOWN_IBAN,
    MORE,
    NO_REFERENCE,
    NO_SUCH_INVOICE,
    OTHER_PAYER,
    PART,
    PAYER_NAME,
    SEVERAL_INVOICES,
    SUM,
    SUM_DIFFERS,
    WEAK_NUMBER,
    Evidence,
    InvoiceFacts,
    PaymentFacts,
)
from tenant_apps.reconciliation.rules.payers import is_same_name
from tenant_apps.reconciliation.rules.reading import ALONE, LOOK_ALIKE, SPACED, WHOLE, WORDED

STRONG = frozenset({WHOLE, SPACED, LOOK_ALIKE})
EARLY, LATE = timedelta(days=3), timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Link:
    """Allocate `amount` to the invoice; `evidence` is JSON: the signals that agree, each with its value."""

    invoice_id: UUID
    number: str
    amount: Decimal
    evidence: list[Evidence]


@dataclass(frozen=True, slots=True)
class Linked:
    """The links of one payment. With `is_credit` something is left, which is the client's credit."""

    links: tuple[Link, ...]
    is_credit: bool = False


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Leave the payment to a human; `reason` is one of UNMATCHED_REASONS."""

    reason: str


Decision = Linked | Unmatched


def decide(payment: PaymentFacts, invoices: Mapping[str, InvoiceFacts]) -> Decision:
    """Say what to do with a payment, given the invoices that there are by number, whatever their state."""
    ways = {**dict.fromkeys(payment.carried, WHOLE), **payment.named}
    if not ways:
        return Unmatched(NO_REFERENCE)
    chosen, aside, are_all_known = _chosen(ways, invoices)
    if not chosen:
        return Unmatched(NO_SUCH_INVOICE)
    if len(chosen) > 1:
        return _split(payment, chosen, [ways[one.number] for one in chosen], are_all_known)
    invoice = chosen[0]
    if invoice.objection:
        return Unmatched(invoice.objection)
    if invoice.currency != payment.currency:
        return Unmatched(CURRENCY_DIFFERS)
    if any(ways[one.number] == WORDED for one in aside):
        return Unmatched(SEVERAL_INVOICES)
    payer = payer_signal(payment, invoice)
    if payer is None:
        return Unmatched(OTHER_PAYER)
    way = ways[invoice.number]
    if payment.amount == invoice.outstanding:
        return _whole(payment, invoice, way, payer)
    is_open_what_is_meant = bool(aside) or not are_all_known
    return _other_amount(payment, invoice, way, payer, is_doubtful=is_open_what_is_meant)


def payer_signal(payment: PaymentFacts, invoice: InvoiceFacts) -> list[Evidence] | None:
    """What says that the invoice's client paid: [] when nothing is known, None when it was somebody else."""
    if payment.client:
        value = payment.payer_iban if payment.client_by == KNOWN_IBAN else payment.payer_name
        return [{"signal": payment.client_by, "value": value}] if payment.client == invoice.client else None
    if payment.payer_name and is_same_name(payment.payer_name, invoice.buyer_name):
        return [{"signal": PAYER_NAME, "value": payment.payer_name}]
    if payment.namesake:
        same = [{"signal": PAYER_NAME, "value": payment.payer_name}]
        return same if payment.namesake == invoice.client else None
    return []


def number_evidence(payment: PaymentFacts, invoice: InvoiceFacts) -> list[Evidence]:
    """How the payment names the invoice."""
    rows = []
    if way := payment.named.get(invoice.number):
        rows.append({"signal": way, "value": invoice.number})
    if invoice.number in payment.carried:
        rows.append({"signal": END_TO_END, "value": invoice.number})
    return rows


def amount_evidence(amount: Decimal, outstanding: Decimal) -> Evidence:
    """How the amount fits what was outstanding."""
    if amount == outstanding:
        return {"signal": AMOUNT, "value": str(outstanding)}
    return {"signal": PART if amount < outstanding else MORE, "value": str(outstanding)}


def time_evidence(payment: PaymentFacts, invoice: InvoiceFacts) -> list[Evidence]:
    """Whether the money came when one pays: from a few days before the issue to half a year after it."""
    if payment.received_on is None or invoice.issued_on is None:
        return []
    is_in_time = invoice.issued_on - EARLY <= payment.received_on <= invoice.issued_on + LATE
    return [{"signal": IN_TIME, "value": payment.received_on.isoformat()}] if is_in_time else []


def _chosen(
    ways: Mapping[str, str], invoices: Mapping[str, InvoiceFacts]
) -> tuple[list[InvoiceFacts], list[InvoiceFacts], bool]:
    """The invoices of the surest kind of number; the open ones beside them; and whether each number that is
    as sure is an invoice of ours.
    """
    there = [invoices[number] for number in sorted(ways) if number in invoices]
    for kinds in (STRONG, {WORDED}, {ALONE}):
        chosen = [one for one in there if ways[one.number] in kinds]
        if chosen:
            aside = [one for one in there if one not in chosen and not one.objection]
            are_all_known = all(number in invoices for number, way in ways.items() if way in kinds)
            return chosen, aside, are_all_known
    return [], [], True


def _whole(payment: PaymentFacts, invoice: InvoiceFacts, way: str, payer: list[Evidence]) -> Decision:
    numbers = number_evidence(payment, invoice)
    if way == ALONE and not payer and len(numbers) < 2:
        return Unmatched(WEAK_NUMBER)
    rows = [*numbers, amount_evidence(payment.amount, invoice.outstanding), *payer]
    return Linked((_link(invoice, payment.amount, rows),))


def _other_amount(
    payment: PaymentFacts, invoice: InvoiceFacts, way: str, payer: list[Evidence], *, is_doubtful: bool
) -> Decision:
    """A part of what is owed, or more than that: the second signal has to be somebody or something else, and
    no other invoice of the client may fit better.
    """
    numbers = number_evidence(payment, invoice)
    agreeing = payer or numbers[1:]
    if not agreeing and way == WHOLE and not payment.payer_name:
        agreeing = time_evidence(payment, invoice)
    if way == ALONE or not agreeing or payment.fits_another:
        return Unmatched(AMOUNT_DIFFERS)
    if is_doubtful:
        return Unmatched(SEVERAL_INVOICES)
    rows = [*numbers, *(one for one in agreeing if one not in numbers)]
    rows.append(amount_evidence(payment.amount, invoice.outstanding))
    amount = min(payment.amount, invoice.outstanding)
    return Linked((_link(invoice, amount, rows),), is_credit=payment.amount > invoice.outstanding)


def _split(
    payment: PaymentFacts, chosen: Sequence[InvoiceFacts], ways: Iterable[str], are_all_known: bool
) -> Decision:
    """One transfer for several invoices of one client: all of them named, and the sum exact."""
    if not are_all_known or any(one.objection for one in chosen):
        return Unmatched(SEVERAL_INVOICES)
    if {one.currency for one in chosen} != {payment.currency}:
        return Unmatched(CURRENCY_DIFFERS)
    if len({one.client for one in chosen}) > 1:
        return Unmatched(SEVERAL_INVOICES)
    payer = payer_signal(payment, chosen[0])
    if payer is None:
        return Unmatched(OTHER_PAYER)
    if ALONE in ways and not payer:
        return Unmatched(WEAK_NUMBER)
    owed = sum((one.outstanding for one in chosen), Decimal("0.00"))
    if owed != payment.amount:
        return Unmatched(SUM_DIFFERS)
    together = [{"signal": SUM, "value": str(owed)}, *payer]
    links = (_link(one, one.outstanding, [*number_evidence(payment, one), *together]) for one in chosen)
    return Linked(tuple(links))


def _link(invoice: InvoiceFacts, amount: Decimal, rows: list[Evidence]) -> Link:
    return Link(invoice.id, invoice.number, amount, [*rows, {"signal": CURRENCY, "value": invoice.currency}])
