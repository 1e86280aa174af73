"""The locks, and what `environment` makes of them."""

import ast
from pathlib import Path

import pytest

from deploy.embedded import environment
from deploy.embedded.console import CannotGoOn

LOCKS = [environment.RUN_LOCK, environment.DEVELOPMENT_LOCK]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_host_and_every_package_has_a_hash(lock: Path) -> None:
    text = lock.read_text()
    assert "http" not in text
    packages = [block for block in text.split("\n") if "==" in block]
    assert packages
    assert all(package.endswith("\\") for package in packages), "a package without hashes"


def test_the_development_lock_contains_the_other_one() -> None:
    running, development = (
        {line.split(" ")[0] for line in lock.read_text().splitlines() if "==" in line} for lock in LOCKS
    )
    assert running < development


def test_an_old_python_can_read_manage_py_far_enough_to_be_told() -> None:
    ast.parse((environment.PROJECT / "manage.py").read_text(), feature_version=(3, 6))


def test_a_full_disk_is_refused_with_both_figures(tmp_path: Path) -> None:
    with pytest.raises(CannotGoOn, match=r"Not enough room .* MB are free, 1073741824 MB are needed"):
        environment.require_free_disk(tmp_path, needed=2**50)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A .venv with a Python and a stamp that is still empty; returns the stamp."""
    python, stamp = tmp_path / "python", tmp_path / "stamp"
    python.touch(mode=0o755)
    stamp.touch()
    monkeypatch.setattr(environment, "VENV_PYTHON", python)
    monkeypatch.setattr(environment, "STAMP", stamp)
    return stamp


def test_packages_of_another_lock_are_not_current(installed: Path) -> None:
    installed.write_text("digest of last month's lock\n")
    assert not environment._is_current(environment.RUN_LOCK)


def test_packages_of_the_development_lock_also_run_the_product(installed: Path) -> None:
    installed.write_text(environment._digest(environment.DEVELOPMENT_LOCK))
    assert environment._is_current(environment.RUN_LOCK)
    assert environment._is_current(environment.DEVELOPMENT_LOCK)


def test_packages_of_the_run_lock_do_not_run_tests(installed: Path) -> None:
    installed.write_text(environment._digest(environment.RUN_LOCK))
    assert environment._is_current(environment.RUN_LOCK)
    assert not environment._is_current(environment.DEVELOPMENT_LOCK)
