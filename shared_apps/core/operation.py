"""`@operation`: the one door through which the business changes.

It checks the permission, opens (or joins) a transaction, registers the operation under `app.name`, and, where
`settings.OPERATIONS_MUST_RECORD` is on (tests), fails an operation that recorded no event. An operation that
PostgreSQL ended so that another could pass (a deadlock) begins again.
"""

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction

from shared_apps.core.permissions import Permission


@dataclass(frozen=True)
class Registered:
    """One entry of the register. `why` says why an operation needs no event; empty when it records one."""

    name: str
    permission: Permission | None
    function: Callable[..., Any]
    why: str


DEADLOCK = "40P01"
MOST_TRIES = 3
REGISTER: dict[str, Registered] = {}
P = ParamSpec("P")
R = TypeVar("R")
_events_recorded: ContextVar[int] = ContextVar("events_recorded", default=0)


class NoEventRecorded(AssertionError):
    """An operation ended without telling anybody what became true."""


def note_event() -> None:
    """Called by `activity` and `journal` for each event they write."""
    _events_recorded.set(_events_recorded.get() + 1)


def operation(
    *, permission: Permission | None, event: bool | None = True, why: str = ""
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a keyword-only function an operation. Use `event=None, why="…"` when there is nothing to tell."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        name = _register(function, permission, why)

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            kwargs["by"].require(permission)  # type: ignore[attr-defined]
            before = _events_recorded.get()
            result = _done(lambda: function(*args, **kwargs))
            if event and settings.OPERATIONS_MUST_RECORD and _events_recorded.get() == before:
                raise NoEventRecorded(name)
            return result

        return run

    return decorate


def _done(act: Callable[[], R]) -> R:
    """What the act returns, in a transaction. Only the outermost may begin again: nothing of it is left."""
    tries = 1 if connection.in_atomic_block else MOST_TRIES
    while True:
        tries -= 1
        try:
            with transaction.atomic():
                return act()
        except OperationalError as error:
            if not tries or getattr(error.__cause__, "sqlstate", "") != DEADLOCK:
                raise


def _register(function: Callable[..., Any], permission: Permission | None, why: str) -> str:
    name = f"{_app_of(function.__module__)}.{function.__name__}"
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is not p.KEYWORD_ONLY for p in parameters) or "by" not in (p.name for p in parameters):
        raise TypeError(f"{name} takes keyword-only arguments, `by` among them")
    REGISTER[name] = Registered(name, permission, function, why)
    return name


def _app_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] in {"shared_apps", "tenant_apps"} else parts[0]
