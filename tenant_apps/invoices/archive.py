"""A zip whose bytes follow from its contents: no clock, no order of chance; checksums of all within."""

import hashlib
import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MANIFEST, SUMS = "MANIFEST.json", "SHA256SUMS"
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


class Archive:
    """Files by name, and notes on what is missing from it."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._missing: dict[str, str] = {}

    def put(self, name: str, content: bytes) -> None:
        """Add a file."""
        self._files[name] = content

    def note(self, name: str, reason: str) -> None:
        """Say why a file is not there."""
        self._missing[name] = reason

    def finish(self, facts: Mapping[str, Any]) -> tuple[bytes, str]:
        """Return the zip and the digest of its contents, which is the SHA-256 of SHA256SUMS. `facts` stand in
        the manifest.
        """
        manifest = dict(facts) | {"files": sorted(self._files), "missing": self._missing}
        written = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
        self.put(MANIFEST, f"{written}\n".encode())
        sums = "".join(f"{_digest(self._files[name])}  {name}\n" for name in sorted(self._files)).encode()
        self.put(SUMS, sums)
        return self._zipped(), _digest(sums)

    def _zipped(self) -> bytes:
        content = BytesIO()
        with ZipFile(content, "w", ZIP_DEFLATED) as target:
            for name in sorted(self._files):
                entry = ZipInfo(name, _NO_TIME)
                entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, _READABLE, 3
                target.writestr(entry, self._files[name])
        return content.getvalue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
