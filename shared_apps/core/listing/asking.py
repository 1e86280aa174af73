"""A filter as one question to the database, and as words for the reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.core import slots
from shared_apps.core.formats import format_day, format_number
from shared_apps.core.listing.conditions import Condition, Filter, Problem, normal
from shared_apps.core.listing.kinds import (
    ME,
    OPERATORS,
    PERIODS,
    TRUTHS,
    Kind,
    Reading,
    Takes,
    Unreadable,
    day_of,
    number_of,
    read_test,
)
from shared_apps.core.listing.registry import Choices, Field, Offer, listing_of
from shared_apps.core.listing.trying import Belonging, trials_of, tried

UNKNOWN = gettext_lazy("There is no such field here any more.")


@dataclass(frozen=True)
class Asked:
    """What a filter asks: the Q, the filter without what was not understood, and that."""

    q: Q
    filter: Filter
    problems: tuple[Problem, ...]


def ask(offer: Offer, tree: Filter) -> Asked:
    """Turn a filter into a Q over the listed model. A condition that says nothing is left out and told."""
    problems: list[Problem] = []
    q, kept = _of_group(offer, tree, problems)
    return Asked(q, normal(kept), tuple(problems))


def choices_of(field: Field, reading: Reading) -> Choices:
    """The values that a field can have, with their words; people come from whoever knows them."""
    if field.choices is not None:
        key = ("choices", field.name, field.choices)
        if key not in reading.memory:
            reading.memory[key] = tuple(field.choices(reading))
        found: Choices = reading.memory[key]
        return found
    if field.kind is Kind.PERSON:
        return [
            (ME, _("Me")),
            *(one for people in slots.fill("listing.people", reading=reading) for one in people),
        ]
    return ()


def spoken(offer: Offer, condition: Condition) -> tuple[str, str, str]:
    """A condition in words: the field, how it is asked, and the values."""
    found = offer.field(condition.name)
    if found is None:
        return condition.name, condition.operator, ", ".join(condition.values)
    relation, field = found
    label = f"{relation.label} · {field.label}" if relation else str(field.label)
    operator = OPERATORS[field.kind][condition.operator]
    known = words_of(field, condition.values, offer.reading)
    words = [known.get(value) or _word(field, operator.takes, value) for value in condition.values]
    between = _(" or ") if operator.takes is Takes.SOME else " – "
    return label, str(operator.label), between.join(words)


def words_of(field: Field, values: Sequence[str], reading: Reading) -> Mapping[str, str]:
    """What a field's values are called; of a record that the reader may not see, only that."""
    if field.words is not None:
        key = ("words", field.name, field.words, tuple(values))
        if key not in reading.memory:
            named = field.words(values, reading)
            reading.memory[key] = {**dict.fromkeys(values, _("Not yours to see, or gone")), **named}
        found: Mapping[str, str] = reading.memory[key]
        return found
    return {str(key): str(label) for key, label in choices_of(field, reading)}


def _of_group(offer: Offer, tree: Filter, problems: list[Problem]) -> tuple[Q, Filter]:
    q, kept = Q(), list[Condition | Filter]()
    for part in tree.parts:
        if isinstance(part, Filter):
            one, kept_part = _of_group(offer, part, problems)
            if not kept_part.parts:
                continue
            kept.append(kept_part)
        else:
            try:
                one = _of_condition(offer, part)
            except Unreadable as error:
                problems.append(Problem(_told(offer, part), error.args[0]))
                continue
            kept.append(part)
        q = (q | one) if tree.any_of and q else q & one
    return q, Filter(tuple(kept), tree.any_of)


def _of_condition(offer: Offer, condition: Condition) -> Q:
    found = offer.field(condition.name)
    if found is None:
        raise Unreadable(UNKNOWN)
    relation, field = found
    known = None
    if field.kind in (Kind.CHOICE, Kind.TAGS) and field.choices is not None:
        known = frozenset(str(value) for value, _label in choices_of(field, offer.reading))
    test = read_test(field.kind, condition.operator, condition.values, offer.reading, known)
    trials = trials_of(offer.reading)
    tried_here = list(trials.open)
    q = field.where(test) if field.where else test.on(field.path)
    if relation is None:
        return q
    trials.open = tried_here  # the other list is gathered whole, and it is this one that is tried
    rows = listing_of(relation.entity).rows(offer.reading.actor, None)
    return tried(Belonging(relation.where(rows.filter(q))), offer.reading)


def _told(offer: Offer, condition: Condition) -> str:
    found = offer.field(condition.name)
    return str(found[1].label) if found else condition.name


def _word(field: Field, takes: Takes, value: str) -> str:
    if takes is Takes.PERIOD:
        return str(PERIODS.get(value, value))
    if takes is Takes.TRUTH:
        return str(TRUTHS.get(value, value))
    try:
        if takes is not Takes.DAYS and field.kind in (Kind.DATE, Kind.INSTANT):
            return format_day(day_of(value))
        if field.kind in (Kind.NUMBER, Kind.MONEY):
            return format_number(number_of(value))
    except Unreadable:
        return value
    return value
