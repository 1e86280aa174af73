"""What an invoice says on paper: plain values of the snapshot, and how figures are written."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date as babel_date

from tenant_apps.invoices.rules import ISSUED, VatGroup

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """One line: the price net of VAT, discount and rate in percent, a rate of None bears no VAT."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    unit: str = ""
    discount_percent: Decimal = Decimal(0)
    vat_rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePaper:
    """A whole invoice, ready to be written; `state` is one of `rules.STATES`, a draft has no number."""

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
    tax_event_date: date | None = None
    due_date: date | None = None
    payment_method: str = ""
    iban: str = ""
    bic: str = ""
    payment_url: str = ""
    notes: str = ""
    compiled_by: str = ""
    logo: bytes | None = None

    @property
    def can_be_paid(self) -> bool:
        """Say whether the paper asks for money: a draft or an annulled invoice does not."""
        return self.state == ISSUED and self.total > 0

    @property
    def has_discounts(self) -> bool:
        """Say whether any line needs the column of discounts."""
        return any(line.discount_percent for line in self.lines)


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
