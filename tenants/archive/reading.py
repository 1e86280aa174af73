"""An archive is opened, and believed only after every byte was compared with the manifest."""

import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from tenants.archive.manifest import NAME, ArchiveDamaged, File, Manifest, Table, read_manifest

PIECE = 256 * 1024
_BROKEN = (BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError)


class ArchiveReader:
    """An open archive: `manifest`, and the bytes of its members."""

    def __init__(self, zip_file: ZipFile) -> None:
        self._zip = zip_file
        self.manifest: Manifest = read_manifest(zip_file.read(NAME))

    def verify(self) -> None:
        """Compare every member with the manifest; raises `ArchiveDamaged` and says what is wrong."""
        members: list[Table | File] = [*self.manifest.tables, *self.manifest.files]
        names = [NAME, *(member.member for member in members)]
        if sorted(names) != sorted(self._zip.namelist()):
            odd = sorted(set(names) ^ set(self._zip.namelist())) or ["a name that stands twice"]
            raise ArchiveDamaged(f"{odd[0]} is missing or not listed")
        for member in members:
            self._verify(member)

    def _verify(self, member: Table | File) -> None:
        size, rows, digest = 0, 0, hashlib.sha256()
        for piece in self.pieces(member):
            digest.update(piece)
            size, rows = size + len(piece), rows + piece.count(b"\n")
        if size != member.size or digest.hexdigest() != member.sha256:
            raise ArchiveDamaged(f"{member.member} differs from its checksum")
        if isinstance(member, Table) and rows != member.rows:
            raise ArchiveDamaged(f"{member.member} has {rows} rows instead of {member.rows}")

    def pieces(self, member: Table | File) -> Iterator[bytes]:
        """The member's bytes, a quarter of a megabyte at a time."""
        with self.opened(member) as stream:
            while piece := stream.read(PIECE):
                yield piece

    def rows(self, table: Table) -> Iterator[bytes]:
        """The rows of a table, each with its line end."""
        with self.opened(table) as stream:
            yield from stream

    @contextmanager
    def opened(self, member: Table | File) -> Iterator[IO[bytes]]:
        """The member as a file. What cannot be unpacked raises `ArchiveDamaged`."""
        try:
            packed: Any = self._zip.open(member.member)
            with packed, io.BufferedReader(packed, PIECE) as stream:
                yield stream
        except _BROKEN as error:
            raise ArchiveDamaged(f"{member.member} cannot be read ({type(error).__name__})") from error


@contextmanager
def open_archive(path: Path) -> Iterator[ArchiveReader]:
    """Open the archive at `path`; one that is no zip or has no manifest raises `ArchiveDamaged`."""
    try:
        zip_file = ZipFile(path)
    except (*_BROKEN, OSError) as error:
        raise ArchiveDamaged(f"{path.name} is not a whole zip file") from error
    with zip_file:
        try:
            reader = ArchiveReader(zip_file)
        except (*_BROKEN, OSError) as error:
            raise ArchiveDamaged(f"{NAME} cannot be read ({type(error).__name__})") from error
        yield reader


def sha256_of(path: Path) -> str:
    """The SHA-256 of a whole file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
