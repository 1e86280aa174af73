import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.bulgaria.folding import fold, fold_phone
from shared_apps.core.bulgaria.transliteration import slugify_subdomain, transliterate

letters = st.text(
    alphabet="абвгдежзийклмнопрстуфхцчшщъьюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЬЮЯ -abcXYZ09.,„“", max_size=60
)


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("София", "Sofia"),
        ("СОФИЯ", "SOFIA"),
        ("Мария Илиянова", "Maria Iliyanova"),
        ("България", "Bulgaria"),
        ("БЪЛГАРИЯ", "BULGARIA"),
        ("Щърк ЩЪРК Щ", "Shtark SHTARK Sht"),
        ("Жълт Цвят ООД", "Zhalt Tsvyat OOD"),
        ("Ямбол, Шумен, Чирпан", "Yambol, Shumen, Chirpan"),
        ("Кьорчо и Юлия", "Kyorcho i Yulia"),
        ("и\u0306", "y"),
        ("Café 24", "Café 24"),
    ],
)
def test_transliteration_follows_the_law(cyrillic, latin):
    assert transliterate(cyrillic) == latin


@pytest.mark.parametrize(
    ("name", "subdomain"),
    [
        ("Алфа Трейд ЕООД", "alfa-treyd"),
        ("„Алфа Трейд“ Е.О.О.Д.", "alfa-treyd"),
        ("ЕТ „Иван Петров – ИП“", "ivan-petrov-ip"),
        ("СД Братя Колеви", "bratya-kolevi"),
        ("Müller & Söhne GmbH", "muller-sohne"),
        ("A.B.C. Ltd.", "abc"),
        ("AD Vision Ltd", "ad-vision"),
        ("ИТ ООД", "it-ood"),
        ("Х", "h-bg"),
        ("ООД", "ood"),
        ("株式会社", ""),
        ("", ""),
    ],
)
def test_subdomain_is_the_name_without_its_legal_form(name, subdomain):
    assert slugify_subdomain(name) == subdomain


def test_a_long_name_is_cut_between_words():
    name = "Национална компания за железопътна инфраструктура ЕАД"
    assert slugify_subdomain(name) == "natsionalna-kompania-za-zhelezopatna"
    assert slugify_subdomain("щ" * 50) == "sht" * 13 + "s"


@given(st.one_of(letters, st.text(max_size=80)))
def test_every_subdomain_can_be_an_address(name):
    subdomain = slugify_subdomain(name)
    assert subdomain == "" or re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", subdomain)
    assert subdomain == "" or 3 <= len(subdomain) <= 40


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("„Ателие Щърк“ № 5", "atelie shtark no 5"),
        ("  Алфа-Трейд,  ЕООД ", "alfa treyd eood"),
        ("Łódź Straße", "lodz strasse"),
        ("Αθήνα", "athina"),
        ("Ѝван и\u0306од", "ivan yod"),
        ("O'Brien & Sons", "o brien sons"),
        ("Об\u00adработка", "obrabotka"),
        ("ivan@firma.bg", "ivan firma bg"),
        ("株", "u682a"),
        ("…", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize("spelling", ["Мария", "МАРИЯ", "Maria", "Mariya", "María"])
def test_one_name_in_many_spellings_is_found(spelling):
    assert fold(spelling) == "maria"


@pytest.mark.parametrize(
    ("typed", "name"), [("софи", "Софиянски"), ("София", "Софиянски"), ("българ", "Air Bulgaria")]
)
def test_the_beginning_of_a_word_finds_it(typed, name):
    assert fold(typed) in fold(name)


@given(st.text(max_size=60))
def test_folded_text_is_plain_and_stable(text):
    folded = fold(text)
    assert folded.isascii() and folded == folded.lower() and folded == " ".join(folded.split())
    assert re.fullmatch(r"[a-z0-9 ]*", folded)
    assert fold(folded) == folded


@given(letters)
def test_folding_ignores_case(text):
    assert fold(text.upper()) == fold(text.lower())


def test_phones_are_digits():
    assert fold_phone("+359 (88) 812-34-56") == "359888123456"
    assert fold_phone("вътр. ٣") == "3"
    assert fold_phone("") == ""
