from decimal import Decimal as D

import pytest

from tenant_apps.catalog.rules import is_price, is_vat_rate, with_places


@pytest.mark.parametrize("text", ["0", "0.0001", "12.50000", "9999999999.9999", "1E+3"])
def test_a_price(text: str) -> None:
    assert is_price(D(text))


@pytest.mark.parametrize("text", ["-0.0001", "0.00001", "10000000000", "NaN", "Infinity"])
def test_no_price(text: str) -> None:
    assert not is_price(D(text))


def test_rates_are_percents() -> None:
    assert all(is_vat_rate(D(text)) for text in ("0", "9", "20.00", "100"))
    assert not any(is_vat_rate(D(text)) for text in ("-1", "100.01", "9.125", "NaN"))


def test_places_are_written_out() -> None:
    assert (str(with_places(D(20), 2)), str(with_places(D("1E+3"), 4))) == ("20.00", "1000.0000")
