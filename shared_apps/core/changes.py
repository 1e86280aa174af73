"""What a change dataclass asks for: only the fields that were given."""

from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Keep(Enum):
    """The default of a field for which None is a value of its own: "leave it as it is"."""

    KEEP = "keep"


KEEP = Keep.KEEP


def given(change: "DataclassInstance") -> dict[str, Any]:
    """The fields that differ from their default (None, or `KEEP` where None is a value), stripped."""
    values = {one.name: getattr(change, one.name) for one in fields(change)}
    wanted = {one.name: values[one.name] for one in fields(change) if values[one.name] is not one.default}
    return {name: value.strip() if isinstance(value, str) else value for name, value in wanted.items()}
