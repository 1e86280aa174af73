"""django-tenants' PostgreSQL backend with five differences.

1. A failed `SET search_path` raises. The stock backend swallows it and goes on with whatever path the
connection had, which may be another organization's. 2. The path is remembered by value, so a connection that
already stands in the schema is not told again. 3. Switching does not empty the content type cache: content
types live in the public schema only, with one id space. 4. A connection that answered within the last two
seconds is not asked again whether it is alive. 5. Instants are read by a quicker loader; lists are full of
them.

Foreign keys are made not deferrable (`schema.py`): a violation is told by the statement that causes it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django_tenants.postgresql_backend import base as stock
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader

from tenants.postgresql.operations import DatabaseOperations
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


class DatabaseWrapper(stock.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
    ops_class = DatabaseOperations
    health_check_done: bool
    _answered_at = float("-inf")

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

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Choose the schema of the following statements; it reaches the server with the next cursor."""
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public
        self.set_settings_schema(self.schema_name)

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self._setting_search_path:
            return
        if not self.schema_name:
            raise ImproperlyConfigured("No organization and no public schema was chosen.")
        wanted = self._get_cursor_search_paths()
        if wanted == self.search_path_set_schemas:
            return
        self._set_search_path(wanted, cursor)

    def _set_search_path(self, wanted: list[str], cursor: Any) -> None:
        self.search_path_set_schemas = None
        statement = "SET search_path = " + ", ".join(stock.quote_schema_name(name) for name in wanted)
        with self._path_is_being_set():
            if cursor is not None:
                cursor.execute(statement)
            else:
                with self.connection.cursor() as own:
                    own.execute(statement)
        self.search_path_set_schemas = wanted

    def _savepoint_rollback(self, sid: str) -> None:
        # The transaction is aborted, so nothing but the rollback may be sent, not even a new path.
        with self._path_is_being_set():
            super()._savepoint_rollback(sid)

    @contextmanager
    def _path_is_being_set(self) -> Iterator[None]:
        self._setting_search_path = True
        try:
            yield
        finally:
            self._setting_search_path = False
