"""Children: watched, stopped, and never left behind."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.embedded.environment import PROJECT
from deploy.embedded.processes import Child, Supervisor, stop_all, stop_stranger
from deploy.embedded.state import fingerprint

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


@pytest.fixture
def child_of(tmp_path: Path) -> Iterator[Callable[[str], Child]]:
    """`child_of("sleep 60")`: a child that runs a shell command."""
    made: list[Child] = []

    def make(command: str) -> Child:
        made.append(Child("child", ["/bin/sh", "-c", command], tmp_path / "child.log", ENVIRONMENT))
        return made[-1]

    yield make
    stop_all(made)


def eventually(condition: Callable[[], object], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(condition())


def test_a_dead_child_comes_back_after_pauses_that_double(child_of: Callable[[str], Child]) -> None:
    starts: list[int] = []
    supervisor = Supervisor(on_start=lambda _name, pid: starts.append(pid))
    child = child_of("exit 1")
    supervisor.start(child)
    now = time.monotonic()
    for failures, pause in enumerate((0.5, 1.0, 2.0, 4.0), start=1):
        assert eventually(lambda: not child.is_running)
        supervisor.look_after(now)
        supervisor.look_after(now + pause - 0.01)
        assert len(starts) == failures, "started before its pause was over"
        supervisor.look_after(now + pause)
        assert len(starts) == failures + 1


def test_a_stopped_child_is_watched_no_longer(child_of: Callable[[str], Child]) -> None:
    supervisor = Supervisor(on_start=lambda _name, _pid: None)
    child = child_of("exec sleep 60")
    supervisor.start(child)
    supervisor.stop(["child"])
    supervisor.look_after(time.monotonic() + 1000)
    assert not child.is_running
    assert not supervisor.has_children


def test_a_child_that_does_not_listen_is_killed_with_its_own_children(
    child_of: Callable[[str], Child], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("deploy.embedded.processes.GRACE_SECONDS", 0.2)
    child = child_of("trap '' TERM; sleep 61 & echo $!; wait; sleep 62")
    child.start()
    assert eventually(child.last_words)
    grandchild = int(child.last_words())
    stop_all([child])
    assert not child.is_running
    assert eventually(lambda: fingerprint(grandchild) is None)


def test_a_stranger_is_stopped_by_its_process_id() -> None:
    process = subprocess.Popen(["sleep", "60"])
    stop_stranger(process.pid, signal.SIGTERM)
    assert process.wait() == -signal.SIGTERM


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a child of its parent's death"
)
def test_a_child_dies_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from deploy.embedded.processes import Child\n"
        f"child = Child('x', ['sleep', '60'], Path({str(tmp_path)!r}) / 'log', {ENVIRONMENT!r})\n"
        "print(child.start(), flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        child = int(parent.stdout.readline())
    assert fingerprint(child) is not None
    parent.kill()
    parent.wait()
    assert eventually(lambda: fingerprint(child) is None)
