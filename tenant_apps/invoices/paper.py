"""What a document says on paper: plain values of the snapshot, and how figures are written."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date as babel_date

from tenant_apps.invoices.rules import ANNULLED, CREDIT_NOTE, INVOICE, ISSUED, VatGroup

IN_CASH = "cash"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Seller or buyer as the document names them; `country` is ISO 3166 alpha-2, empty texts are left out."""

    name: str
    address: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    eik: str = ""
    vat_number: str = ""
    responsible_person: str = ""
    email: str = ""
    phone: str = ""

    @property
    def address_lines(self) -> tuple[str, ...]:
        """Return the street, then postal code and city, as far as they are known."""
        return tuple(line for line in (self.address, f"{self.postal_code} {self.city}".strip()) if line)


@dataclass(frozen=True, slots=True)
class Reference:
    """Another document that this one names: its number, and the day of its issue."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class InEuro:
    """What a document in another currency comes to in euro: one euro is `rate` of it, as of the day `on`."""

    rate: Decimal
    on: date
    net: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Basis:
    """Why a group of lines bears the VAT that it bears: the legal basis, and the words that the law wants to
    read; Bulgarian and English.
    """

    key: tuple[Decimal | None, str]
    basis: str
    basis_en: str
    mark: str = ""
    mark_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """One line: discount and rate in percent, a rate of None bears no VAT.

    `unit_price` and `amount` are as the document prices, net of VAT or with it; without `amount` it is `net`.
    `deducts` is the advance invoice that the line takes off.
    """

    description: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    amount: Decimal | None = None
    unit: str = ""
    discount_percent: Decimal = Decimal(0)
    vat_rate: Decimal | None = None
    deducts: Reference | None = None

    @property
    def priced(self) -> Decimal:
        """Return the line as the document prices it."""
        return self.net if self.amount is None else self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePaper:
    """A whole document of `rules.KINDS`, ready to be written; `state` is one of `rules.STATES`.

    A draft has no number. `payment_method` is a code of `models.PaymentMethod`, or empty. `accent` is a
    colour such as "#1d4ed8", or empty.
    """

    state: str
    number: str | None
    issue_date: date | None
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[PaperLine, ...]
    groups: tuple[VatGroup, ...]
    net_total: Decimal
    vat_total: Decimal
    total: Decimal
    kind: str = INVOICE
    is_advance: bool = False
    prices_include_vat: bool = False
    discount_percent: Decimal = Decimal(0)
    discount_total: Decimal = Decimal(0)
    amends: Reference | None = None
    amend_reason: str = ""
    bases: tuple[Basis, ...] = ()
    in_euro: InEuro | None = None
    tax_event_date: date | None = None
    due_date: date | None = None
    vies_number: str = ""
    vies_checked_on: date | None = None
    payment_method: str = ""
    iban: str = ""
    bic: str = ""
    payment_url: str = ""
    notes: str = ""
    compiled_by: str = ""
    logo: bytes | None = None
    accent: str = ""

    @property
    def asks_for_money(self) -> bool:
        """Say whether such a document, once issued, says how it is paid: a credit note does not."""
        return self.kind != CREDIT_NOTE and self.state != ANNULLED

    @property
    def can_be_paid(self) -> bool:
        """Say whether the paper asks for money now: a draft, a credit note or an annulled one does not."""
        return self.kind != CREDIT_NOTE and self.state == ISSUED and self.total > 0

    @property
    def shown_iban(self) -> str:
        """Return the account that the money goes to; empty where none does, or in cash."""
        return self.iban if self.asks_for_money and self.payment_method != IN_CASH else ""

    @property
    def has_discounts(self) -> bool:
        """Say whether any line needs the column of discounts."""
        return any(line.discount_percent for line in self.lines)

    @property
    def priced_total(self) -> Decimal:
        """Return what the lines come to as they are priced, before the discount off the whole document."""
        return sum((line.priced for line in self.lines), Decimal("0.00"))

    @property
    def discount(self) -> Decimal:
        """Return what comes off the whole document, in its own way of pricing."""
        if not self.discount_total:
            return Decimal("0.00")
        return self.priced_total - self.total if self.prices_include_vat else self.discount_total


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnulmentPaper:
    """The protocol of an annulment (чл. 116, ал. 4 ЗДДС). `heading` is the Bulgarian name of the annulled
    document, `annulled_at` in the organization's zone; without a replacement its number is empty.
    """

    heading: str
    number: str
    issue_date: date
    currency: str
    total: Decimal
    seller: Party
    buyer: Party
    reason: str
    annulled_at: datetime
    annulled_by: str
    replacement_number: str = ""
    replacement_date: date | None = None


def write_amount(amount: Decimal, language: str, most_places: int = 2) -> str:
    """Write 1234.5 as "1 234,50" in Bulgarian, else "1,234.50", with more decimals if used."""
    places = max(2, min(most_places, -int(amount.normalize().as_tuple().exponent)))
    return _in_language(f"{amount:,.{places}f}", language)


def write_number(number: Decimal, language: str) -> str:
    """Write a quantity or a percent without idle zeros: 2.500 → "2,5"."""
    text = f"{number:,f}"
    return _in_language(text.rstrip("0").rstrip(".") if "." in text else text, language)


def write_day(day: date, language: str) -> str:
    """Write a day as "15.03.2026" in Bulgarian, else "15 Mar 2026"."""
    return babel_date(day, "dd.MM.yyyy" if language == "bg" else "d MMM yyyy", locale=language)


def _in_language(figures: str, language: str) -> str:
    if language != "bg":
        return figures
    return figures.replace(",", NO_BREAK_SPACE).replace(".", ",")
