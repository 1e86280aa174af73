"""VAT numbers of Bulgaria and of the other members of the European Union."""

import re

from stdnum.bg import vat as bulgarian
from stdnum.eu import vat as european

_SEPARATORS = re.compile(r"[\s.\-]+")
# Numbers of the scheme for small businesses end in -EX.
_SMALL_BUSINESS = re.compile(r"[\s.\-]*EX$")


def normalize_vat_number(text: str) -> str:
    """Write a VAT number as registers do: "bg 175074752" → "BG175074752"; a final "-EX" stays."""
    number = text.strip().upper()
    bare = _SMALL_BUSINESS.sub("", number)
    suffix = "-EX" if bare != number else ""
    return _SEPARATORS.sub("", bare) + suffix


def is_valid_vat_number(text: str) -> bool:
    """Check a number that starts with its country: Bulgarian ones by Bulgarian rules, else those of the EU.

    A number without a country, or of a country outside the EU, is not valid.
    """
    number = normalize_vat_number(text).removesuffix("-EX")
    if not (number.isascii() and number.isalnum()):
        return False
    if number.startswith("BG"):
        return bulgarian.is_valid(number) and bool(number[2:].strip("0"))
    return number[:2] not in {"EU", "IM"} and european.is_valid(number)
