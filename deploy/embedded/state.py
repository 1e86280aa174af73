"""The data directory: where it is, its secrets, and what is known of the servers and processes that use it.

`state.json` (0600) holds ports and passwords of the servers, and for every process its id with a
fingerprint, so that a process id that the system gave to somebody else is never taken for ours.
"""

import json
import os
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.embedded.console import CannotGoOn
from deploy.embedded.environment import PROJECT, require_free_disk
from deploy.embedded.locking import FileLock, owned
from deploy.embedded.ownership import follow_directory

DEFAULT_DIRECTORY = ".data"


class DataDirectory:
    """One installation's files: `state.json`, `secret_key`, `mail/`, `media/`, `logs/`, servers' data."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / "logs"
        self.mail = path / "mail"
        self.up_lock = path / "up.lock"
        self.users_lock = path / "servers.lock"
        self.start_lock = path / "start.lock"
        self._state = path / "state.json"

    @classmethod
    def open(cls, named: str | None = None) -> "DataDirectory":
        """The one named, else that of TEFTER_DATA_DIR, else .data in the project; made if new."""
        directory = cls(
            (PROJECT / (named or os.environ.get("TEFTER_DATA_DIR") or DEFAULT_DIRECTORY)).resolve()
        )
        try:
            directory._make()
        except OSError as error:
            raise CannotGoOn(
                f"The data directory {directory.path} cannot be used: {error.strerror}."
            ) from error
        return directory

    def _make(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        require_free_disk(self.path)
        if self.path.stat().st_uid == os.geteuid():
            # As root the servers run as somebody else, who has to pass through; everything inside is closed.
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        for private in (self.logs, self.mail, self.path / "media"):
            if not private.exists():
                private.mkdir(mode=0o700)
                follow_directory(private)
        for file in (self._state, self.up_lock, self.users_lock, self.start_lock):
            if file.exists() and not os.access(file, os.R_OK | os.W_OK):
                raise PermissionError(
                    13, f"{file.name} belongs to another user; use the account that made it"
                )

    def secret_key(self) -> str:
        """Django's SECRET_KEY, drawn at the first call and the same ever after."""
        file = self.path / "secret_key"
        with owned(self.path / "secret.lock"):
            if not file.exists():
                _write_private(file, secrets.token_urlsafe(50))
        return file.read_text().strip()

    def recall(self, part: str) -> dict[str, Any]:
        """What is known of "postgres", "broker", "up" or the "processes"; empty when nothing is."""
        return dict(self._load().get(part, {}))

    def remember(self, part: str, facts: Mapping[str, Any]) -> None:
        """Replaces what is known of one part."""
        with owned(self.path / "state.lock"):
            _write_private(self._state, json.dumps({**self._load(), part: dict(facts)}, indent=2))

    def remember_process(self, name: str, pid: int | None) -> None:
        """Notes the process behind a name; None forgets it."""
        processes = self.recall("processes")
        processes.pop(name, None)
        if pid is not None:
            processes[name] = {"pid": pid, "fingerprint": fingerprint(pid)}
        self.remember("processes", processes)

    def running_process(self, name: str) -> int | None:
        """The id of the process behind a name, when it still runs and is still that process."""
        known = self.recall("processes").get(name)
        if known and known["fingerprint"] and fingerprint(known["pid"]) == known["fingerprint"]:
            return int(known["pid"])
        return None

    def claim(self) -> FileLock:
        """The lock that one `up` holds for life. Refuses when another holds it."""
        lock = FileLock(self.up_lock)
        if not lock.try_to_own(patience_seconds=1):
            port = self.recall("up").get("port", "?")
            raise CannotGoOn(
                f"Tefter already runs from {self.path}, on port {port}. Stop it, or start a second one: "
                "`python3 manage.py up --data-dir .data-2 --port 8001`.",
                exit_code=2,
            )
        return lock

    def _load(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._state.read_text()))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise CannotGoOn(
                f"{self._state} is damaged: restore it, or remove {self.path} to begin anew."
            ) from error


def fingerprint(pid: int) -> str | None:
    """When the process began and its command line; None when no such process runs."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None if Path("/proc/self").exists() else _fingerprint_from_ps(pid)
    zombie, began = status[0] == "Z", status[19]
    return None if zombie else f"{began} {command.strip()}"


def _fingerprint_from_ps(pid: int) -> str | None:
    answer = subprocess.run(
        ["ps", "-o", "lstart=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None


def _write_private(file: Path, text: str) -> None:
    """Never half-written, never readable by others."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    follow_directory(draft)
    draft.replace(file)
