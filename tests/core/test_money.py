from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.currencies import ACTIVE_CURRENCIES, is_currency
from shared_apps.core.money import Money, line_net, round_half_up

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
fine_amounts = st.decimals(min_value=-(10**10), max_value=10**10, places=6)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("0.125", "0.13"),
        ("-0.125", "-0.13"),
        ("2.675", "2.68"),
        ("0.004999", "0.00"),
        ("1.5", "1.50"),
        ("-0.001", "0.00"),
        ("999999999999.995", "1000000000000.00"),
    ],
)
def test_halves_go_away_from_zero(value, rounded):
    assert str(round_half_up(Decimal(value))) == rounded


def test_rounds_to_any_number_of_places():
    assert round_half_up(Decimal("1.23455"), 4) == Decimal("1.2346")
    assert str(round_half_up(Decimal("1234.5"), 0)) == "1235"
    assert str(round_half_up(7)) == "7.00"


@given(fine_amounts)
def test_rounding_is_symmetric_and_moves_at_most_half_a_cent(value):
    rounded = round_half_up(value)
    assert round_half_up(-value) == -rounded
    assert abs(rounded - value) <= Decimal("0.005")
    assert round_half_up(rounded) == rounded


def test_floats_are_refused():
    with pytest.raises(TypeError):
        round_half_up(0.1)
    with pytest.raises(TypeError):
        line_net(1, 0.1, 0)
    with pytest.raises(TypeError):
        Money(0.1, "EUR")


@pytest.mark.parametrize(
    ("quantity", "unit_price", "discount", "net"),
    [
        ("3", "33.3333", "0", "100.00"),
        ("1", "0.005", "0", "0.01"),
        ("2.5", "19.99", "10", "44.98"),
        ("1", "9.99", "100", "0.00"),
        ("-2", "0.0625", "0", "-0.13"),
        ("0.001", "5.0000", "0", "0.01"),
    ],
)
def test_a_line_is_discounted_and_rounded_once(quantity, unit_price, discount, net):
    assert line_net(Decimal(quantity), Decimal(unit_price), Decimal(discount)) == Decimal(net)


def test_the_widest_line_loses_no_digit():
    quantity, unit_price, discount = Decimal("99999999999.999"), Decimal("9999999999.9999"), Decimal("0.01")
    exact = Fraction(quantity) * Fraction(unit_price) * (1 - Fraction(discount) / 100)
    assert abs(Fraction(line_net(quantity, unit_price, discount)) - exact) <= Fraction(1, 200)


def test_money_of_one_currency_is_counted_together():
    ten, two = Money(Decimal("10.00"), "EUR"), Money(Decimal("2.50"), "EUR")
    assert ten + two == Money(Decimal("12.50"), "EUR")
    assert ten - two == Money(Decimal("7.50"), "EUR")
    assert two * 3 == 3 * two == Money(Decimal("7.50"), "EUR")
    assert -two < ten and ten >= two
    assert sum([ten, two], Money.zero("EUR")) == Money(Decimal("12.50"), "EUR")
    assert not Money.zero("EUR") and ten
    assert str(two * Decimal("0.333")) == "0.83 EUR"
    assert (two * Decimal("0.333")).rounded() == Money(Decimal("0.83"), "EUR")


@pytest.mark.parametrize(
    "together", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b]
)
def test_two_currencies_do_not_mix(together):
    with pytest.raises(ValueError, match="do not mix"):
        together(Money(Decimal(1), "EUR"), Money(Decimal(1), "USD"))


def test_money_is_not_added_to_numbers():
    with pytest.raises(TypeError):
        Money(Decimal(1), "EUR") + Decimal(1)
    with pytest.raises(TypeError):
        Money(Decimal(1), "EUR") - 1
    with pytest.raises(TypeError):
        assert Money(Decimal(1), "EUR") < 1
    with pytest.raises(TypeError):
        Money(Decimal(1), "EUR") * 0.5


def test_same_amount_in_another_currency_is_other_money():
    assert Money(Decimal(1), "EUR") != Money(Decimal(1), "USD")


@pytest.mark.parametrize(
    ("amount", "currency"), [(Decimal("NaN"), "EUR"), (Decimal("Infinity"), "EUR"), (Decimal(1), "eur")]
)
def test_money_is_a_number_of_a_known_currency(amount, currency):
    with pytest.raises(ValueError):
        Money(amount, currency)


@given(st.lists(amounts, max_size=20))
def test_sums_lose_no_cent(values):
    total = sum((Money(value, "EUR") for value in values), Money.zero("EUR"))
    assert total.amount * 100 == sum(int(value * 100) for value in values)


def test_currencies():
    assert len(ACTIVE_CURRENCIES) == 154
    assert is_currency("EUR") and is_currency("BGN") and "BGN" not in ACTIVE_CURRENCIES
    assert not any(is_currency(code) for code in ("HRK", "ANG", "eur", "", "XXX", "XAU"))
