"""A filter as a tree and as text: `city:is:Пловдив,any(size:is:10-49|50-249,owner:is:me)`.

Parts beside each other must all hold; `any(…)` wants one of its parts, `all(…)` every one. A condition is
`name:operator` or `name:operator:value|value`; a value with a mark of the grammar stands in double quotes,
doubled inside. Reading never fails: what cannot be read is left out and told as a `Problem`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text

LONGEST, MOST_CONDITIONS, MOST_VALUES = 6_000, 40, 50
_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_OPERATOR = re.compile(r"[a-z_]+")
_GROUP = re.compile(r"(any|all)\((.*)\)", re.DOTALL)
_BARE = re.compile(r'[^,()|:"]+')

NOT_READABLE = _("This part of the filter cannot be read.")
TOO_MUCH = _("The filter is longer than a list can answer; the rest was left out.")
TOO_DEEP = _("Groups stand beside each other, not in one another.")


@dataclass(frozen=True)
class Condition:
    """One question: a field, how it is asked, and the values as the address holds them."""

    name: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """Conditions and groups of them: all must hold, or with `any_of` one."""

    parts: tuple[Union[Condition, "Filter"], ...] = ()
    any_of: bool = False

    def conditions(self) -> Iterator[Condition]:
        """Every condition, however deep."""
        for part in self.parts:
            yield from part.conditions() if isinstance(part, Filter) else (part,)

    def without(self, index: int) -> "Filter":
        """The filter without one of its parts."""
        return Filter(self.parts[:index] + self.parts[index + 1 :], self.any_of)

    def joined_by(self, *conditions: Condition) -> "Filter":
        """The filter narrowed by more conditions."""
        if not self.any_of or not self.parts:
            return Filter(self.parts + conditions)
        if all(isinstance(part, Condition) for part in self.parts):
            return Filter((self, *conditions))
        return Filter(tuple(Filter((*_inside(part), *conditions)) for part in self.parts), any_of=True)


@dataclass(frozen=True)
class Problem:
    """A part of an address that says nothing any more, and why."""

    text: str
    message: Text


def normal(tree: Filter) -> Filter:
    """The same filter without empty groups, groups of one, and groups joined as what they stand in."""
    parts: list[Condition | Filter] = []
    for part in tree.parts:
        one = normal(part) if isinstance(part, Filter) else part
        is_same = isinstance(one, Filter) and (one.any_of == tree.any_of or len(one.parts) < 2)
        parts += _inside(one) if is_same else (one,)
    if len(parts) == 1 and isinstance(parts[0], Filter):
        return parts[0]
    return Filter(tuple(parts), tree.any_of and len(parts) > 1)


def write_filter(tree: Filter) -> str:
    """The filter as the address holds it; empty for one that asks nothing."""
    tree = normal(tree)
    inside = ",".join(map(_written, tree.parts))
    return f"any({inside})" if tree.any_of else inside


def parse_filter(text: str) -> tuple[Filter, list[Problem]]:
    """The filter that a text holds, and what of it could not be read."""
    problems: list[Problem] = []
    if len(text) > LONGEST:
        problems.append(Problem(text[:60], TOO_MUCH))
    text = text[:LONGEST].strip()
    whole = _GROUP.fullmatch(text) if len(_split(text, ",")) == 1 else None
    reader = _Reader(problems)
    tree = Filter(reader.parts(whole[2]), whole[1] == "any") if whole else Filter(reader.parts(text))
    return normal(tree), problems


class _Reader:
    """Reads the parts of one text, counting its conditions."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems, self.count = problems, 0

    def parts(self, text: str, in_group: bool = False) -> tuple[Condition | Filter, ...]:
        pieces = (piece.strip() for piece in _split(text, ","))
        found = (self._part(piece, in_group) for piece in pieces if piece)
        return tuple(part for part in found if part is not None)

    def _part(self, piece: str, in_group: bool) -> Condition | Filter | None:
        group = _GROUP.fullmatch(piece)
        if group and not in_group:
            return Filter(self.parts(group[2], True), group[1] == "any")
        self.count += 1
        found = None if group or self.count > MOST_CONDITIONS else _condition(piece)
        if found is None and self.count <= MOST_CONDITIONS + 1:
            why = TOO_DEEP if group else NOT_READABLE
            self.problems.append(Problem(piece[:60], why if self.count <= MOST_CONDITIONS else TOO_MUCH))
        return found


def _inside(part: Condition | Filter) -> tuple[Condition | Filter, ...]:
    return part.parts if isinstance(part, Filter) else (part,)


def _condition(piece: str) -> Condition | None:
    name, _colon, question = piece.partition(":")
    operator, colon, rest = question.partition(":")
    if not (_NAME.fullmatch(name) and _OPERATOR.fullmatch(operator)):
        return None
    values = tuple(map(_unquoted, _split(rest, "|"))) if colon else ()
    if len(values) > MOST_VALUES or any(value is None for value in values):
        return None
    return Condition(name, operator, tuple(value for value in values if value is not None))


def _split(text: str, mark: str) -> list[str]:
    """Cut at each `mark` that stands outside quotes and brackets."""
    pieces: list[str] = []
    start, depth, is_quoted = 0, 0, False
    for place, letter in enumerate(text):
        if letter == '"':
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif letter == mark and depth == 0:
            pieces.append(text[start:place])
            start = place + 1
        elif letter in "()":
            depth = max(0, depth + (1 if letter == "(" else -1))
    return [*pieces, text[start:]]


def _unquoted(text: str) -> str | None:
    """A value as it was meant; None for one whose quotes do not close."""
    if _BARE.fullmatch(text) and text == text.strip():
        return text
    if len(text) >= 2 and text[0] == text[-1] == '"' and '"' not in text[1:-1].replace('""', ""):
        return text[1:-1].replace('""', '"')
    return None


def _quoted(value: str) -> str:
    if _BARE.fullmatch(value) and value == value.strip():
        return value
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


def _written(part: Condition | Filter) -> str:
    if isinstance(part, Filter):
        return f"{'any' if part.any_of else 'all'}({','.join(map(_written, part.parts))})"
    head = f"{part.name}:{part.operator}"
    return f"{head}:{'|'.join(map(_quoted, part.values))}" if part.values else head
