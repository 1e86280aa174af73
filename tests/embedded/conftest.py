"""A data directory of one's own, and none of the servers that the test run itself uses."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.state import DataDirectory


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[DataDirectory]:
    """Not under tmp_path: as root the servers run as somebody who may not enter there."""
    for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "SECRET_KEY", "TEFTER_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    path = Path(tempfile.mkdtemp(prefix="tefter-embedded-"))
    yield DataDirectory.open(str(path))
    shutil.rmtree(path)
