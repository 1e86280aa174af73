"""International bank account numbers."""

from stdnum import iban as international


def normalize_iban(text: str) -> str:
    """Drop spaces and raise the letters: "bg80 bnbg 9661…" → "BG80BNBG9661…"."""
    return "".join(text.split()).upper()


def is_valid_iban(text: str) -> bool:
    """Check country, length, structure and the mod-97 check digits."""
    number = normalize_iban(text)
    return number.isascii() and number.isalnum() and international.is_valid(number, check_country=False)


def format_iban(text: str) -> str:
    """Group by four for human eyes: "BG80 BNBG 9661 1020 3456 78"."""
    number = normalize_iban(text)
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
