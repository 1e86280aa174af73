from shared_apps.core.countries import country_choices, country_name, is_country


def test_countries_are_those_of_iso() -> None:
    assert all(map(is_country, ("BG", "DE", "GR", "XK", "US")))
    assert not any(map(is_country, ("EU", "XX", "ZZ", "bg", "001", "")))


def test_they_are_named_in_the_reader_s_language_bulgaria_first() -> None:
    assert (country_name("DE", "bg"), country_name("DE", "en"), country_name("QQ", "en")) == (
        "Германия",
        "Germany",
        "QQ",
    )
    assert country_choices("bg")[0] == ("BG", "България")
    assert len(country_choices("en")) > 240


def test_they_stand_by_the_alphabet_of_the_reader() -> None:
    bulgarian = [name for _code, name in country_choices("bg")]
    assert bulgarian.index("Унгария") < bulgarian.index("Хърватия") < bulgarian.index("Чехия")
    english = [name for _code, name in country_choices("en")]
    assert english.index("Austria") < english.index("Côte d’Ivoire") < english.index("Croatia")
