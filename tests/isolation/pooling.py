"""A pool of connections for a test, as `DATABASE_POOL_MAX` gives it to the product."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

from tenants.postgresql.pool import put_in_order


@contextmanager
def connections_shared(count: int, reset: Callable[[Any], None] = put_in_order) -> Iterator[None]:
    """All threads share so many connections to the test's database; afterwards each has its own again."""
    facts = connection.settings_dict
    before = {"CONN_MAX_AGE": facts["CONN_MAX_AGE"], "OPTIONS": facts["OPTIONS"]}
    connections.close_all()
    pool = {"min_size": 1, "max_size": count, "timeout": 10.0, "reset": reset}
    facts |= {"CONN_MAX_AGE": 0, "OPTIONS": {**before["OPTIONS"], "pool": pool}}
    try:
        yield
    finally:
        connections.close_all()
        connection.close_pool()
        facts |= before
