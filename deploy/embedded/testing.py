"""`manage.py test`: pytest on throw-away servers, which forget everything and therefore are fast."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from deploy.embedded import servers as embedded
from deploy.embedded.console import say, step
from deploy.embedded.environment import PROJECT
from deploy.embedded.locking import is_owned
from deploy.embedded.processes import Child, Stopped, signals_raise, stop_all
from deploy.embedded.state import DataDirectory

PREFIX = "tefter-test-"
MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3  # noqa: S108 — a directory of our own is made in it
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OF_THE_PERSON = (
    "DATABASE_URL",
    "REDIS_URL",
    "CACHE_URL",
    "SECRET_KEY",
    "SEALING_KEYS",
    "TEFTER_DATA_DIR",
    "PORT",
    "BASE_DOMAIN",
    "STRIPE_API_BASE",
)


def run(arguments: Sequence[str]) -> int:
    """Runs pytest with `arguments` after our own defaults, and returns its exit code; 130 when stopped."""
    browser = find_browser()
    journeys = f"Browser journeys run, in {browser}." if browser else (
        "Browser journeys are SKIPPED: there is no Chromium. Install `chromium`, or name one in CHROMIUM."
    )  # fmt: skip
    say(journeys)
    try:
        with signals_raise(), _throwaway_servers() as environment:
            if browser:
                environment["CHROMIUM"] = browser
            code = subprocess.run(_pytest(arguments), cwd=PROJECT, env=environment, check=False).returncode
    except Stopped:
        return 130
    say(journeys)
    return code


def find_browser() -> str | None:
    """The Chromium for the journeys: the one named in CHROMIUM, else one on the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def _pytest(arguments: Sequence[str]) -> list[str]:
    """Our defaults come first: of two answers to one question pytest takes the last."""
    defaults = ["-n", "auto", "--no-loadscope-reorder"] + (["-m", ""] if "--all" in arguments else [])
    return [sys.executable, "-m", "pytest", *defaults, *(part for part in arguments if part != "--all")]


@contextmanager
def _throwaway_servers() -> Iterator[dict[str, str]]:
    """The environment of tests. The servers and their directory are gone afterwards, whatever happened."""
    _remove_abandoned()
    for name in OF_THE_PERSON:
        os.environ.pop(name, None)
    data = DataDirectory.open(tempfile.mkdtemp(prefix=PREFIX, dir=_home()))
    claim, children = data.claim(), []
    try:
        servers = embedded.needed(data, throwaway=True)
        with step("throw-away PostgreSQL and job broker"):
            for server in servers:
                embedded.start(server, lambda child: children.append(_started(child)))
        written = data.path / "tmp"
        written.mkdir()
        yield {
            **embedded.environment(data, servers),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "TMPDIR": str(written),  # what the tests themselves write lives and goes with the servers
        }
    finally:
        stop_all(children)
        claim.release()
        shutil.rmtree(data.path, ignore_errors=True)


def _started(child: Child) -> Child:
    child.start()
    return child


def _home() -> Path:
    """Where the servers keep what they forget: in memory where there is plenty. Hundreds of tests copy a
    database, and with a disk they take half as long again.
    """
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM and os.access(MEMORY, os.W_OK)
    return MEMORY if has_room else Path(tempfile.gettempdir())


def _remove_abandoned() -> None:
    """What an earlier run left behind when it was killed."""
    homes = (MEMORY, Path(tempfile.gettempdir()))
    for directory in chain.from_iterable(home.glob(f"{PREFIX}*") for home in homes):
        if directory.stat().st_uid == os.geteuid() and not is_owned(directory / "up.lock"):
            shutil.rmtree(directory, ignore_errors=True)
