"""Money: decimals only, one rounding, no mixing of currencies."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import total_ordering
from typing import Self

from shared_apps.core.currencies import is_currency

# Wide enough for quantity × price × discount of the widest columns; 28 digits would round too early.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_HUNDRED = Decimal(100)


def round_half_up(value: Decimal | int, places: int = 2) -> Decimal:
    """Round to `places` decimals, half away from zero: 0.125 → 0.13, -0.125 → -0.13, never -0.00.

    Raises TypeError for a float, which has already lost cents.
    """
    if isinstance(value, float):
        raise TypeError("money is never a float")
    with localcontext(_EXACT):
        rounded = Decimal(value).quantize(Decimal(1).scaleb(-places))
    return rounded if rounded else abs(rounded)


def line_net(
    quantity: Decimal | int, unit_price: Decimal | int, discount_percent: Decimal | int = 0
) -> Decimal:
    """Return what one line costs before VAT, discounted by percent, rounded once to the cent."""
    if any(isinstance(value, float) for value in (quantity, unit_price, discount_percent)):
        raise TypeError("money is never a float")
    with localcontext(_EXACT):
        remaining = (_HUNDRED - Decimal(discount_percent)) / _HUNDRED
        exact = Decimal(quantity) * Decimal(unit_price) * remaining
    return round_half_up(exact)


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency. Adding, subtracting or comparing two currencies raises ValueError."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError("the amount of money is a Decimal")
        if not self.amount.is_finite():
            raise ValueError("the amount of money is a finite number")
        if not is_currency(self.currency):
            raise ValueError(f"{self.currency!r} is not a currency")

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return no money at all, in `currency`."""
        return cls(Decimal("0.00"), currency)

    def __add__(self, other: object) -> Self:
        if not isinstance(other, Money):
            return NotImplemented
        return type(self)(self.amount + self._same_currency(other), self.currency)

    def __sub__(self, other: object) -> Self:
        if not isinstance(other, Money):
            return NotImplemented
        return type(self)(self.amount - self._same_currency(other), self.currency)

    def __mul__(self, factor: Decimal | int) -> Self:
        """Multiply exactly; call `rounded()` where the result becomes an amount to pay."""
        if isinstance(factor, bool) or not isinstance(factor, Decimal | int):
            return NotImplemented
        with localcontext(_EXACT):
            return type(self)(self.amount * factor, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Self:
        return type(self)(-self.amount, self.currency)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.amount < self._same_currency(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{round_half_up(self.amount)} {self.currency}"

    def rounded(self) -> Self:
        """Return the same money to the cent, half up."""
        return type(self)(round_half_up(self.amount), self.currency)

    def _same_currency(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.amount
