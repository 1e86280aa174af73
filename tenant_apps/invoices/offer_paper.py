"""What an offer says on paper: the page of an invoice with other words, and its optional lines apart."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tenant_apps.invoices.paper import InvoicePaper, PaperLine


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPaper:
    """A whole offer, ready to be written. `page` has the lines that are sure, and what they come to;
    `options` are the optional lines, each with whether the client chose it. `accepted_by` and `accepted_on`
    are empty until then, and `accepted_total` is with the chosen lines.
    """

    status: str
    page: InvoicePaper
    version: int
    sent_on: date | None
    valid_until: date | None
    prices_include_vat: bool
    discount_total: Decimal
    options: tuple[tuple[PaperLine, bool], ...] = ()
    advance_percent: Decimal = Decimal(0)
    accepted_total: Decimal | None = None
    accepted_by: str = ""
    accepted_on: date | None = None
