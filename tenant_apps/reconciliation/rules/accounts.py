"""Whose account a statement tells about. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from shared_apps.core.bulgaria.iban import is_valid_iban, normalize_iban


class Part(Protocol):
    """What a file says of an account."""

    account: str
    may_be: tuple[str, ...]
    currency: str


class Account(Protocol):
    """One of our accounts."""

    iban: str
    currency: str


A = TypeVar("A", bound=Account)
_PIECES = re.compile(r"[\s/:;,]+")


def account_of(part: Part, ours: Sequence[A], chosen: A | None) -> A | None:
    """The account of ours that a part of a file is about; None when it names another, or when nothing tells.

    A number in the file decides. Without one it is the account that somebody chose, or the only one.
    """
    named = set(ibans_in(part.account))
    numbers = named | {normalize_iban(one) for one in part.may_be}
    found = [one for one in ours if one.iban in numbers]
    if found:
        return _of_currency(found, part.currency, chosen)
    if named:
        return None
    if chosen is None:
        fitting = [one for one in ours if not part.currency or one.currency == part.currency]
        return fitting[0] if len(fitting) == 1 and len(ours) == 1 else None
    siblings = [one for one in ours if one.iban == chosen.iban]
    return _of_currency(siblings, part.currency, chosen) or chosen


def account_of_row(text: str, ours: Iterable[A], currency: str, default: A | None) -> A | None:
    """The account that one row of a table names; `default` where it names none of ours."""
    named = set(ibans_in(text))
    found = [one for one in ours if one.iban in named]
    return _of_currency(found, currency, default) or default if found else default


def ibans_in(text: str) -> list[str]:
    """The valid IBANs that a text names: whole, or in pieces of four."""
    whole = normalize_iban(text)
    if is_valid_iban(whole):
        return [whole]
    return [piece for one in _PIECES.split(text) if is_valid_iban(piece := normalize_iban(one))]


def _of_currency(found: Sequence[A], currency: str, chosen: A | None) -> A | None:
    fitting = [one for one in found if not currency or one.currency == currency]
    if chosen in fitting:
        return chosen
    return fitting[0] if len(fitting) == 1 else None
