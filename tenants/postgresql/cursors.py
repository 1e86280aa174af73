"""Cursors that ask, at every use, whether their connection still stands where it should."""

from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import InterfaceError
from django.db.backends import utils as stock


class Cursor(stock.CursorWrapper):
    """One that is kept across a switch of organizations follows the switch, and one whose connection was
    given back is dead: `InterfaceError`, instead of a stranger's session.
    """

    def enter(self) -> None:
        """Bring the connection to the path of whoever uses the cursor now."""
        self._refuse_when_dead()
        # A cursor of the server takes one statement only, so the path is told beside it.
        self.db.enter(None if isinstance(self.cursor, psycopg.ServerCursor) else self)

    def close(self) -> None:
        """Of a dead one, without a word to the server: somebody else may have the connection by now."""
        if self._is_alive():
            self.cursor.close()
        else:
            psycopg.Cursor.close(self.cursor)

    def copy(self, *arguments: Any, **named: Any) -> Any:
        """psycopg's COPY; a context manager."""
        self.enter()
        return self.cursor.copy(*arguments, **named)

    def stream(self, *arguments: Any, **named: Any) -> Any:
        """psycopg's row by row reading."""
        self.enter()
        return self.cursor.stream(*arguments, **named)

    def callproc(self, *arguments: Any, **named: Any) -> Any:
        self.enter()
        return super().callproc(*arguments, **named)

    def _execute(self, *arguments: Any) -> Any:
        self.enter()
        return super()._execute(*arguments)  # type: ignore[misc]

    def _executemany(self, *arguments: Any) -> Any:
        self.enter()
        return super()._executemany(*arguments)  # type: ignore[misc]

    def __iter__(self) -> Iterator[Any]:
        self._refuse_when_dead()
        return super().__iter__()

    def __getattr__(self, name: str) -> Any:
        if name in self.WRAP_ERROR_ATTRS:
            self._refuse_when_dead()
        return super().__getattr__(name)

    def _is_alive(self) -> bool:
        return self.cursor.connection is self.db.connection

    def _refuse_when_dead(self) -> None:
        if not self._is_alive():
            raise InterfaceError("The connection of this cursor was given back.")


class DebugCursor(Cursor, stock.CursorDebugWrapper):
    """The same, with its statements logged."""
