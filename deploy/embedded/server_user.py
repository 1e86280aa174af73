"""Who runs the servers, and where they may keep their files.

PostgreSQL refuses to run as root. A root user therefore hands both servers to `postgres` or `nobody`, and
where that account cannot enter the project's directory, their files live in a fallback directory.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.embedded.console import CannotGoOn

FALLBACK = Path("/var/lib/tefter")
CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class ServerUser:
    """The account of the servers. `uid` is None when they run as the person who started them."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def choose(cls, *places: Path) -> "ServerUser":
        """Whoever owns the first of the `places` that is not root's, else a candidate. Not root: oneself."""
        if os.geteuid() != 0:
            return cls()
        for place in places:
            if place.exists() and place.stat().st_uid != 0:
                return cls(place.stat().st_uid, place.stat().st_gid)
        for name in CANDIDATES:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid)
        raise CannotGoOn(
            "PostgreSQL does not run as root, and this machine has neither `postgres` nor `nobody`."
        )

    @property
    def options(self) -> dict[str, Any]:
        """Keyword arguments for subprocess that make a process of this user."""
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_run(self, program: Path) -> bool:
        """Whether this user may execute the file."""
        return self._succeeds('test -x "$1" && test -r "$1"', program)

    def own(self, path: Path, mode: int) -> Path:
        """Gives an existing file or directory to this user, with `mode`, and returns it."""
        path.chmod(mode)
        if self.uid is not None:
            os.chown(path, self.uid, self.gid if self.gid is not None else -1)
        return path

    def home(self, data_directory: Path) -> Path:
        """Where the servers keep their data: in the data directory, unless this user cannot get there."""
        if self.uid is None or self._succeeds('cd -- "$1"', data_directory):
            return data_directory
        digest = hashlib.sha256(str(data_directory).encode()).hexdigest()[:16]
        return _made(FALLBACK / "data" / digest)

    def programs(self, root: Path, folders: Sequence[str], program: str, version: str) -> Path:
        """`root` when this user can run `root / program`, else a copy of its `folders`, kept per version."""
        if self.can_run(root / program):
            return root
        copy = FALLBACK / "programs" / version
        if not copy.exists():
            draft = _made(copy.with_name(f"{version}.{os.getpid()}"))
            for folder in folders:
                shutil.copytree(root / folder, draft / folder, symlinks=True)
            draft.rename(copy)
        return copy

    def _succeeds(self, test: str, path: Path) -> bool:
        command = ["/bin/sh", "-c", test, "sh", str(path)]
        return (
            subprocess.run(command, capture_output=True, cwd="/", check=False, **self.options).returncode == 0
        )


def settle(data_directory: Path, server: str) -> tuple[Path, ServerUser]:
    """The directory of one server's files, perhaps not made yet, and the account that it runs under."""
    user = ServerUser.choose(data_directory / server, data_directory)
    home = user.home(data_directory) / server
    return home, ServerUser.choose(home, data_directory)


def _made(directory: Path) -> Path:
    """Makes a directory under the fallback that everybody may enter, whatever the umask."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotGoOn(
            f"The servers need a directory of their own: {error.filename} cannot be made."
        ) from error
    for part in (directory, *directory.parents):
        if part.is_relative_to(FALLBACK):
            part.chmod(0o755)
    return directory
