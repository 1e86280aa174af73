"""The filter as a form: rows of field, operator and values, and groups of them. Nothing here needs a script:
each press sends the form back, and what comes back is the form as it is meant now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from shared_apps.core.listing import Condition, Filter, Kind, Offer, choices_of, words_of
from shared_apps.core.listing.kinds import OPERATORS, PERIODS, TRUTHS, Takes
from shared_apps.core.listing.registry import Field, related

MOST_ROWS, MOST_GROUPS = 40, 10


@dataclass
class DraftRow:
    """One condition being written; its values may still be missing."""

    name: str
    operator: str = ""
    values: list[str] = field(default_factory=list)


@dataclass
class DraftGroup:
    any_of: bool
    rows: list[DraftRow] = field(default_factory=list)


@dataclass
class Draft:
    """The first group holds what stands in no group."""

    any_of: bool
    groups: list[DraftGroup]


@dataclass(frozen=True)
class ShownRow:
    """A row as the form shows it."""

    index: int
    name: str
    operators: list[tuple[str, str, bool]]
    takes: str
    values: list[str]
    choices: list[tuple[str, str, bool]]
    is_date: bool
    is_known: bool
    options_url: str = ""


@dataclass(frozen=True)
class ShownGroup:
    number: int
    any_of: bool
    rows: list[ShownRow]


def draft_of(tree: Filter) -> Draft:
    """The form of a filter."""
    plain = [_row(part) for part in tree.parts if isinstance(part, Condition)]
    groups = [
        DraftGroup(part.any_of, [_row(one) for one in part.conditions()])
        for part in tree.parts
        if isinstance(part, Filter)
    ]
    return Draft(tree.any_of, [DraftGroup(tree.any_of, plain), *groups])


def read_draft(sent: QueryDict) -> Draft:
    """The form as it was sent, after what was pressed: `do` is `add-<group>`, `group`, `remove-<row>`."""
    groups: dict[int, DraftGroup] = {0: DraftGroup(sent.get("match") == "any")}
    do = sent.get("do", "")
    for index in range(MOST_ROWS):
        name = sent.get(f"name-{index}")
        if name is None or do == f"remove-{index}":
            continue
        number = _number(sent.get(f"group-{index}", "0"))
        group = groups.setdefault(number, DraftGroup(sent.get(f"match-{number}") == "any"))
        values = [value.strip() for value in sent.getlist(f"value-{index}") if value.strip()]
        group.rows.append(DraftRow(name, sent.get(f"operator-{index}", ""), values))
    if do.startswith("add-"):
        groups.setdefault(_number(do.removeprefix("add-")), DraftGroup(False)).rows.append(DraftRow(""))
    if do == "group" and len(groups) < MOST_GROUPS:
        groups[max(groups) + 1] = DraftGroup(not groups[0].any_of, [DraftRow("")])
    kept = [groups[number] for number in sorted(groups) if number == 0 or groups[number].rows]
    return Draft(groups[0].any_of, kept)


def filter_of(draft: Draft) -> Filter:
    """The filter that a form means; rows without a field are left out."""
    first, *others = [
        Filter(
            tuple(Condition(row.name, row.operator, tuple(row.values)) for row in group.rows if row.name),
            group.any_of,
        )
        for group in draft.groups
    ]
    return Filter((*first.parts, *others), draft.any_of)


def shown_draft(draft: Draft, offer: Offer) -> list[ShownGroup]:
    """The form with the choices of each row; an operator that a field does not know becomes its first."""
    shown, index = [], 0
    for number, group in enumerate(draft.groups):
        rows = []
        for row in group.rows:
            rows.append(_shown(row, index, offer))
            index += 1
        shown.append(ShownGroup(number, group.any_of, rows))
    return shown


def field_choices(offer: Offer) -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything that can be asked: the list's own fields, then those of each relation."""
    own = [(name, str(one.label)) for name, one in offer.fields.items()]
    sections = [(str(offer.listing.label), own)]
    for relation in offer.relations.values():
        theirs = related(relation, offer.reading).fields
        sections.append(
            (
                str(relation.label),
                [(f"{relation.name}.{name}", str(one.label)) for name, one in theirs.items()],
            )
        )
    return sections


def settle(draft: Draft, offer: Offer) -> Draft:
    """Give each row an operator that its field knows, and drop values that the operator does not take."""
    for row in (row for group in draft.groups for row in group.rows):
        found = offer.field(row.name)
        if found is None:
            continue
        operators = OPERATORS[found[1].kind]
        if row.operator not in operators:
            row.operator, row.values = next(iter(operators)), []
        if operators[row.operator].takes is Takes.NOTHING:
            row.values = []
    return draft


def _row(condition: Condition) -> DraftRow:
    return DraftRow(condition.name, condition.operator, list(condition.values))


def _shown(row: DraftRow, index: int, offer: Offer) -> ShownRow:
    found = offer.field(row.name)
    if found is None:
        return ShownRow(index, row.name, [], "", [], [], False, not row.name)
    asked = found[1]
    operators = OPERATORS[asked.kind]
    takes = operators[row.operator].takes
    return ShownRow(
        index=index,
        name=row.name,
        operators=[(code, str(one.label), code == row.operator) for code, one in operators.items()],
        takes=takes,
        values=[*row.values, "", ""][: 2 if takes is Takes.TWO else 1],
        choices=_choices(asked, takes, offer, row.values),
        is_date=asked.kind in (Kind.DATE, Kind.INSTANT) and takes in (Takes.ONE, Takes.TWO),
        is_known=True,
        options_url=reverse(asked.options_url) if asked.options_url and takes is Takes.SOME else "",
    )


def _choices(asked: Field, takes: Takes, offer: Offer, chosen: Sequence[str]) -> list[tuple[str, str, bool]]:
    found: Any = ()
    if takes is Takes.PERIOD:
        found = PERIODS.items()
    elif takes is Takes.TRUTH:
        found = TRUTHS.items()
    elif takes is Takes.SOME and asked.options_url:
        found = words_of(asked, chosen, offer.reading).items()
    elif takes is Takes.SOME:
        found = choices_of(asked, offer.reading)
    return [(str(value), str(label), str(value) in chosen) for value, label in found]


def _number(text: str) -> int:
    return min(int(text), MOST_GROUPS) if text.isascii() and text.isdigit() and len(text) < 4 else 0
