"""Starts, watches and stops processes, so that nothing outlives its supervisor."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from deploy.embedded.console import say
from deploy.embedded.environment import PROJECT
from deploy.embedded.ownership import follow_directory
from deploy.embedded.server_user import ServerUser
from deploy.embedded.state import fingerprint

POLL_SECONDS = 0.25
GRACE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_AFTER_SECONDS = 60.0
LOG_BYTES_KEPT = 10 * 1024 * 1024
SET_PARENT_DEATH_SIGNAL = 1


class Stopped(BaseException):
    """A signal asked this process to stop. Like KeyboardInterrupt, no `except Exception` swallows it."""


@contextmanager
def signals_raise() -> Iterator[None]:
    """The first SIGINT, SIGTERM or SIGHUP raises `Stopped`; later ones do not disturb the cleaning up."""
    received: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if len(received) == 1:
            raise Stopped

    previous = {
        number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@dataclass
class Child:
    """A process in a session of its own, with its output in a log file.

    `stop_signal` asks it to end in good order. With `dies_with_us` the kernel sends it that signal when
    this process dies, even by SIGKILL. `descriptors` stay open in it.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    directory: Path = PROJECT
    user: ServerUser = field(default_factory=ServerUser)
    stop_signal: signal.Signals = signal.SIGTERM
    dies_with_us: bool = True
    descriptors: Sequence[int] = ()
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> int:
        """Starts it and returns its process id."""
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_KEPT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            follow_directory(self.log)
            self.process = subprocess.Popen(
                self.command, cwd=self.directory, env=dict(self.environment), stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True, pass_fds=self.descriptors,
                preexec_fn=self._bound_to(os.getpid()) if self.dies_with_us else None,  # noqa: PLW1509 - no threads here
                **self.user.options,
            )  # fmt: skip
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def clear_away(self) -> None:
        """Kills what a dead child has left of its process group."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def disown(self) -> None:
        """Leaves it to whoever finds it by its process id."""
        if self.process is not None:
            self.process.returncode = 0  # or Python would complain of a process that nobody waited for
            self.process = None

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        return (
            "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""
        )

    def _bound_to(self, parent: int) -> Callable[[], None] | None:
        """Runs in the child just before its program, once it is another user: that would undo the binding."""
        if not sys.platform.startswith("linux"):
            return None
        prctl, death_signal = ctypes.CDLL(None, use_errno=True).prctl, int(self.stop_signal)

        def bind() -> None:
            prctl(SET_PARENT_DEATH_SIGNAL, death_signal)
            if os.getppid() != parent:
                os._exit(1)

        return bind


def stop_all(children: Sequence[Child]) -> None:
    """Asks all to stop at the same time, waits for them together, kills those that do not listen."""
    running = [child for child in children if child.is_running]
    for child in running:
        assert child.process is not None  # noqa: S101 - is_running says so
        with suppress(ProcessLookupError):
            child.process.send_signal(child.stop_signal)
    deadline = time.monotonic() + GRACE_SECONDS
    for child in running:
        assert child.process is not None  # noqa: S101
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
    for child in children:
        child.clear_away()
        if child.process is not None:
            child.process.wait()


def stop_stranger(pid: int, stop_signal: signal.Signals, group: bool = False) -> None:
    """Stops a process that is not our child, with `group` also its process group, and waits for the end."""
    identity = fingerprint(pid)
    for number, patience in ((stop_signal, GRACE_SECONDS), (signal.SIGKILL, GRACE_SECONDS)):
        if identity is None or fingerprint(pid) != identity:
            break
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + patience
        while fingerprint(pid) == identity and time.monotonic() < deadline:
            time.sleep(0.05)
    if group and identity is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


@dataclass
class _Watched:
    child: Child
    started_at: float = 0.0
    failures: int = 0
    restart_at: float = 0.0


class Supervisor:
    """Keeps its children running. One that dies comes back after a pause that doubles with every failure."""

    def __init__(self, on_start: Callable[[str, int], None]) -> None:
        self._watched: list[_Watched] = []
        self._on_start = on_start

    @property
    def has_children(self) -> bool:
        """Whether there is anything to watch or to stop."""
        return bool(self._watched)

    def start(self, child: Child) -> None:
        """Starts a child and watches it from now on, in place of one of the same name."""
        self.stop([child.name])
        watched = _Watched(child)
        self._watched.append(watched)
        self._launch(watched)

    def watch(self) -> None:
        """Never returns; a signal ends it by raising."""
        while True:
            self.look_after(time.monotonic())
            time.sleep(POLL_SECONDS)

    def look_after(self, now: float) -> None:
        """One round: notes who died, starts again whose pause is over. `now` is monotonic seconds."""
        for watched in self._watched:
            if watched.child.is_running:
                continue
            if not watched.restart_at:
                self._note_death(watched, now)
            elif now >= watched.restart_at:
                self._launch(watched)

    def stop(self, names: Sequence[str] | None = None) -> None:
        """Stops the children named, or all, and watches them no longer."""
        leaving = [watched for watched in self._watched if names is None or watched.child.name in names]
        self._watched = [watched for watched in self._watched if watched not in leaving]
        stop_all([watched.child for watched in leaving])

    def _launch(self, watched: _Watched) -> None:
        watched.started_at, watched.restart_at = time.monotonic(), 0.0
        self._on_start(watched.child.name, watched.child.start())

    def _note_death(self, watched: _Watched, now: float) -> None:
        lived = now - watched.started_at
        watched.failures = 1 if lived > HEALTHY_AFTER_SECONDS else watched.failures + 1
        pause = min(LONGEST_PAUSE_SECONDS, 0.5 * 2 ** (watched.failures - 1))
        watched.restart_at = now + pause
        watched.child.clear_away()
        name, log = watched.child.name, watched.child.log
        say(f"{name} ended after {lived:.0f} s; it starts again in {pause:g} s. Its log: {log}")
