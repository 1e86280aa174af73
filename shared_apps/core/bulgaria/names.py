"""Keys under which two spellings of one client meet: of a firm's name, a person's, a phone."""

import re

from shared_apps.core.bulgaria.folding import fold, fold_phone

_FORMS = (
    "eood ood ead ad adsits et sd kd kda dzzd dp dfa yulnc yulnts sdruzhenie fondatsia "
    "ltd limited llc llp inc co corp plc gmbh ag kg srl sarl sas sa bv nv oy ab as spa doo sp zoo"
)
_LEGAL_FORMS = frozenset(_FORMS.split())
_FILLERS = frozenset({"i", "and", "the"})
_DOTS = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b|\s|$)")
PHONE_DIGITS = 8


def company_key(name: str) -> str:
    """„Алфа“ ЕООД, ALFA E.O.O.D. and Alfa Ltd → "alfa": folded, without legal form, fillers and spaces."""
    words = fold(_DOTS.sub("", name)).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    while len(words) > 1 and words[0] in _LEGAL_FORMS:
        words.pop(0)
    return "".join([word for word in words if word not in _FILLERS] or words)


def person_key(first_name: str, last_name: str) -> str:
    """Иван Иванов, Ivanov Ivan → "ivan ivanov": folded words in the order of the alphabet."""
    return " ".join(sorted(fold(f"{first_name} {last_name}").split()))


def phone_key(phone: str) -> str:
    """The last eight digits, which are the same from home and from abroad; "" for a shorter number."""
    digits = fold_phone(phone)
    return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_DIGITS else ""
