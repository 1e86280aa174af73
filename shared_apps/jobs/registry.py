"""Which jobs there are. Filled by `@job` when the apps' `tasks` modules are read."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Where a job runs: in one organization, or on the platform (public schema)."""

    ORGANIZATION = "organization"
    PLATFORM = "platform"


class Queue(StrEnum):
    """What waits for whom: a worker that has both takes a prompt job before any patient one."""

    PROMPT = "prompt"
    PATIENT = "patient"


@dataclass(frozen=True)
class Registered:
    name: str
    scope: Scope
    queue: Queue
    function: Callable[..., None]


class UnknownJob(LookupError):
    """A name that no `@job` bears, or none in this version of the product."""


JOBS: dict[str, Registered] = {}


def registered(name: str) -> Registered:
    """The job of this name; `UnknownJob` without one."""
    try:
        return JOBS[name]
    except KeyError:
        raise UnknownJob(name) from None
