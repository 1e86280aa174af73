"""What the rows of a list are gathered by, and how one asks for the rows of a group."""

from typing import Any

from django.db.models import QuerySet

from shared_apps.core.listing import Condition, Field, Kind, Offer

GATHERED = "gathered_by"


def group_fields(offer: Offer) -> list[Field]:
    """The fields that a list can be gathered by: its own, then those that were added to it."""
    own = [offer.fields[name] for name in offer.listing.groups if name in offer.fields]
    return own + [one for one in offer.fields.values() if one.group_by is not None]


def gathered(rows: QuerySet[Any], by: Field) -> tuple[QuerySet[Any], str]:
    """The rows with the value of their group, and what that is called; a row can be in several groups."""
    if by.group_by is None:
        return rows, by.group_path
    return rows.annotate(**{GATHERED: by.group_by()}), GATHERED


def word_of(by: Field, value: Any) -> str:
    """The value of a group as choices and conditions write it."""
    if by.kind is Kind.YES_NO:
        return "yes" if value else "no"
    return str(value)


def condition_of(by: Field, value: Any) -> Condition | None:
    """The question that finds the rows of a group; None where nothing asks for rows without a value."""
    if value in (None, ""):
        return None if by.kind is Kind.YES_NO else Condition(by.name, "empty")
    operator = "any" if by.kind is Kind.TAGS else "is"
    return Condition(by.name, operator, (word_of(by, value),))
