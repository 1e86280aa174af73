"""Amounts as Stripe counts them: whole numbers of the currency's smallest part."""

from decimal import Decimal

# docs.stripe.com/currencies: the first have no smaller part, the others thousandths, the last digit of which
# is always 0. All the rest is counted in hundredths, whatever ISO 4217 says.
WITHOUT_PARTS = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
IN_THOUSANDTHS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


class FewerPlaces(ValueError):
    """The currency has no part as small as the amount asks for."""


def to_minor(amount: Decimal, currency: str) -> int:
    """`to_minor(Decimal("12.50"), "EUR") == 1250`. Raises `FewerPlaces`."""
    exact = amount.scaleb(_places(currency))
    if exact != exact.to_integral_value():
        raise FewerPlaces(f"{amount} {currency}")
    return int(exact)


def from_minor(count: int, currency: str) -> Decimal:
    """What Stripe counted, with two places. Raises `FewerPlaces` for a thousandth that we cannot write."""
    amount = Decimal(count).scaleb(-_places(currency))
    rounded = amount.quantize(Decimal("0.01"))
    if rounded != amount:
        raise FewerPlaces(f"{amount} {currency}")
    return rounded


def _places(currency: str) -> int:
    if currency in WITHOUT_PARTS:
        return 0
    return 3 if currency in IN_THOUSANDTHS else 2
