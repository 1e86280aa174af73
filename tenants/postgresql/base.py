"""django-tenants' PostgreSQL backend, made to fail closed.

1. A failed `SET search_path` raises. The stock backend swallows it and goes on with whatever path the
connection had, which may be another organization's. 2. The path is remembered by value, and only as long as
the server stands by it: for one physical connection, until a rollback of whatever kind. 3. Every use of a
cursor is compared with it, not only its making (`cursors.py`). 4. COMMIT of a failed transaction raises:
PostgreSQL answers it with a rollback, in silence. 5. A connection retires when its server process has seen
many schemas, whose tables it never forgets (`pool.py`).

Two savings: switching does not empty the content type cache, because content types live in the public schema
only; a connection that answered within the last two seconds is not asked again whether it is alive. Instants
are read by a quicker loader; lists are full of them. Foreign keys are made not deferrable (`schema.py`).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import InternalError
from django_tenants.postgresql_backend import base as stock
from psycopg.abc import Buffer
from psycopg.pq import PipelineStatus, TransactionStatus
from psycopg.types.datetime import TimestamptzLoader

from tenants.postgresql.cursors import Cursor, DebugCursor
from tenants.postgresql.operations import DatabaseOperations
from tenants.postgresql.pool import has_seen_enough, schemas_seen
from tenants.postgresql.schema import DatabaseSchemaEditor

TRUSTED_FOR = 2.0
_INSTANT = psycopg.adapters.types["timestamptz"].oid


class UtcLoader(TimestamptzLoader):
    """Reads what the server writes in UTC, such as `2026-03-31 09:30:00.5+00`, in one call of the standard
    library.
    """

    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data)


@lru_cache(maxsize=4096)
def _statement(paths: tuple[str, ...]) -> str:
    """Temporary tables last: unnamed, PostgreSQL would look there before it looks into the organization."""
    return "SET search_path = " + ", ".join([*map(stock.quote_schema_name, paths), "pg_temp"])


class DatabaseWrapper(stock.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
    ops_class = DatabaseOperations
    health_check_done: bool
    search_path_set_schemas: str | None
    recorded: list[str] | None = None
    _answered_at = float("-inf")
    _told: Any = None  # the driver's connection that `search_path_set_schemas` is true of

    # The life of a connection

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if self.timezone == UTC:
            connection.adapters.register_loader(_INSTANT, UtcLoader)
        return connection

    def close_if_health_check_failed(self) -> None:
        if self.health_check_done:
            return
        if time.monotonic() - self._answered_at < TRUSTED_FOR and not self.errors_occurred:
            self.health_check_done = True
            return
        super().close_if_health_check_failed()
        self._answered_at = time.monotonic()

    def close_if_unusable_or_obsolete(self) -> None:
        """What happens between two requests or jobs."""
        super().close_if_unusable_or_obsolete()
        self.close_if_it_has_seen_enough()

    def close_if_it_has_seen_enough(self) -> None:
        """Let the server process go that has seen too many schemas.

        Called where nothing is under way: between requests, jobs, and the organizations of a loop over all.
        Inside a transaction, or while the session holds an advisory lock, it does nothing.
        """
        if self.connection is None or self.in_atomic_block or not has_seen_enough(self.connection):
            return
        if not self._holds_a_lock():
            self.close()

    def _holds_a_lock(self) -> bool:
        try:
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
                return bool(cursor.rowcount)
        except psycopg.Error:  # whatever it held, a dead connection holds no longer
            return False

    @contextmanager
    def recording(self) -> Iterator[list[str]]:
        """Write down what the schema editor executes inside the block."""
        before, self.recorded = self.recorded, []
        try:
            yield self.recorded
        finally:
            self.recorded = before

    # Where it stands

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Choose the schema of the following statements; it reaches the server with the next one."""
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public

    def make_cursor(self, cursor: Any) -> Cursor:
        return Cursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> DebugCursor:
        return DebugCursor(cursor, self)

    def _cursor(self, name: str | None = None) -> Cursor:
        cursor: Cursor = super(stock.DatabaseWrapper, self)._cursor(name)
        if name is None:  # a cursor of the server enters when it is used, so that a failure closes it
            cursor.enter()
        return cursor

    def enter(self, cursor: Any) -> None:
        """Bring the connection to the chosen schema: through `cursor`, or (None) through one of its own."""
        if self._setting_search_path:
            return
        if not self.schema_name:
            raise ImproperlyConfigured("No organization and no public schema was chosen.")
        statement = _statement(tuple(self._get_cursor_search_paths()))
        if self.search_path_set_schemas != statement or self._told is not self.connection:
            self._set_search_path(statement, cursor)

    def _set_search_path(self, statement: str, cursor: Any) -> None:
        self.search_path_set_schemas = None
        try:
            self._setting_search_path = True
            self._tell(statement, cursor)
        finally:
            self._setting_search_path = False
        schemas_seen(self.connection).add(self.schema_name)
        if self.connection.pgconn.pipeline_status == PipelineStatus.OFF:
            self._told = self.connection
            self.search_path_set_schemas = statement

    def _tell(self, statement: str, cursor: Any) -> None:
        if cursor is not None:
            cursor.execute(statement)
            return
        with self.wrap_database_errors, self.connection.cursor() as own:
            own.execute(statement)

    def _commit(self) -> None:
        if self.connection is not None and self._has_failed():
            self.search_path_set_schemas = None
            raise InternalError("The transaction had failed before, so it was not committed.")
        super()._commit()

    def _has_failed(self) -> bool:
        return self.connection.pgconn.transaction_status == TransactionStatus.INERROR

    def _savepoint_rollback(self, sid: str) -> None:
        # The transaction is aborted, so nothing but the rollback may be sent, not even a new path.
        try:
            self._setting_search_path = True
            super()._savepoint_rollback(sid)
        finally:
            self._setting_search_path = False
