"""Cyrillic to Latin by the Transliteration Act of 2009, and the addresses made from firms' names."""

import re
import unicodedata

# Each entry is a letter and its Latin spelling. The act covers the first thirty; the rest are letters of the
# neighbours' alphabets that appear in clients' names.
_SPELLINGS = """
аa бb вv гg дd еe жzh зz иi йy кk лl мm нn оo пp рr сs тt уu фf хh цts чch шsh щsht ъa ьy юyu яya
ѝi ёyo ыy эe іi їyi єye ґg ўu јj љlj њnj ћc ђdj џdzh ѓgj ќkj ѕdz
"""
_LATIN = {entry[0]: entry[1:] for entry in _SPELLINGS.split()}
_LOWER = str.maketrans(_LATIN)
_FINAL_IYA = re.compile(r"(?<=[^\W\d_])ия\b", re.IGNORECASE)
_BULGARIA = re.compile(r"\bбългария\b", re.IGNORECASE)

_CYRILLIC_FORMS = "еоод оод еад ад адсиц ет сд кд кда дззд дп дфа юлнц сдружение фондация"
_LATIN_FORMS = "eood ood ead ad adsits et sd kd kda dzzd ltd limited llc inc plc gmbh srl"
_LEADING_LEGAL_FORMS = frozenset(_CYRILLIC_FORMS.split())
_TRAILING_LEGAL_FORMS = _LEADING_LEGAL_FORMS | frozenset(_LATIN_FORMS.split())
_DOTS_OF_ABBREVIATION = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b|\s|$)")
_WORD = re.compile(r"[^\W_]+")
_SUBDOMAIN_MIN, _SUBDOMAIN_MAX = 3, 40


def transliterate(text: str) -> str:
    """Write Cyrillic letters in Latin, keeping case and everything else: "София, Щърк" → "Sofia, Shtark"."""
    composed = unicodedata.normalize("NFC", text)
    composed = _BULGARIA.sub(lambda match: _in_case_of("Bulgaria", match.group()), composed)
    composed = _FINAL_IYA.sub(lambda match: _in_case_of("ia", match.group()), composed)
    if composed.islower():
        return composed.translate(_LOWER)
    return "".join(_letter(composed, place) for place in range(len(composed)))


def slugify_subdomain(name: str) -> str:
    """Suggest a subdomain from a firm's name, without its legal form: „Алфа Трейд“ ЕООД → "alfa-treyd".

    The answer is 3 to 40 of a-z, 0-9 and single inner hyphens, or "" when the name has no usable letter.
    """
    words = _WORD.findall(_DOTS_OF_ABBREVIATION.sub("", unicodedata.normalize("NFC", name)))
    slug = _join_words(_without_legal_form(words))
    if len(slug) < _SUBDOMAIN_MIN:
        slug = _join_words(words)
    return f"{slug}-bg" if 0 < len(slug) < _SUBDOMAIN_MIN else slug


def _letter(text: str, place: int) -> str:
    letter = text[place]
    latin = _LATIN.get(letter.lower())
    if latin is None or letter.islower():
        return latin or letter
    return latin.upper() if _stands_among_capitals(text, place) else latin.capitalize()


def _stands_among_capitals(text: str, place: int) -> bool:
    following = text[place + 1 : place + 2]
    return following.isupper() if following.isalpha() else text[max(place - 1, 0) : place].isupper()


def _in_case_of(latin: str, cyrillic: str) -> str:
    if cyrillic.isupper():
        return latin.upper()
    return latin if cyrillic[0].isupper() else latin.lower()


def _without_legal_form(words: list[str]) -> list[str]:
    while len(words) > 1 and words[-1].lower() in _TRAILING_LEGAL_FORMS:
        words = words[:-1]
    while len(words) > 1 and words[0].lower() in _LEADING_LEGAL_FORMS:
        words = words[1:]
    return words


def _join_words(words: list[str]) -> str:
    slug = ""
    for word in words:
        longer = f"{slug}-{_ascii_word(word)}".strip("-")
        if len(longer) > _SUBDOMAIN_MAX:
            return slug or longer[:_SUBDOMAIN_MAX]
        slug = longer
    return slug


def _ascii_word(word: str) -> str:
    plain = unicodedata.normalize("NFKD", transliterate(word)).lower()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())
