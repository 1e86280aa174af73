"""Countries by their ISO 3166 alpha-2 codes, named in the reader's language."""

from functools import lru_cache

from babel import Locale

from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.formats import locale_of

# Codes that Babel names and ISO does not give to a country.
_NO_COUNTRIES = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ")
)


@lru_cache(maxsize=4)
def _names(locale: str) -> dict[str, str]:
    named = {str(code): str(name) for code, name in Locale.parse(locale).territories.items()}
    countries = {code for code in named if len(code) == 2 and code.isalpha()} - _NO_COUNTRIES
    return {code: named[code] for code in countries}


def is_country(code: str) -> bool:
    """Say whether `code` (upper case, two letters) is a country's."""
    return code in _names("en_GB")


def country_name(code: str, language: str | None = None) -> str:
    """The country's name in `language`, or the reader's; the bare code for one that is not known."""
    return _names(locale_of(language)).get(code, code)


def country_choices(language: str | None = None) -> list[tuple[str, str]]:
    """Pairs of code and name for a select: Bulgaria first, then by the alphabet of the language."""
    locale = locale_of(language)
    in_alphabet = str.casefold if locale.startswith("bg") else fold
    return sorted(_names(locale).items(), key=lambda pair: (pair[0] != "BG", in_alphabet(pair[1])))
