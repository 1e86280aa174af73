"""Money × urgency, without a database."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.dashboard.rules import SMALLEST, priority, size, urgency

amounts = st.decimals("0.01", "999999999999.99", places=2)
days = st.decimals("0.01", "5000", places=2)
cents = st.integers(1, 10**12).map(lambda number: Decimal(number) / 100)
patience = st.decimals("0.5", "400", places=1)
one = {"typical": Decimal(1000), "late": Decimal(10), "patience": Decimal(14)}


def test_one_half_as_late_as_one_is_patient() -> None:
    assert urgency(Decimal(14), Decimal(14)) == Decimal("0.5")
    assert priority(amount=Decimal(2000), typical=Decimal(1000), late=Decimal(3), patience=Decimal(3)) == 1


def test_what_has_no_money_still_comes() -> None:
    nothing = {**one, "typical": None}
    assert size(None, Decimal(1000)) == size(Decimal(0), Decimal(5)) == size(Decimal(9), None) == SMALLEST
    assert priority(amount=None, **nothing) > 0


@given(amounts, amounts, amounts, days, patience)
def test_more_money_never_comes_later(
    less: Decimal, more: Decimal, typical: Decimal, late: Decimal, patience: Decimal
) -> None:
    less, more = sorted((less, more))
    facts = {"typical": typical, "late": late, "patience": patience}
    assert priority(amount=less, **facts) <= priority(amount=more, **facts)


@given(amounts, amounts, days, days, patience)
def test_what_is_later_never_comes_later(
    amount: Decimal, typical: Decimal, sooner: Decimal, later: Decimal, patience: Decimal
) -> None:
    sooner, later = sorted((sooner, later))
    facts = {"amount": amount, "typical": typical, "patience": patience}
    assert priority(late=sooner, **facts) <= priority(late=later, **facts)
    assert 0 < urgency(later, patience) < 1


@given(st.lists(cents, min_size=1, max_size=8), cents, st.integers(0, 7))
def test_a_rising_amount_does_not_fall_against_what_is_typical(
    waiting: list[Decimal], rise: Decimal, place: int
) -> None:
    """The amount is itself part of the mean that it is measured by."""
    place %= len(waiting)
    before = size(waiting[place], sum(waiting, Decimal()) / len(waiting))
    risen = [*waiting[:place], waiting[place] + rise, *waiting[place + 1 :]]
    after = size(risen[place], sum(risen, Decimal()) / len(risen))
    assert after >= before - Decimal("1e-20")


@given(amounts, amounts, st.integers(2, 1000))
def test_a_currency_of_small_units_weighs_the_same(amount: Decimal, typical: Decimal, units: int) -> None:
    difference = size(amount * units, typical * units) - size(amount, typical)
    assert abs(difference) <= Decimal("1e-12") * size(amount, typical)
