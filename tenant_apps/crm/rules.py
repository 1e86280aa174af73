"""What makes the details of a company well formed. Pure."""

from shared_apps.core.bulgaria.eik import is_valid_eik
from shared_apps.core.bulgaria.vat import is_valid_vat_number, normalize_vat_number

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_COUNTRIES = frozenset(_EU.split())
_VAT_PREFIXES = {"GR": "EL"}


def written_vat_number(number: str, country: str) -> str:
    """The number as registers write it; bare digits get the prefix of a country of the EU."""
    written = normalize_vat_number(number)
    if country in EU_COUNTRIES and written[:1].isdigit():
        return _VAT_PREFIXES.get(country, country) + written
    return written


def is_acceptable_vat_number(number: str, country: str) -> bool:
    """Checked where the EU has a rule for it; a number of another country is taken as it is typed."""
    return country not in EU_COUNTRIES or is_valid_vat_number(number)


def is_acceptable_eik(eik: str, country: str) -> bool:
    """Checked for Bulgaria; elsewhere the register number has another shape."""
    return country != "BG" or is_valid_eik(eik)
