"""The Bulgarian interface is whole: no sentence left in English, no placeholder lost, nobody shouted at."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.catalog import Catalog, Message

CATALOGUES = Path(__file__).resolve().parents[2] / "locale" / "bg" / "LC_MESSAGES"
PLACEHOLDERS = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}|(?<![\w%])%[sd]\b")
CYRILLIC = re.compile("[А-Яа-я]")
# What a Bulgarian writes in Latin letters too; INVOICE is the second heading of an English document.
SAME_IN_BOTH = {"IBAN", "BIC", "Stripe", "INVOICE"}


@cache
def catalogues() -> dict[str, Catalog]:
    found = {}
    for file in sorted(CATALOGUES.glob("*.po")):
        with file.open("rb") as text:
            found[file.stem] = pofile.read_po(text, locale="bg", domain=file.stem)
    return found


def messages() -> list[Message]:
    return [message for catalogue in catalogues().values() for message in catalogue if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def shown(found: list[Message]) -> str:
    return "\n".join(f"{message.id!r} → {message.string!r}" for message in found)


def test_the_catalogue_is_there_and_counts_like_a_bulgarian() -> None:
    catalogue = catalogues()["django"]

    assert len(messages()) > 300
    assert (str(catalogue.locale), catalogue.num_plurals, catalogue.plural_expr) == ("bg", 2, "(n != 1)")


def test_every_sentence_is_translated() -> None:
    missing = [one for one in messages() if one.fuzzy or not all(text.strip() for text in forms(one.string))]

    assert not missing, shown(missing)


def test_a_plural_has_both_forms() -> None:
    wrong = [one for one in messages() if isinstance(one.id, tuple) and len(forms(one.string)) != 2]

    assert not wrong, shown(wrong)


def test_translations_keep_the_placeholders() -> None:
    wrong = [
        one
        for one in messages()
        for wanted, text in zip(forms(one.id), forms(one.string), strict=True)
        if sorted(PLACEHOLDERS.findall(wanted)) != sorted(PLACEHOLDERS.findall(text))
    ]

    assert not wrong, shown(wrong)


def test_nobody_is_shouted_at_in_either_language() -> None:
    loud = [one for one in messages() if "!" in "".join([*forms(one.id), *forms(one.string)])]

    assert not loud, shown(loud)


def test_no_translation_stays_in_latin_letters() -> None:
    english = [
        one
        for one in messages()
        for text in forms(one.string)
        if text not in SAME_IN_BOTH and not CYRILLIC.search(PLACEHOLDERS.sub("", text))
    ]

    assert not english, shown(english)


def test_the_reader_is_addressed_with_a_capital() -> None:
    """«Вие» is a person one respects, so it is never written small."""
    small = re.compile(r"\b(вие|ви|вас|ваш(ият|ия|ата|а|ето|е|ите|и)?)\b")
    rude = [one for one in messages() for text in forms(one.string) if small.search(text)]

    assert not rude, shown(rude)


def test_quotes_are_bulgarian() -> None:
    foreign = [one for one in messages() for text in forms(one.string) if re.search('["”]|“(?=\\w)', text)]

    assert not foreign, shown(foreign)


@pytest.mark.parametrize("sentence", ["Платете {number} до %(due)s", "100 %% от %s"])
def test_the_search_for_placeholders_finds_every_kind(sentence: str) -> None:
    assert len(PLACEHOLDERS.findall(sentence)) == 2
