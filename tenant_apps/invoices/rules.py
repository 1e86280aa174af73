"""Arithmetic and decisions of invoices: totals, states, statuses, due dates, warnings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from shared_apps.core.bulgaria.eik import is_valid_eik
from shared_apps.core.bulgaria.iban import is_valid_iban
from shared_apps.core.bulgaria.vat import is_valid_vat_number
from shared_apps.core.money import line_net, round_half_up

ZERO = Decimal("0.00")

# States are stored; whatever else a status says follows from money and dates.
DRAFT, ISSUED, ANNULLED = "draft", "issued", "annulled"
STATES = (DRAFT, ISSUED, ANNULLED)
TRANSITIONS: Mapping[str, frozenset[str]] = {
    DRAFT: frozenset({ISSUED}),
    ISSUED: frozenset({ANNULLED}),
    ANNULLED: frozenset(),
}
PAID, OVERDUE, PARTLY_PAID, SENT = "paid", "overdue", "partly_paid", "sent"
STATUSES = (DRAFT, ISSUED, SENT, PARTLY_PAID, PAID, OVERDUE, ANNULLED)

BULGARIAN_VAT_RATES = frozenset({Decimal(20), Decimal(9), Decimal(0), None})
EURO_SINCE = date(2026, 1, 1)
# чл. 113, ал. 4 ЗДДС: an invoice is issued within five days of the tax event.
DAYS_FROM_TAX_EVENT = 5


@dataclass(frozen=True, slots=True)
class LineInput:
    """One line: its price is net of VAT, discount and rate are percents, a rate of None is no VAT."""

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    vat_rate: Decimal | None = None

    @property
    def net(self) -> Decimal:
        """Return the line's value before VAT, to the cent."""
        return line_net(self.quantity, self.unit_price, self.discount_percent)


@dataclass(frozen=True, slots=True)
class VatGroup:
    """All lines of one rate: their tax base and the VAT on it. A rate of None bears no VAT at all."""

    rate: Decimal | None
    base: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """What a document comes to: groups by falling rate with "no VAT" last, line nets in line order."""

    net_total: Decimal
    vat_total: Decimal
    total: Decimal
    groups: tuple[VatGroup, ...]
    line_nets: tuple[Decimal, ...]


def usual_rate(is_vat_registered: bool) -> Decimal | None:
    """The VAT rate of a line of which nobody said another: the standard one, or none."""
    return Decimal("20.00") if is_vat_registered else None


def compute_totals(lines: Iterable[LineInput]) -> Totals:
    """Round each line's net, add the nets per rate, take VAT once per rate, half up to the cent."""
    lines = tuple(lines)
    line_nets = tuple(line.net for line in lines)
    bases: dict[Decimal | None, Decimal] = {}
    for line, net in zip(lines, line_nets, strict=True):
        bases[line.vat_rate] = bases.get(line.vat_rate, ZERO) + net
    groups = tuple(_vat_group(rate, bases[rate]) for rate in sorted(bases, key=_falling_rate))
    net_total = sum(line_nets, ZERO)
    vat_total = sum((group.vat for group in groups), ZERO)
    return Totals(net_total, vat_total, net_total + vat_total, groups, line_nets)


def may_become(state: str, new_state: str) -> bool:
    """Say whether an invoice in `state` may pass into `new_state`."""
    return new_state in TRANSITIONS[state]


def outstanding(*, state: str, total: Decimal, paid_total: Decimal) -> Decimal:
    """Return what the client still owes: nothing on a draft or an annulled invoice, never below zero."""
    return max(total - paid_total, ZERO) if state == ISSUED else ZERO


def status_of(
    *,
    state: str,
    total: Decimal,
    paid_total: Decimal,
    sent_at: datetime | None,
    due_date: date | None,
    on: date,
) -> str:
    """Return the status `on` a day: the first of annulled, paid, overdue, partly paid, sent, issued, draft.

    An issued invoice that comes to nothing owes nothing, so it is paid. Overdue starts on the day after the
    due date.
    """
    if state != ISSUED:
        return state
    if paid_total >= total:
        return PAID
    if due_date is not None and due_date < on:
        return OVERDUE
    if paid_total > 0:
        return PARTLY_PAID
    return ISSUED if sent_at is None else SENT


def default_due_date(issue_date: date, payment_term_days: int) -> date:
    """Return the day by which to pay: the term counts from the day after issue, 0 means at once."""
    return issue_date + timedelta(days=payment_term_days)


@dataclass(frozen=True, slots=True)
class SellerFacts:
    """What a warning looks at in the profile of the organization."""

    name: str
    address: str
    eik: str
    vat_number: str
    is_vat_registered: bool
    iban: str


@dataclass(frozen=True, slots=True)
class BuyerFacts:
    """What a warning looks at in the addressee; a consumer is a person who buys for themselves."""

    name: str
    address: str
    country: str
    eik: str
    vat_number: str
    is_consumer: bool = False


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a warning looks at in the document itself."""

    currency: str
    issue_date: date
    tax_event_date: date | None
    due_date: date | None
    vat_rates: frozenset[Decimal | None]
    notes: str = ""


def warnings_for(seller: SellerFacts, buyer: BuyerFacts, document: DocumentFacts) -> list[str]:
    """Return codes of what an accountant would object to, seller first. They warn and never block."""
    return [*_seller_warnings(seller), *_buyer_warnings(buyer), *_document_warnings(seller, document)]


def _vat_group(rate: Decimal | None, base: Decimal) -> VatGroup:
    if rate is None:
        return VatGroup(None, base, ZERO)
    return VatGroup(round_half_up(rate), base, round_half_up(base * rate / 100))


def _falling_rate(rate: Decimal | None) -> tuple[bool, Decimal]:
    return (rate is None, -(rate or ZERO))


def _seller_warnings(seller: SellerFacts) -> Iterator[str]:
    yield from _missing("seller", name=seller.name, address=seller.address, eik=seller.eik, iban=seller.iban)
    if seller.eik.strip() and not is_valid_eik(seller.eik):
        yield "seller_eik_invalid"
    if seller.iban.strip() and not is_valid_iban(seller.iban):
        yield "seller_iban_invalid"
    if seller.is_vat_registered and not seller.vat_number.strip():
        yield "seller_vat_number_missing"
    elif seller.vat_number.strip() and not seller.is_vat_registered:
        yield "seller_vat_number_unexpected"
    elif seller.vat_number.strip() and not is_valid_vat_number(seller.vat_number):
        yield "seller_vat_number_invalid"


def _buyer_warnings(buyer: BuyerFacts) -> Iterator[str]:
    yield from _missing("buyer", name=buyer.name)
    if buyer.is_consumer:
        return
    yield from _missing("buyer", address=buyer.address)
    if buyer.country in {"", "BG"}:
        yield from _bulgarian_trader_warnings(buyer.eik)
    if buyer.vat_number.strip() and not is_valid_vat_number(buyer.vat_number):
        yield "buyer_vat_number_invalid"


def _bulgarian_trader_warnings(eik: str) -> Iterator[str]:
    if not eik.strip():
        yield "buyer_eik_missing"
    elif not is_valid_eik(eik):
        yield "buyer_eik_invalid"


def _document_warnings(seller: SellerFacts, document: DocumentFacts) -> Iterator[str]:
    taxed = any(rate for rate in document.vat_rates)
    if taxed and not seller.is_vat_registered:
        yield "vat_without_registration"
    if document.vat_rates - BULGARIAN_VAT_RATES:
        yield "vat_rate_unusual"
    if document.vat_rates & {Decimal(0), None} and not document.notes.strip():
        yield "vat_basis_missing"
    if document.currency != "EUR" and document.issue_date >= EURO_SINCE:
        yield "currency_not_euro"
    yield from _date_warnings(document)


def _date_warnings(document: DocumentFacts) -> Iterator[str]:
    if document.tax_event_date and (document.issue_date - document.tax_event_date).days > DAYS_FROM_TAX_EVENT:
        yield "issued_late"
    if document.due_date and document.due_date < document.issue_date:
        yield "due_before_issue"


def _missing(side: str, **fields: str) -> Iterator[str]:
    return (f"{side}_{field}_missing" for field, value in fields.items() if not value.strip())


def are_different_buyers(one: Iterable[tuple[str, str]], other: Iterable[tuple[str, str]]) -> bool:
    """Whether the (EIK, VAT number) pairs on two clients' documents tell that they are two: both bear numbers
    of one kind, and none in common. A Bulgarian VAT number holds the EIK.
    """
    mine, theirs = _numbers(one), _numbers(other)
    return any(a and b and not a & b for a, b in zip(mine, theirs, strict=True))


def _numbers(pairs: Iterable[tuple[str, str]]) -> tuple[set[str], set[str]]:
    eiks, vat_numbers = set(), set()
    for eik, vat_number in pairs:
        eiks |= {eik, vat_number.removeprefix("BG") if vat_number.startswith("BG") else ""} - {""}
        vat_numbers |= {vat_number} - {""}
    return eiks, vat_numbers
