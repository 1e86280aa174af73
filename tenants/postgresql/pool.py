"""What is known of one physical connection, and how it is put back in order when it is given back."""

from typing import Any

from django.conf import settings

# A server process keeps every table that it ever touched in memory, some 30 KB each, and forgets none.
_SEEN = "schemas_seen"


def schemas_seen(connection: Any) -> set[str]:
    """The schemas that this connection of the driver was ever told; kept on the connection itself, so that
    it does not matter which thread holds it.
    """
    seen: set[str] = connection.__dict__.setdefault(_SEEN, set())
    return seen


def has_seen_enough(connection: Any) -> bool:
    """Whether the server process behind it should be replaced by a fresh one."""
    return len(schemas_seen(connection)) > settings.SCHEMAS_PER_CONNECTION


def put_in_order(connection: Any) -> None:
    """The pool's `reset`: undo whatever the last user said to the session, so that it stands in no
    organization again. Runs in a thread of the pool; if it fails, the pool throws the connection away.
    """
    if has_seen_enough(connection):
        connection._expire_at = 0.0  # the pool closes it as one that lived long enough
        return
    connection.execute("DISCARD ALL")
