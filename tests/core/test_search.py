import pytest

from shared_apps.core.search import order_key, search_words, searchable


def test_a_phone_is_kept_as_it_is_dialled_at_home_and_from_abroad() -> None:
    assert searchable("Щърк", phone="+359 888 123 456") == "shtark 359888123456 0888123456"
    assert searchable(phone="0888/123-456") == "0888123456 359888123456"
    assert searchable(phone="00359 888 123 456") == "359888123456 0888123456"
    assert searchable(phone="+44 20 7946 0958") == "442079460958"
    assert searchable("", phone="") == ""


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("Щърк ООД", ["shtark", "ood"]),
        ("0888 12 34 56", ["0888123456"]),
        ("00359 888 123 456", ["359888123456"]),
        ("12 34", ["12", "34"]),
        ("Фирма 2026 11", ["firma", "2026", "11"]),
        ("  ", []),
    ],
)
def test_a_number_in_any_spelling_is_one_word(query: str, words: list[str]) -> None:
    assert search_words(query) == words


def test_names_are_ordered_by_their_own_alphabet() -> None:
    names = ["жоро", "„Веса“ ООД", "Ябълка", "Zebra", "Алфа", "ъгъл", "Щит", "alpha-2"]
    assert sorted(names, key=order_key) == [
        "alpha-2",
        "Zebra",
        "Алфа",
        "„Веса“ ООД",
        "жоро",
        "Щит",
        "ъгъл",
        "Ябълка",
    ]
    assert order_key("А" * 500) == "а" * 400
