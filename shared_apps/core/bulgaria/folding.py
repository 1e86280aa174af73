"""One shape for searched text: the stored column and the query pass through the same function."""

import unicodedata

from shared_apps.core.bulgaria.transliteration import transliterate

# Letters that no normalization splits into a Latin letter and an accent, each with its spelling.
_SPELLINGS = """
ßss æae œoe øo đd ðd łl ıi þth ħh
αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo
"""
_LATIN = str.maketrans({entry[0]: entry[1:] for entry in _SPELLINGS.split()})
# The law writes -ия as -ia at the end of a word and -iya inside; a search may stop in mid-word: one spelling.
_ONE_SPELLING = (("iya", "ia"), ("bulgar", "balgar"))


def fold(text: str) -> str:
    """Return lower-case ASCII words with single spaces: „Ателие Щърк“ № 5 → "atelie shtark no 5".

    Cyrillic is transliterated, accents fall, punctuation becomes a space. Letters of other scripts
    become their code points, so that such names are still found.
    """
    latin = transliterate(unicodedata.normalize("NFKC", text).casefold()).casefold()
    spelled = unicodedata.normalize("NFKD", latin).translate(_LATIN)
    plain = spelled.translate(_ASCII) if spelled.isascii() else "".join(map(_plain, spelled))
    for spelled, kept in _ONE_SPELLING:
        plain = plain.replace(spelled, kept)
    return " ".join(plain.split())


def fold_phone(text: str) -> str:
    """Return the digits alone: "+359 (88) 812-34-56" → "359888123456"."""
    return "".join(str(unicodedata.digit(character)) for character in text if character.isdecimal())


def _plain(character: str) -> str:
    if character.isascii():
        return character if character.isalnum() else " "
    if unicodedata.category(character) in {"Mn", "Me", "Cf", "Lm"}:
        return ""
    if character.isdecimal():
        return str(unicodedata.digit(character))
    return f"u{ord(character):x}" if character.isalpha() else " "


_ASCII = str.maketrans({letter: _plain(letter) for letter in map(chr, range(128))})
