"""One job runs at most once at a time, whatever the broker delivers twice."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import connection
from dramatiq.errors import Retry

ASK_AGAIN_MS = 3_000


class StillRunning(Retry):
    """Another worker has this job in hand; or it has just died, and the database does not know it yet. The
    broker brings the message again after a while.
    """


@contextmanager
def alone(job_id: UUID) -> Iterator[None]:
    """Hold the job for this connection; raise `StillRunning` when another one holds it.

    The lock belongs to the session of the database, so it ends with a worker that is killed.
    """
    key = int.from_bytes(job_id.bytes[8:], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise StillRunning(str(job_id), delay=ASK_AGAIN_MS)
    holder = connection.connection
    try:
        yield
    finally:
        if connection.connection is holder:
            _release(key)


def _release(key: int) -> None:
    """A connection that is broken has released it already."""
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
