"""Numbers as people type them. The line editor's script reads them by the same rules."""

import re
from decimal import Decimal

from django.utils.translation import get_language

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_SPACES = re.compile(r"[\s'’]")


def plain_number(text: str) -> str | None:
    """`1 234,50` or `1,234.50` → `1234.50`, None for no number. The last comma or dot is the decimal one."""
    plain = _SPACES.sub("", text)
    comma, dot = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and dot >= 0:
        plain = plain.replace("." if comma > dot else ",", "")
    plain = plain.replace(",", ".", 1)
    return plain if _DECIMAL.fullmatch(plain) else None


def written(value: Decimal, least_places: int = 0) -> str:
    """The number as its reader would type it, `120,00`; no idle zeros beyond `least_places` decimals."""
    whole, _dot, fraction = f"{value:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(least_places, "0")
    separator = "," if (get_language() or "bg").startswith("bg") else "."
    return f"{whole}{separator}{fraction}" if fraction else whole
