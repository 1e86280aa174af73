"""Search and order in lists: a folded column, queries folded in the same way, a column to order by."""

import re
import unicodedata
from typing import TypeVar

from django.db.models import Model, QuerySet

from shared_apps.core.bulgaria.folding import fold, fold_phone

M = TypeVar("M", bound=Model)
_LOOKS_LIKE_A_NUMBER = re.compile(r"[\d\s+()./\-]*")
_SHORTEST_PHONE = 6
_HOME = "359"


def order_key(text: str, length: int = 400) -> str:
    """How a name is ordered: either case as one, each letter in its own alphabet, no quotes and dashes.

    The column keeps it under the collation "C", so the order is the same on every machine.
    """
    letters = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(one if one.isalnum() else " " for one in letters).split())[:length]


def searchable(*texts: str, phone: str = "") -> str:
    """The search column of a record: its folded texts, and its phone as dialled at home and from abroad."""
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
