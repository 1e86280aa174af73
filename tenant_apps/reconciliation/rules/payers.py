"""Whether two names are one client's, as banks and people write them."""

import re
from functools import lru_cache

from rapidfuzz import fuzz

from shared_apps.core.bulgaria.folding import fold
from shared_apps.core.bulgaria.names import company_key

ALIKE, RESEMBLING = 92.0, 60.0
# A shorter name is near too many others; banks cut long ones.
SHORTEST_ALIKE, SHORTEST_CUT = 8, 18
_DIGITS = re.compile(r"[0-9]+")


@lru_cache(maxsize=16_384)
def name_key(name: str) -> str:
    """The key under which spellings of one firm's name meet: no legal form, case, script or spaces."""
    return company_key(name)


@lru_cache(maxsize=16_384)
def _sorted_words(name: str) -> str:
    return " ".join(sorted(fold(name).split()))


def is_same_name(one: str, other: str) -> bool:
    """Whether both are surely one name: the same key, the same words in another order, a cut or a misspelling
    of a long one. Other digits are another name.
    """
    mine, theirs = name_key(one), name_key(other)
    if not mine or not theirs:
        return False
    if mine == theirs or _sorted_words(one) == _sorted_words(other):
        return True
    if _DIGITS.findall(mine) != _DIGITS.findall(theirs):
        return False
    short, long = sorted((mine, theirs), key=len)
    if len(short) >= SHORTEST_CUT and long.startswith(short):
        return True
    return len(short) >= SHORTEST_ALIKE and fuzz.ratio(mine, theirs) >= ALIKE


def likeness(one: str, other: str) -> float:
    """How much two names have in common, from 0 to 100; below RESEMBLING it is chance."""
    if is_same_name(one, other):
        return 100.0
    return float(fuzz.token_set_ratio(fold(one), fold(other))) * 0.9
