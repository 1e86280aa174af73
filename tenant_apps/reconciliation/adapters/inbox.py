"""The folder through which statements come in without a person: `inbox/<organization's id>/` under
`settings.STATEMENTS_ROOT`. What is taken goes to `taken/`, what is refused to `refused/` with its reason.

Only plain files in plain directories are looked at: no link leads to what lies elsewhere.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

INBOX, TAKEN, REFUSED = "inbox", "taken", "refused"
_LONGEST, _LONGEST_ENDING = 200, 20
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", "~")


def organizations_with_files() -> list[UUID]:
    """The organizations whose inbox holds something."""
    found = []
    for folder in _entries(_root(INBOX)):
        organization_id = _id_of(folder)
        if organization_id and _is_folder(folder) and any(_is_file(path) for path in _entries(folder)):
            found.append(organization_id)
    return sorted(found)


def waiting_files(organization_id: UUID, *, settled_before: datetime) -> list[Path]:
    """The files in an organization's inbox that nobody is writing any more, by name."""
    folder = _root(INBOX) / str(organization_id)
    if not _is_folder(folder):
        return []
    return sorted(
        path
        for path in _entries(folder)
        if _is_file(path) and path.stat().st_mtime <= settled_before.timestamp()
    )


def size_of(path: Path) -> int:
    return path.stat().st_size


def read_file(path: Path) -> bytes:
    return path.read_bytes()


def put_away(organization_id: UUID, path: Path, *, at: datetime, reason: str = "") -> Path:
    """Move a file out of the inbox: to the taken ones or, with a reason, to the refused ones."""
    folder = _root(REFUSED if reason else TAKEN) / str(organization_id)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{at:%Y%m%dT%H%M%S}-{_fitting(path.name)}"
    if reason:
        target.with_name(f"{target.name}.reason.txt").write_text(f"{reason}\n", encoding="utf-8")
    return path.replace(target)


def forget(organization_id: UUID) -> None:
    """Delete every file that an organization has there."""
    for kind in (INBOX, TAKEN, REFUSED):
        folder = _root(kind) / str(organization_id)
        if _is_folder(folder):
            shutil.rmtree(folder)


def _fitting(name: str) -> str:
    """The name in so few bytes that a time before it and a word after it make no name too long for a disk."""
    written = os.fsencode(name)
    if len(written) <= _LONGEST:
        return name
    ending = os.fsencode(Path(name).suffix)[:_LONGEST_ENDING]
    mark = f"~{hashlib.sha256(written).hexdigest()[:8]}".encode()
    return (written[: _LONGEST - len(mark) - len(ending)] + mark + ending).decode(errors="ignore")


def _root(kind: str) -> Path:
    return Path(settings.STATEMENTS_ROOT) / kind


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir()
    except (FileNotFoundError, NotADirectoryError):
        return


def _id_of(folder: Path) -> UUID | None:
    try:
        return UUID(folder.name)
    except ValueError:
        return None


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    if path.name.startswith(".") or path.name.endswith(_UNFINISHED):
        return False
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
