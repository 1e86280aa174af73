"""The language of a document: Bulgarian, English, or both on one paper, Bulgarian first."""

BULGARIAN, ENGLISH, BOTH = "bg", "en", "bg-en"
LANGUAGES = (BULGARIAN, ENGLISH, BOTH)


def languages_of(language: str) -> tuple[str, ...]:
    """Return the languages that a document speaks, the leading one first."""
    return tuple(language.split("-"))


def leading_language(language: str) -> str:
    """Return the language of what can be said only once: figures, days, the remark of a transfer."""
    return languages_of(language)[0]


def letter_language(language: str, buyer_country: str) -> str:
    """Return the language of a letter about a document: its own, and of two the one that a buyer from this
    country (ISO 3166 alpha-2, empty for Bulgaria) reads.
    """
    if language != BOTH:
        return language
    return BULGARIAN if buyer_country in {"", "BG"} else ENGLISH
