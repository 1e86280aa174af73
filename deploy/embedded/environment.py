"""The project's own .venv: made from the lock, kept in step with it, entered. Standard library alone.

A stamp inside .venv holds the digest of the lock that was installed last. The development lock contains
the other one, so an environment made for tests also runs the product.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.embedded.console import CannotGoOn, say, step
from deploy.embedded.locking import owned

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "tefter-lock"
RUN_LOCK = PROJECT / "requirements.lock"
DEVELOPMENT_LOCK = PROJECT / "requirements-dev.lock"
FREE_BYTES_NEEDED = 500 * 1024 * 1024
ENTERED = "_TEFTER_ENTERED"


def enter(lock: Path, arguments: Sequence[str]) -> None:
    """Returns when this process already runs in an up-to-date .venv; else makes one and starts over in it."""
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    just_entered = os.environ.pop(ENTERED, None) == str(os.getpid())
    if inside and (just_entered or (_is_current(lock) and importlib.util.find_spec("django"))):
        return
    if just_entered:
        raise CannotGoOn(f"{VENV_PYTHON} does not run inside {VENV}. Remove that directory and try again.")
    make(lock, rebuild=inside and not importlib.util.find_spec("django"))
    environment = {**os.environ, ENTERED: str(os.getpid())}
    os.execve(VENV_PYTHON, [str(VENV_PYTHON), str(PROJECT / "manage.py"), *arguments], environment)  # noqa: S606


def make(lock: Path, rebuild: bool = False) -> None:
    """Brings .venv to `lock`. Of two processes that try at once the second waits and finds the work done."""
    if _is_current(lock) and not rebuild:
        return
    try:
        with owned(PROJECT / ".venv.lock"):
            if not _is_current(lock) or rebuild:
                _install(lock)
    except PermissionError as error:
        raise CannotGoOn(f"{PROJECT} is not yours to write: {error.filename} cannot be made.") from error


def require_free_disk(directory: Path, needed: int = FREE_BYTES_NEEDED) -> None:
    """Refuses to begin what a full disk would break half-way."""
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise CannotGoOn(
            f"Not enough room on the disk of {directory}: "
            f"{free // 2**20} MB are free, {needed // 2**20} MB are needed."
        )


def _is_current(lock: Path) -> bool:
    if not STAMP.is_file() or not os.access(VENV_PYTHON, os.X_OK):
        return False
    return STAMP.read_text().strip() in {_digest(lock), _digest(DEVELOPMENT_LOCK)}


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _install(lock: Path) -> None:
    require_free_disk(PROJECT)
    STAMP.unlink(missing_ok=True)
    packages = sum("==" in line for line in lock.read_text().splitlines())
    uv = shutil.which("uv")
    with step(f"environment: {packages} packages into .venv"):
        if not (uv and _install_with_uv(uv, lock)):
            _install_with_pip(lock)
    STAMP.write_text(_digest(lock) + "\n")


def _install_with_uv(uv: str, lock: Path) -> bool:
    """False when this uv cannot do it, for whatever reason: pip then has its turn and its say."""
    if not _works(VENV_PYTHON) and not _run(
        uv, "venv", "--quiet", "--clear", "--python", _base_python(), str(VENV)
    ):
        return False
    return _run(
        uv, "pip", "sync", "--quiet", "--compile-bytecode", "--python", str(VENV_PYTHON), "--require-hashes",
        "--only-binary", ":all:", str(lock),
    )  # fmt: skip


def _install_with_pip(lock: Path) -> None:
    if not _works(VENV_PYTHON, "-m", "pip", "--version"):
        _refuse_python_without_venv()
        if not _run(_base_python(), "-m", "venv", "--clear", str(VENV)):
            raise CannotGoOn(f"{_base_python()} could not make {VENV}; its own words are above.")
    installed = _run(
        str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
        "--require-hashes", "--only-binary", ":all:", "--requirement", str(lock),
    )  # fmt: skip
    if not installed:
        raise CannotGoOn(f"The packages of {lock.name} could not be installed; pip's own words are above.")


def _refuse_python_without_venv() -> None:
    """Debian ships python3 without ensurepip: `python3 -m venv` would fail half-way."""
    if not _works(Path(_base_python()), "-c", "import venv, ensurepip"):
        package = f"python3.{sys.version_info.minor}-venv"
        raise CannotGoOn(
            f"This Python cannot make a virtual environment. On Debian or Ubuntu run: apt install {package}"
        )


def _base_python() -> str:
    """The interpreter behind a virtual environment, or the one that runs."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def _works(python: Path, *arguments: str) -> bool:
    command = [str(python), *(arguments or ("-c", "import sys; sys.exit(sys.version_info < (3, 11))"))]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _run(*command: str) -> bool:
    """Runs with its words on stderr: stdout belongs to the command that the person asked for."""
    try:
        return (
            subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False).returncode == 0
        )
    except OSError as error:
        say(str(error))
        return False
