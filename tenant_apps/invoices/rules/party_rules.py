"""Rules about seller and buyer: who they are, and how they are registered."""

from shared_apps.core.bulgaria.eik import is_valid_eik
from shared_apps.core.bulgaria.iban import is_valid_iban
from shared_apps.core.bulgaria.vat import is_valid_vat_number, normalize_vat_number
from shared_apps.core.bulgaria.vat_treatments import EU_COUNTRIES
from tenant_apps.invoices.rules.facts import BuyerFacts, DocumentFacts, SellerFacts
from tenant_apps.invoices.rules.problems import Problem, Problems, Severity

SMALL_BUSINESS_ENDING = "-EX"
# Supplies to a business of another member state, which only its VAT number makes so.
UNION_CODES = frozenset({"eu_goods", "eu_services", "triangular"})
# чл. 53, ал. 1 ЗДДС: goods leave without VAT only to a number that holds.
CONSULTED_CODES = frozenset({"eu_goods"})


def has_trader(facts: DocumentFacts) -> bool:
    return facts.is_taxed and not facts.buyer.is_consumer


def has_bulgarian_trader(facts: DocumentFacts) -> bool:
    return has_trader(facts) and facts.buyer.is_at_home


def supplies_to_the_union(facts: DocumentFacts) -> bool:
    return facts.is_taxed and bool(facts.codes & UNION_CODES)


def seller(facts: DocumentFacts) -> Problems:
    if not facts.seller.name.strip():
        yield Problem("seller_name_missing", "organization.legal_name")
    yield from _address("seller", "organization", facts.seller)


def seller_eik(facts: DocumentFacts) -> Problems:
    if not facts.seller.eik.strip():
        yield Problem("seller_eik_missing", "organization.eik")
    elif not is_valid_eik(facts.seller.eik):
        yield Problem("seller_eik_invalid", "organization.eik")


def seller_vat_number(facts: DocumentFacts) -> Problems:
    """A VAT number if and only if registered; one of the Union's scheme for small businesses ends in -EX."""
    number, where = normalize_vat_number(facts.seller.vat_number), "organization.vat_number"
    of_scheme = number.endswith(SMALL_BUSINESS_ENDING)
    if facts.seller.is_vat_registered and not number:
        yield Problem("seller_vat_number_missing", where)
    elif number and not facts.seller.is_vat_registered and not of_scheme:
        yield Problem("seller_vat_number_unexpected", where)
    elif number and not (is_valid_vat_number(number) and number[:2] == (facts.seller.country or "BG")):
        yield Problem("seller_vat_number_invalid", where)
    elif "small_business" in facts.codes and not of_scheme:
        yield Problem("seller_scheme_number_missing", where)


def buyer(facts: DocumentFacts) -> Problems:
    """The name of a consumer is enough, and so it is on a proforma."""
    if not facts.buyer.name.strip():
        yield Problem("buyer_name_missing", "client.name")
    if has_trader(facts):
        yield from _address("buyer", "client", facts.buyer)


def buyer_eik(facts: DocumentFacts) -> Problems:
    if not facts.buyer.eik.strip():
        yield Problem("buyer_eik_missing", "client.eik")
    elif not is_valid_eik(facts.buyer.eik):
        yield Problem("buyer_eik_invalid", "client.eik")


def buyer_vat_number(facts: DocumentFacts) -> Problems:
    """A number that is given is right where it can be checked; some supplies need one."""
    number = normalize_vat_number(facts.buyer.vat_number)
    if number and _is_of_union(facts.buyer) and not is_valid_vat_number(number):
        yield Problem("buyer_vat_number_invalid", "client.vat_number")
    elif not number and facts.codes & (UNION_CODES | {"reverse_charge"}):
        yield Problem("buyer_vat_number_missing", "client.vat_number")
    elif number.startswith("BG") and facts.codes & UNION_CODES:
        yield Problem("buyer_vat_number_at_home", "client.vat_number")


def vies(facts: DocumentFacts) -> Problems:
    severity = Severity.ERROR if facts.codes & CONSULTED_CODES else Severity.WARNING
    if not facts.vies_number.strip():
        yield Problem("vies_number_missing", "vies_number", severity)
    elif facts.vies_checked_on is None:
        yield Problem("vies_day_missing", "vies_checked_on", severity)
    elif facts.vies_checked_on > facts.today:
        yield Problem("vies_day_in_future", "vies_checked_on", severity)


def responsible_person(facts: DocumentFacts) -> Problems:
    if not facts.seller.responsible_person.strip():
        yield Problem("responsible_person_missing", "organization.responsible_person")


def iban(facts: DocumentFacts) -> Problems:
    """A wrong one is worse than none: money goes astray."""
    if facts.seller.iban.strip() and not is_valid_iban(facts.seller.iban):
        yield Problem("iban_invalid", "organization.iban")
    elif not facts.seller.iban.strip() and facts.payment_method == "bank_transfer":
        yield Problem("iban_missing", "organization.iban", Severity.WARNING)


def _address(side: str, where: str, party: SellerFacts | BuyerFacts) -> Problems:
    if not party.address.strip() and not party.city.strip():
        yield Problem(f"{side}_address_missing", f"{where}.address")
    elif not party.address.strip():
        yield Problem(f"{side}_street_missing", f"{where}.address", Severity.WARNING)


def _is_of_union(party: BuyerFacts) -> bool:
    """Whether the number can be checked: those of third countries follow rules of their own."""
    return party.country in {"", *EU_COUNTRIES}
