"""Which invoice a payment names, and whether the two may be linked without asking anybody.

A number counts only as a whole token. IBANs, dates, times and amounts are blanked out of a reference first;
what is left is read as digit runs, and one that touches a letter or another digit of any script is no number.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

NUMBER_LENGTH = 10
ISSUED = "issued"

NO_REFERENCE = "no_reference"
NO_SUCH_INVOICE = "no_such_invoice"
SEVERAL_INVOICES = "several_invoices"
CURRENCY_DIFFERS = "currency_differs"
AMOUNT_DIFFERS = "amount_differs"
ALREADY_PAID = "already_paid"
NOT_OPEN = "not_open"
TAKEN_BACK = "taken_back"
UNMATCHED_REASONS = (
    NO_REFERENCE,
    NO_SUCH_INVOICE,
    SEVERAL_INVOICES,
    CURRENCY_DIFFERS,
    AMOUNT_DIFFERS,
    ALREADY_PAID,
    NOT_OPEN,
    TAKEN_BACK,
)

# Stands where another number stood, so that its neighbours do not come to touch.
_BLANK = "|"
_WHOLE_RUN = re.compile(r"[0-9]+")
_YEAR = r"(?:19|20)[0-9]{2}"
_MONTH = (
    r"(?:януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември"
    r"|ян|яну|фев|мар|апр|авг|сеп|септ|окт|ное|дек"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)"
)
_ORDINAL = r"(?:\s?-?\s?(?:ти|ри|ви|st|nd|rd|th))"
_CURRENCY = r"(?:лв|лева|лев|евро|euros?|eur|bgn|usd|gbp|€|\$|£)"
_CURRENCY_BEFORE = rf"(?<![^\W_]){_CURRENCY}\s?"
_CURRENCY_AFTER = rf"\s?{_CURRENCY}(?![^\W_])"
_GROUPED = r"[1-9][0-9]{0,2}(?:[\s.,'’][0-9]{3})+"
_WITH_CENTS = rf"(?:{_GROUPED}|0|[1-9][0-9]*)[.,][0-9]{{1,2}}(?![0-9]|[.,][0-9])"
_WHOLE_AMOUNT = rf"(?:{_GROUPED}|[1-9][0-9]{{0,8}})(?![0-9])"

# Written together, the digits of an IBAN touch its letters; these are its spaced and wrapped forms.
_BULGARIAN_IBAN = (
    r"\bBG[\s.-]?(?:[0-9][\s.-]?){2}(?:[A-Z][\s.-]?){4}(?:[0-9][\s.-]?){6}(?:[A-Z0-9][\s.-]?){7}[A-Z0-9]"
    r"(?![^\W_])"
)
_IBAN_IN_FOURS = r"\b[^\W\d_]{2}[0-9]{2}(?:[\s.-][^\W_]{4}(?![^\W_])){2,7}(?:[\s.-][^\W_]{1,3}(?![^\W_]))?"

_OTHER_NUMBERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _BULGARIAN_IBAN,
        _IBAN_IN_FOURS,
        # 2026-03-15; 15.03.2026, 15/3/26, 15. 03. 2026; 12:30, 12:30:59
        rf"(?<![0-9]){_YEAR}([-./])[0-9]{{1,2}}\1[0-9]{{1,2}}(?![0-9])",
        rf"(?<![0-9])[0-9]{{1,2}}([-./])\s?[0-9]{{1,2}}\1\s?(?:{_YEAR}|[0-9]{{2}})(?![0-9])",
        r"(?<![0-9])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9])",
        # March 15, 2026; 15 март 2026, 15-ти март, мар. 2026
        rf"\b{_MONTH}\b\.?\s[0-9]{{1,2}}{_ORDINAL}?,\s?{_YEAR}(?![0-9])",
        rf"(?<![0-9])(?:[0-9]{{1,2}}{_ORDINAL}?\.?\s)?\b{_MONTH}\b\.?(?:\s?,?\s?{_YEAR}(?![0-9]))?",
        # a month of a year: 03/2026, 2026-03; a day of a month: 15/03
        rf"(?<![0-9])(?:0?[1-9]|1[0-2])[-./]{_YEAR}(?![0-9])",
        rf"(?<![0-9]){_YEAR}[-./](?:0[1-9]|1[0-2])(?![0-9])",
        r"(?<![0-9])(?:0[1-9]|[12][0-9]|3[01])/(?:0[1-9]|1[0-2])(?![0-9/])",
        # the year of a number: 123/2026; a year that says so: 2026 г.
        rf"(?<=[0-9])(?<!19[0-9]{{2}})(?<!20[0-9]{{2}})/{_YEAR}(?![0-9])",
        rf"(?<![0-9]){_YEAR}\s?(?:г\b|год|year)",
        # 120.00, 1 234,56 лв.; 120 EUR, 1 234 лв.; € 120; 20 %
        rf"(?:{_CURRENCY_BEFORE})?(?<![0-9])(?<![0-9][.,]){_WITH_CENTS}(?:{_CURRENCY_AFTER})?",
        rf"(?<![0-9]){_WHOLE_AMOUNT}{_CURRENCY_AFTER}",
        rf"{_CURRENCY_BEFORE}{_WHOLE_AMOUNT}",
        r"(?<![0-9])[0-9]{1,3}\s?%",
    )
)
# Sections, versions, amounts without cents: 1.2, 10.0.0.1, 1.234. Only full numbers survive in such a row.
_JOINED = re.compile(r"(?<![0-9])[0-9]+(?:[.,'’][0-9]+)+")
_ONLY_FULL = re.compile(r"(?<![0-9])(?![0-9]{10}(?![0-9]))[0-9]+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Invoice numbers read in a reference: written in full, or without leading zeros (here padded again)."""

    full: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()

    @property
    def numbers(self) -> frozenset[str]:
        """Return the ten-digit numbers to look for. A full number silences the short ones."""
        return self.full or self.short


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment as matching sees it; `amount` is what of it is not allocated yet."""

    amount: Decimal
    currency: str
    reference: str


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice as matching sees it, with its stored state and what is still outstanding."""

    id: UUID
    number: str
    state: str
    currency: str
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class Link:
    """Allocate `amount` to the invoice; `evidence` is JSON: the signals that agree, each with its value."""

    invoice_id: UUID
    amount: Decimal
    evidence: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Leave the payment to a human; `reason` is one of UNMATCHED_REASONS."""

    reason: str


Decision = Link | Unmatched


def invoice_number_tokens(reference: str) -> Tokens:
    """Read the invoice numbers that a reference names as whole tokens."""
    text = _without_other_numbers(_visible(reference))
    runs = {run.group() for run in _WHOLE_RUN.finditer(text) if _stands_alone(text, run)}
    numbers = {run for run in runs if _may_be_a_number(run)}
    full = frozenset(run for run in numbers if len(run) == NUMBER_LENGTH)
    short = frozenset(run.zfill(NUMBER_LENGTH) for run in numbers) if not full else frozenset()
    return Tokens(full, short)


def decide(payment: PaymentFacts, named: Iterable[InvoiceFacts]) -> Decision:
    """Link only if the reference names exactly one invoice, open, of the same currency, owing that amount.

    Invoices that the reference does not name are passed over, whoever put them into `named`.
    """
    numbers = invoice_number_tokens(payment.reference).numbers
    if not numbers:
        return Unmatched(NO_REFERENCE)
    invoices = {invoice.id: invoice for invoice in named if invoice.number in numbers}
    if not invoices:
        return Unmatched(NO_SUCH_INVOICE)
    if len(invoices) > 1:
        return Unmatched(SEVERAL_INVOICES)
    (invoice,) = invoices.values()
    objection = _objection(payment, invoice)
    return Unmatched(objection) if objection else Link(invoice.id, payment.amount, _evidence(invoice))


def _objection(payment: PaymentFacts, invoice: InvoiceFacts) -> str | None:
    if invoice.state != ISSUED:
        return NOT_OPEN
    if invoice.outstanding <= 0:
        return ALREADY_PAID
    if invoice.currency != payment.currency:
        return CURRENCY_DIFFERS
    return AMOUNT_DIFFERS if invoice.outstanding != payment.amount else None


def _evidence(invoice: InvoiceFacts) -> list[dict[str, str]]:
    return [
        {"signal": "invoice_number", "value": invoice.number},
        {"signal": "amount_equals_outstanding", "value": str(invoice.outstanding)},
        {"signal": "currency", "value": invoice.currency},
    ]


def _may_be_a_number(run: str) -> bool:
    """All ten digits, or none of the leading zeros: `000 021` is more often a piece of a telephone number."""
    return bool(run.strip("0")) and (
        len(run) == NUMBER_LENGTH or (len(run) < NUMBER_LENGTH and run[0] != "0")
    )


def _visible(text: str) -> str:
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def _without_other_numbers(text: str) -> str:
    for pattern in _OTHER_NUMBERS:
        text = pattern.sub(_BLANK, text)
    return _JOINED.sub(lambda joined: _ONLY_FULL.sub(_BLANK, joined.group()), text)


def _stands_alone(text: str, run: re.Match[str]) -> bool:
    before, after = text[: run.start()][-1:], text[run.end() :][:1]
    return not any(side.isalnum() or unicodedata.category(side)[0] == "M" for side in (before, after) if side)
