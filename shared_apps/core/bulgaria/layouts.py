"""What somebody meant who typed on the wrong keyboard layout: Bulgarian keys for Latin ones or the reverse.

Three layouts are in use: BDS (the standard of the typewriters), the traditional phonetic one and the new one.
"""

_KEYS = "`qwertyuiop[]\\asdfghjkl;'zxcvbnm,./"
_LAYOUTS = (
    "ч" + "явертъуиопшщю" + "асдфгхйкл;'" + "зьцжбнм,./",
    "ю" + "чшертъуиопящь" + "асдфгхйкл;'" + "зжцвбнм,./",
    "(" + ",уеишщксдзц;„" + "ьяаожгтнвмч" + "юйъэфхпрлб",
)
_TO_CYRILLIC = tuple(dict(zip(_KEYS, layout, strict=True)) for layout in _LAYOUTS)
_TO_LATIN = tuple({letter: key for key, letter in layout.items()} for layout in _TO_CYRILLIC)


def other_layouts(text: str) -> list[str]:
    """What these keys write on the other layouts: "iwanow" and "rldkfl" → "иванов" among others.

    A text with Cyrillic letters is read as Latin keys, any other as Cyrillic ones; lower case, without what
    stays the same.
    """
    typed = text.lower()
    tables = _TO_LATIN if any("а" <= letter <= "я" for letter in typed) else _TO_CYRILLIC
    read = ("".join(table.get(letter, letter) for letter in typed) for table in tables)
    return [meant for meant in dict.fromkeys(read) if meant != typed]
