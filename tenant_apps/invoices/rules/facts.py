"""What the rules of documents look at: plain facts of seller, buyer, lines and the document itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tenant_apps.invoices.rules.states import DRAFT, NOTES, PROFORMA, TAX_KINDS
from tenant_apps.invoices.rules.totals import ZERO, GroupKey, VatGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerFacts:
    """The organization as the document names it; `country` is ISO 3166 alpha-2."""

    name: str
    address: str
    eik: str
    vat_number: str
    is_vat_registered: bool
    iban: str
    city: str = ""
    country: str = "BG"
    responsible_person: str = ""
    compiled_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerFacts:
    """The addressee; a consumer is a person who buys for themselves. `country` is empty while unknown."""

    name: str
    address: str
    country: str
    eik: str
    vat_number: str
    city: str = ""
    is_consumer: bool = False

    @property
    def is_at_home(self) -> bool:
        """Whether the buyer is Bulgarian, as far as it is known."""
        return self.country in {"", "BG"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """One line as it stands. `net` is what it adds to its VAT group, `deducts` the number of the advance
    invoice that it takes off.
    """

    description: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    vat_rate: Decimal | None
    vat_code: str
    unit: str = ""
    discount_percent: Decimal = ZERO
    deducts: str = ""

    @property
    def key(self) -> GroupKey:
        """The VAT group that the line belongs to."""
        return (self.vat_rate, self.vat_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFacts:
    """What came just before in the series of numbers: nothing before its first one. `has_gap` when the
    number before this one is on no document.
    """

    previous_number: str = ""
    previous_day: date | None = None
    has_gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalFacts:
    """The invoice that a note amends. `groups` are what it charged, `left` what notes may still take beside
    the one in question; `taxed_on` is its tax event.
    """

    number: str
    issue_date: date
    taxed_on: date
    currency: str
    is_issued: bool
    groups: Mapping[GroupKey, VatGroup]
    left: Mapping[GroupKey, VatGroup]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """A whole document with its parties. Of a draft `number` is empty and `issue_date` the day on which it
    would be issued; `today` is the day of issue, or of asking, in the organization's zone. `heading`, `stamp`
    and `marks` are what the paper prints.
    """

    kind: str
    state: str
    seller: SellerFacts
    buyer: BuyerFacts
    lines: tuple[LineFacts, ...]
    groups: tuple[VatGroup, ...]
    currency: str
    issue_date: date
    today: date
    net_total: Decimal
    vat_total: Decimal
    total: Decimal
    heading: str
    number: str = ""
    stamp: str = ""
    marks: frozenset[str] = frozenset()
    tax_event_date: date | None = None
    due_date: date | None = None
    prices_include_vat: bool = False
    supply: str = ""
    payment_method: str = ""
    vies_number: str = ""
    vies_checked_on: date | None = None
    exchange_rate: Decimal | None = None
    exchange_rate_on: date | None = None
    language: str = "bg"
    amend_reason: str = ""
    annul_reason: str = ""
    series: SeriesFacts = field(default_factory=SeriesFacts)
    original: OriginalFacts | None = None

    @property
    def is_taxed(self) -> bool:
        """Whether the VAT act asks anything of it."""
        return self.kind in TAX_KINDS

    @property
    def is_note(self) -> bool:
        return self.kind in NOTES

    @property
    def is_proforma(self) -> bool:
        return self.kind == PROFORMA

    @property
    def is_draft(self) -> bool:
        return self.state == DRAFT

    @property
    def taxed_on(self) -> date:
        """The day whose law holds: the tax event's; for a note that of the invoice it amends."""
        return self.original.taxed_on if self.original else self.tax_event_date or self.issue_date

    @property
    def codes(self) -> frozenset[str]:
        """The treatments of its lines."""
        return frozenset(line.vat_code for line in self.lines)
