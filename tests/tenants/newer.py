"""A newer version of the product, in which apps have more migrations than on disk."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader

from tenants.versions import newest_version

HEAD = """from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from shared_apps.core.data_jobs import RunJob


class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = [("{label}", "{before}")]
    operations = [{operations}]
"""


class Newer:
    """`newer.migration("catalog", 'migrations.RunSQL("…")')` adds one after the app's last."""

    def __init__(self, directory: Path, settings: Any) -> None:
        self.directory, self._settings = directory, settings
        self._last: dict[str, str] = {}
        settings.MIGRATION_MODULES = {}

    def migration(self, label: str, operations: str, *, atomic: bool = True) -> str:
        if label not in self._last:
            self._extend(label)
        before = self._last[label]
        name = f"{int(before[:4]) + 1:04d}_newer"
        text = HEAD.format(label=label, before=before, operations=operations, atomic=atomic)
        (self._package(label) / f"{name}.py").write_text(text)
        self._last[label] = name
        self._forget(label)
        return name

    def settings_module(self) -> str:
        """The name of a settings module for a process that shall have the newer version; its folder is
        `directory`.
        """
        text = (
            f"from config.settings.test import *\nMIGRATION_MODULES = {self._settings.MIGRATION_MODULES!r}\n"
        )
        (self.directory / "newer_settings.py").write_text(text)
        return "newer_settings"

    def _extend(self, label: str) -> None:
        """A package with the app's own folder of migrations on its path, and one more folder."""
        module, _is_explicit = MigrationLoader.migrations_module(label)
        own = Path(importlib.import_module(str(module)).__path__[0])
        self._last[label] = sorted(path.stem for path in own.glob("0*.py"))[-1]
        package = self._package(label)
        package.mkdir()
        (package / "__init__.py").write_text(f"__path__.append({str(own)!r})\n")
        self._settings.MIGRATION_MODULES = {**self._settings.MIGRATION_MODULES, label: package.name}

    def _package(self, label: str) -> Path:
        return self.directory / f"{self.directory.name}_{label}"

    def _forget(self, label: str) -> None:
        importlib.invalidate_caches()
        for name in [name for name in sys.modules if name.startswith(self._package(label).name)]:
            del sys.modules[name]
        newest_version.cache_clear()


@pytest.fixture
def newer(
    tmp_path_factory: pytest.TempPathFactory, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Newer]:
    """The code of a newer version is at hand; the database is as it was."""
    directory = tmp_path_factory.mktemp("newer")
    monkeypatch.syspath_prepend(directory)
    yield Newer(directory, settings)
    settings.MIGRATION_MODULES = {}
    newest_version.cache_clear()
