"""Search in lists: a folded text column, and queries folded in the same way."""

import re
from typing import TypeVar

from django.db.models import Model, QuerySet

from shared_apps.core.bulgaria.folding import fold, fold_phone

M = TypeVar("M", bound=Model)
_LOOKS_LIKE_A_NUMBER = re.compile(r"[\d\s+()./\-]*")
_SHORTEST_PHONE = 6
_HOME = "359"


def searchable(*texts: str, phone: str = "") -> str:
    """The search column of a record: its folded texts, and its phone as it is dialled at home and from abroad."""
    return " ".join(filter(None, [*map(fold, texts), *_dialled(fold_phone(phone))]))


def search_words(query: str) -> list[str]:
    """The words that must all be found. A phone or a register number in any spelling is one word."""
    digits = fold_phone(query)
    if len(digits) >= _SHORTEST_PHONE and _LOOKS_LIKE_A_NUMBER.fullmatch(query):
        return [digits.removeprefix("00")]
    return fold(query).split()


def matching(queryset: QuerySet[M], query: str) -> QuerySet[M]:
    """The rows whose `search_text` holds every word of `query`; all of them for an empty one."""
    for word in search_words(query):
        queryset = queryset.filter(search_text__contains=word)
    return queryset


def _dialled(digits: str) -> list[str]:
    number = digits.removeprefix("00")
    if number.startswith(_HOME):
        return [number, f"0{number.removeprefix(_HOME)}"]
    return [number, f"{_HOME}{number[1:]}"] if number.startswith("0") else [number]
