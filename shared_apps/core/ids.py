"""Identifiers. UUIDv7 sorts by creation time, so a primary key is also "newest first"."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new UUIDv7. Its order is the order of creation, not of commit: nobody may poll by `id > last`."""
    return uuid7()


def id_in(told: Any) -> UUID | None:
    """The id that an address, a form or another program tells; None for none, and for what is no id."""
    try:
        return UUID(str(told)) if told else None
    except ValueError:
        return None


def ids_in(told: Iterable[Any]) -> list[UUID]:
    """The ids among what was told, each once, in its order."""
    return list(dict.fromkeys(found for one in told if (found := id_in(one))))
