"""Identifiers. UUIDv7 sorts by creation time, so a primary key is also "newest first"."""

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """A new UUIDv7. Its order is the order of creation, not of commit: nobody may poll by `id > last`."""
    return uuid7()
