"""Which numbers of invoices a text beside a payment names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.invoices.rules import names_document, numbers_named

ONE, OTHER = "0000000012", "0000000013"


@pytest.mark.parametrize(
    "text",
    [
        "0000000012",
        "плащане 0000000012/01.03.2026",
        "Фактура 0000000012",
        "ф-ра 12",
        "ф-ра №12",
        "Ф. 12 от 01.03.2026 г.",
        "фактура No. 0012",
        "ф-ра0000000012от 01.03.2026",
        "№ 12",
        "inv 12",
        "Invoice no. 12, thank you",
        "дебитно известие № 12",
        "120.00 лв. по ф-ра: 12",
    ],
)
def test_it_is_named(text: str) -> None:
    assert numbers_named(text) == {ONE}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "аванс по договор от 12.03.2026 г.",
        "фактура 12.03.2026",
        "фактура 12/03/2026",
        "фактура 12 март",
        "ф-ра 2026-03-12",
        "фактура 12,50 лв.",
        "фактура 12 лв.",
        "договор № 12",
        "договор 0000000012",
        "поръчка № 0000000012",
        "проформа фактура № 0000000012",
        "Проформа фактура 0000000012",
        "проформа № 12",
        "Pro-forma invoice 12",
        "такса 12 бр.",
        "00000000012",
        "х0000000012",
        "фактура 0",
        "за 2012 г.",
    ],
)
def test_it_may_be_anything(text: str) -> None:
    assert not numbers_named(text)


def test_a_list_is_named_by_one_word() -> None:
    assert numbers_named("ф-ри 12, 13") == {ONE, OTHER}
    assert numbers_named("фактури № 12 и № 13") == {ONE, OTHER}
    assert numbers_named("фактура 12, 13.03.2026") == {ONE}


def test_a_number_with_letters_is_written_in_full() -> None:
    assert names_document("Проформа pf-000001", "PF-000001")
    for text in ("PF-0000010", "APF-000001", "000001", "проформа 1"):
        assert not names_document(text, "PF-000001")


@given(number=st.integers(1, 10**10 - 1), before=st.text(max_size=20), after=st.text(max_size=20))
def test_what_we_write_ourselves_is_always_named(number: int, before: str, after: str) -> None:
    written = f"{number:010d}"
    assert written in numbers_named(f"{before} Фактура {written} {after}")


@given(text=st.text(alphabet="0123456789 .,/-№фаи\u0442\u043e\u0440", max_size=500))
def test_only_numbers_of_ten_digits_are_told(text: str) -> None:
    for number in numbers_named(text):
        assert len(number) == 10 and number.isascii() and number.isdigit() and number.lstrip("0") in text
