import pytest

from tenant_apps.crm.rules import is_acceptable_eik, is_acceptable_vat_number, written_vat_number


@pytest.mark.parametrize(
    ("typed", "country", "written"),
    [
        ("bg 175074752", "BG", "BG175074752"),
        ("175074752", "BG", "BG175074752"),
        ("094259216", "GR", "EL094259216"),
        ("123456789", "US", "123456789"),
        ("DE136695976", "BG", "DE136695976"),
    ],
)
def test_vat_numbers_are_written_as_registers_do(typed: str, country: str, written: str) -> None:
    assert written_vat_number(typed, country) == written


def test_what_is_checked_depends_on_the_country() -> None:
    assert is_acceptable_vat_number("EL094259216", "GR")
    assert not is_acceptable_vat_number("BG175074753", "BG")
    assert is_acceptable_vat_number("12-3456789", "US")
    assert is_acceptable_eik("175074752", "BG")
    assert not is_acceptable_eik("175074753", "BG")
    assert is_acceptable_eik("HRB 12345", "DE")
