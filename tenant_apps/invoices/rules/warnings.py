"""What an accountant would object to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared_apps.core.bulgaria.eik import is_valid_eik
from shared_apps.core.bulgaria.iban import is_valid_iban
from shared_apps.core.bulgaria.vat import is_valid_vat_number

BULGARIAN_VAT_RATES = frozenset({Decimal(20), Decimal(9), Decimal(0), None})
EURO_SINCE = date(2026, 1, 1)
# чл. 113, ал. 4 ЗДДС: an invoice is issued within five days of the tax event.
DAYS_FROM_TAX_EVENT = 5


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
