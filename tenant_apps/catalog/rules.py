"""What a price and a VAT rate may be. Pure."""

from decimal import Decimal

PRICE_PLACES, RATE_PLACES = 4, 2
HIGHEST_PRICE = Decimal(10**10)
HIGHEST_RATE = Decimal(100)


def is_price(value: Decimal) -> bool:
    """From 0, below ten thousand million, with at most four decimals."""
    return value.is_finite() and 0 <= value < HIGHEST_PRICE and has_places(value, PRICE_PLACES)


def is_vat_rate(value: Decimal) -> bool:
    """From 0 to 100 percent, with at most two decimals."""
    return value.is_finite() and 0 <= value <= HIGHEST_RATE and has_places(value, RATE_PLACES)


def has_places(value: Decimal, places: int) -> bool:
    """Say whether the finite `value` needs no more than `places` decimals."""
    exponent = value.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= places


def with_places(value: Decimal, places: int) -> Decimal:
    """The same value written with exactly `places` decimals; it must not need more."""
    return value.quantize(Decimal(1).scaleb(-places))
