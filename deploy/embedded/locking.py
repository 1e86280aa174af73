"""Locks between processes. The kernel drops them when their holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.embedded.ownership import follow_directory

POLL_SECONDS = 0.1


class FileLock:
    """One lock file; any number of sharers or a single owner. Not inherited by child processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def share(self) -> None:
        """Waits until nobody owns the lock alone, then takes part in it. An owner becomes a sharer."""
        fcntl.flock(self._open(), fcntl.LOCK_SH)

    def own(self) -> None:
        """Waits until this process is the only holder."""
        fcntl.flock(self._open(), fcntl.LOCK_EX)

    def try_to_own(self, patience_seconds: float = 0.0) -> bool:
        """True when this process is now the only holder."""
        deadline = time.monotonic() + patience_seconds
        while not self._try(fcntl.LOCK_EX):
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def try_to_share(self) -> bool:
        """True when nobody owns the lock alone, and this process is now one of its holders."""
        return self._try(fcntl.LOCK_SH)

    def release(self) -> None:
        """Lets go; harmless when nothing is held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _try(self, kind: int) -> bool:
        with suppress(BlockingIOError):
            fcntl.flock(self._open(), kind | fcntl.LOCK_NB)
            return True
        return False

    def _open(self) -> int:
        if self._descriptor is None:
            is_new = not self.path.exists()
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            if is_new:
                follow_directory(self.path)
        return self._descriptor


@contextmanager
def owned(path: Path) -> Iterator[None]:
    """Holds the lock file at `path` alone for the length of the block."""
    lock = FileLock(path)
    lock.own()
    try:
        yield
    finally:
        lock.release()


def is_owned(path: Path) -> bool:
    """True while some process, this one included, owns the lock at `path`."""
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        return not lock.try_to_share()
    finally:
        lock.release()
