"""A payment and an invoice as matching sees them, and what may be said of the two."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from tenant_apps.reconciliation.rules.reading import WAYS, read_numbers

ISSUED = "issued"
OWED_KINDS = ("invoice", "debit_note")

# Signals beside those of how the number is written (`reading.WAYS`).
END_TO_END = "end_to_end_id"
AMOUNT = "amount_equals_outstanding"
SUM = "amount_equals_sum"
PART = "part_of_outstanding"
MORE = "more_than_outstanding"
KNOWN_IBAN = "known_iban"
KNOWN_CLIENT = "known_client"
PAYER_NAME = "payer_name"
NAME_RESEMBLES = "name_resembles"
IN_TIME = "paid_in_time"
CURRENCY = "currency"
BY_HAND = "by_hand"
SIGNALS = (
    *WAYS,
    END_TO_END,
    AMOUNT,
    SUM,
    PART,
    MORE,
    KNOWN_IBAN,
    KNOWN_CLIENT,
    PAYER_NAME,
    NAME_RESEMBLES,
    IN_TIME,
    CURRENCY,
    BY_HAND,
)

NO_REFERENCE = "no_reference"
NO_SUCH_INVOICE = "no_such_invoice"
SEVERAL_INVOICES = "several_invoices"
SUM_DIFFERS = "sum_differs"
CURRENCY_DIFFERS = "currency_differs"
AMOUNT_DIFFERS = "amount_differs"
ALREADY_PAID = "already_paid"
NOT_OPEN = "not_open"
OTHER_PAYER = "other_payer"
WEAK_NUMBER = "weak_number"
CREDIT = "credit"
TAKEN_BACK = "taken_back"
# Only said of a suggestion: the payment may name nothing at all, or another invoice.
NOT_NAMED = "not_named"
UNMATCHED_REASONS = (
    NO_REFERENCE,
    NO_SUCH_INVOICE,
    SEVERAL_INVOICES,
    SUM_DIFFERS,
    CURRENCY_DIFFERS,
    AMOUNT_DIFFERS,
    ALREADY_PAID,
    NOT_OPEN,
    OTHER_PAYER,
    WEAK_NUMBER,
    CREDIT,
    TAKEN_BACK,
)
Evidence = dict[str, str]


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment. `amount` is what of it is free; `named` are the numbers in its reference with the way in
    which each is written, `carried` those in its end-to-end id.

    `client` is whose it is known to be (`client_by` says by what: KNOWN_CLIENT, KNOWN_IBAN); `namesake` the
    only client that bears the payer's name. `fits_another`: the client of an invoice that is named and owes
    another amount owes just this one elsewhere.
    """

    amount: Decimal
    currency: str
    named: Mapping[str, str] = field(default_factory=dict)
    carried: frozenset[str] = frozenset()
    payer_name: str = ""
    payer_iban: str = ""
    received_on: date | None = None
    client: UUID | None = None
    client_by: str = KNOWN_CLIENT
    namesake: UUID | None = None
    fits_another: bool = False

    @property
    def numbers(self) -> set[str]:
        """All invoices to look for."""
        return {*self.named, *self.carried}


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice with its stored state and what is still outstanding. `client` is the company's or the
    person's id, after merges the one that was kept.
    """

    id: UUID
    number: str
    state: str
    currency: str
    outstanding: Decimal
    kind: str = "invoice"
    client: UUID | None = None
    buyer_name: str = ""
    issued_on: date | None = None

    @property
    def objection(self) -> str:
        """Why it takes no money at all; "" when it does."""
        if self.state != ISSUED or self.kind not in OWED_KINDS:
            return NOT_OPEN
        return ALREADY_PAID if self.outstanding <= 0 else ""


def numbers_of(reference: str, end_to_end_id: str) -> tuple[dict[str, str], frozenset[str]]:
    """What a payment's texts name: in the reference with the way of each, in the end-to-end id only whole."""
    named = read_numbers(reference) if reference else {}
    carried = (
        frozenset(number for number, way in read_numbers(end_to_end_id).items() if way == WAYS[0])
        if end_to_end_id
        else frozenset()
    )
    return named, carried
