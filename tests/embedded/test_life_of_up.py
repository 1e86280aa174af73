"""`manage.py up` from start to end, as a person and as a cruel kernel would have it."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.embedded.environment import PROJECT
from deploy.embedded.sockets import free_port
from deploy.embedded.state import DataDirectory

pytestmark = pytest.mark.soak
PATIENCE_SECONDS = 600  # it makes a database, beside other tests
PROGRAMS = {"postgres", "broker", "web", "worker", "scheduler"}


@pytest.fixture
def directory() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="tefter-life-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


class Running:
    """One `up` on a port of its own, from the moment that it answers."""

    def __init__(self, directory: Path) -> None:
        self.data = DataDirectory(directory)
        self.port = free_port()
        named = (
            "DATABASE_URL",
            "REDIS_URL",
            "CACHE_URL",
            "SECRET_KEY",
            "TEFTER_DATA_DIR",
            "DJANGO_SETTINGS_MODULE",
        )
        self.environment = {name: value for name, value in os.environ.items() if name not in named}
        self.process = self._start(self.port)
        try:
            eventually(self.answers)
        except AssertionError as error:
            if self.process.poll() is None:
                error.add_note(self.end(signal.SIGTERM))
            raise
        self.children = {name: facts["pid"] for name, facts in self.data.recall("processes").items()}

    def _start(self, port: int) -> "subprocess.Popen[str]":
        command = [sys.executable, str(PROJECT / "manage.py"), "up", "--no-demo", "--port", str(port)]
        return subprocess.Popen(
            [*command, "--data-dir", str(self.data.path)], cwd="/", env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def start_another(self) -> "subprocess.Popen[str]":
        """A second one on the same directory."""
        return self._start(free_port())

    def answers(self) -> bool:
        """Whether a page comes back."""
        if self.process.poll() is not None:
            raise AssertionError(self.process.communicate()[0])
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def is_gone(self) -> bool:
        """Whether no process that it started is left."""
        return not any(Path(f"/proc/{pid}").exists() for pid in self.children.values())

    def end(self, number: signal.Signals) -> str:
        """Sends a signal and returns all that was printed."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=PATIENCE_SECONDS)[0]


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_it_comes_up_twice_heals_itself_and_leaves_nothing(directory: Path) -> None:
    first = Running(directory)
    assert set(first.children) == PROGRAMS

    second = first.start_another()
    said = second.communicate(timeout=PATIENCE_SECONDS)[0]
    assert (second.returncode, "already runs" in said) == (2, True), said

    os.kill(first.children["web"], signal.SIGKILL)
    eventually(lambda: first.data.running_process("web") not in {None, first.children["web"]})
    eventually(first.answers)

    said = first.end(signal.SIGTERM)
    assert first.process.returncode == 0, said
    assert f"http://tefter.localhost:{first.port}/" in said
    assert str(directory / "mail") in said
    assert first.is_gone()

    killed = Running(directory)
    killed.end(signal.SIGKILL)
    after = Running(directory)
    assert killed.is_gone()
    after.end(signal.SIGINT)
    assert (after.process.returncode, after.is_gone()) == (0, True)
