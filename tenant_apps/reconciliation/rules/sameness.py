"""One identity per movement of money: when two traces of it are the same, when they cannot be, and when only
a human can say. Pure.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Generic, TypeVar
from uuid import UUID

from shared_apps.core.bulgaria.folding import fold

NEARBY = timedelta(days=5)
REVERSED_WITHIN = timedelta(days=180)
# Words of firms' forms say nothing about who it is.
_FORMS = frozenset(
    (
        "ood",
        "eood",
        "ad",
        "ead",
        "et",
        "dzzd",
        "sd",
        "kd",
        "llc",
        "ltd",
        "gmbh",
        "inc",
        "sa",
        "ag",
        "bv",
        "srl",
    )
)
T = TypeVar("T")


class Likeness(Enum):
    """What the details of two traces of equal money say: the same, not the same, or nothing."""

    SAME, OTHER, UNTOLD = "same", "other", "untold"


@dataclass(frozen=True, slots=True)
class Trace:
    """Money as one door saw it. `numbers` are the invoice numbers that it may name, `full_numbers` those that
    it names in all their digits.
    """

    id: UUID
    amount: Decimal
    currency: str
    on: date
    name: str = ""
    iban: str = ""
    text: str = ""
    end_to_end_id: str = ""
    bank_reference: str = ""
    numbers: frozenset[str] = frozenset()
    full_numbers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """The one that it is, if there is one; else those that it may be."""

    one: T | None = None
    candidates: tuple[T, ...] = ()


def find_recorded(line: Trace, recorded: Iterable[Trace]) -> Found[Trace]:
    """Of payments recorded by other doors the one that is this line's money.

    Equal amount and currency, a day nearby, and the payer's IBAN, an invoice number or the end-to-end id
    agree. Where several do, or where nothing speaks for or against one, they are candidates.
    """
    near = [one for one in recorded if _is_same_money(line, one) and abs(line.on - one.on) <= NEARBY]
    told = [(likeness_of(line, one), one) for one in near]
    same = [one for likeness, one in told if likeness is Likeness.SAME]
    if len(same) == 1:
        return Found(same[0])
    untold = [one for likeness, one in told if likeness is Likeness.UNTOLD]
    return Found(candidates=tuple(_nearest_first(line, same or untold)))


def likeness_of(line: Trace, other: Trace) -> Likeness:
    """What IBAN, numbers and end-to-end id say; where none of them can, names may still say no."""
    pairs = (
        (line.end_to_end_id.casefold(), other.end_to_end_id.casefold()),
        (line.iban, other.iban),
    )
    told = [mine == theirs for mine, theirs in pairs if mine and theirs]
    if line.numbers & other.numbers:
        told.append(True)
    elif line.full_numbers and other.full_numbers:
        told.append(False)
    if told:
        return Likeness.SAME if all(told) else Likeness.OTHER
    return Likeness.OTHER if are_other_names(line.name, other.name) else Likeness.UNTOLD


def find_alike(line: Trace, held: Iterable[Trace]) -> Found[Trace]:
    """Of lines that a file of another format brought for the same account the one that is this movement.

    Equal amount on the same day, and a detail that both tell agrees while none contradicts. Lines of which
    nothing is told are candidates.
    """
    near = [one for one in held if _is_same_money(line, one) and line.on == one.on]
    told = [(_likeness_of_lines(line, one), one) for one in near]
    same = [one for likeness, one in told if likeness is Likeness.SAME]
    if same:
        return Found(same[0])
    return Found(candidates=tuple(one for likeness, one in told if likeness is Likeness.UNTOLD))


def find_reversed(reversal: Trace, lines: Iterable[Trace]) -> Found[Trace]:
    """The line that a reversal takes back: the opposite amount, before it, and a detail agrees. Of rows that
    are identical it is the last, as they are given.

    A bank repeats the text of what it takes back, so another text says no where no id of the transfer agrees.
    """
    before = [
        one
        for one in lines
        if one.amount == -reversal.amount
        and one.currency == reversal.currency
        and timedelta(0) <= reversal.on - one.on <= REVERSED_WITHIN
    ]
    told = [(_likeness_of_lines(reversal, one, is_text_repeated=True), one) for one in before]
    same = [one for likeness, one in told if likeness is Likeness.SAME]
    if same and len({replace(one, id=reversal.id) for one in same}) == 1:
        return Found(same[-1])
    untold = [one for likeness, one in told if likeness is Likeness.UNTOLD]
    return Found(candidates=tuple(_nearest_first(reversal, same or untold)))


def are_other_names(one: str, other: str) -> bool:
    """Whether two names have no word in common, in whatever letters they are written."""
    mine, theirs = _words(one), _words(other)
    return bool(mine and theirs) and not mine & theirs


@dataclass(frozen=True, slots=True)
class Pattern:
    """What lines a rule is about. Empty parts ask for nothing; `sign` is `in`, `out` or empty."""

    text: str = ""
    iban: str = ""
    sign: str = ""
    account_id: UUID | None = None


def is_about(pattern: Pattern, *, amount: Decimal, texts: Sequence[str], iban: str, account_id: UUID) -> bool:
    """Whether a line is one of those that the pattern describes."""
    if not pattern.text and not pattern.iban:
        return False
    if pattern.account_id and pattern.account_id != account_id:
        return False
    if pattern.sign and (pattern.sign == "in") is not (amount > 0):
        return False
    if pattern.iban and pattern.iban != iban:
        return False
    return fold(pattern.text) in fold(" ".join(texts))


def _likeness_of_lines(line: Trace, other: Trace, *, is_text_repeated: bool = False) -> Likeness:
    """What the details say; of lines whose text one repeats from the other, another text says no."""
    told = []
    if line.end_to_end_id and other.end_to_end_id:
        told.append(line.end_to_end_id.casefold() == other.end_to_end_id.casefold())
    if line.bank_reference and line.bank_reference.casefold() == other.bank_reference.casefold():
        told.append(True)
    is_one_transfer = any(told)
    if line.iban and other.iban:
        told.append(line.iban == other.iban)
    text, theirs = fold(line.text), fold(other.text)
    if text and theirs and (text in theirs or theirs in text):
        told.append(True)
    elif text and theirs and is_text_repeated and not is_one_transfer:
        told.append(False)
    if told:
        return Likeness.SAME if all(told) else Likeness.OTHER
    return Likeness.OTHER if are_other_names(line.name, other.name) else Likeness.UNTOLD


def _is_same_money(line: Trace, other: Trace) -> bool:
    return line.amount == other.amount and line.currency == other.currency


def _nearest_first(line: Trace, found: Collection[Trace]) -> list[Trace]:
    return sorted(found, key=lambda one: (abs(line.on - one.on), str(one.id)))[:5]


def _words(name: str) -> set[str]:
    return {word for word in fold(name).split() if len(word) > 1 and word not in _FORMS}
