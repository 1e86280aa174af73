"""The commands as a person types them."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.embedded import testing, up
from deploy.embedded.catalogues import compile_stale
from deploy.embedded.console import CannotGoOn
from deploy.embedded.environment import PROJECT
from deploy.embedded.sockets import free_port, listen
from deploy.embedded.state import DataDirectory

CATALOGUE = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

msgid "Invoice"
msgstr "Фактура"
"""


def test_a_busy_port_is_named_with_the_command_for_the_next_free_one(data: DataDirectory) -> None:
    with listen(free_port()) as taken:
        port = taken.getsockname()[1]
        options = up.parse(["--port", str(port), "--data-dir", str(data.path), "--no-demo"])
        with pytest.raises(CannotGoOn) as refusal:
            up.run(options)
    assert refusal.value.exit_code == 2
    assert f"Port {port} is already in use" in str(refusal.value)
    command = str(refusal.value).partition("Try: ")[2].split()
    assert command[:4] == ["python3", "manage.py", "up", "--port"]
    assert int(command[4]) > port
    assert command[5:] == ["--data-dir", str(data.path), "--no-demo"]


@pytest.mark.parametrize("port", ["0", "65536", "web"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(SystemExit) as refusal:
        up.parse(["--port", port])
    assert refusal.value.code == 2


def test_options_of_the_person_come_after_those_of_the_house() -> None:
    command = testing._pytest(["-n0", "-k", "vat"])
    assert command[1:] == ["-m", "pytest", "-n", "auto", "--no-loadscope-reorder", "-n0", "-k", "vat"]


def test_all_tests_include_the_long_ones() -> None:
    assert testing._pytest(["--all", "-x"])[1:] == [
        "-m",
        "pytest",
        "-n",
        "auto",
        "--no-loadscope-reorder",
        "-m",
        "",
        "-x",
    ]


def test_a_browser_named_by_the_person_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/opt/chromium/chrome")
    assert testing.find_browser() == "/opt/chromium/chrome"
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setenv("PATH", "/nowhere")
    assert testing.find_browser() is None


def test_catalogues_are_compiled_when_they_changed(tmp_path: Path) -> None:
    source = tmp_path / "bg" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE)
    assert compile_stale(tmp_path) == [source.with_suffix(".mo")]
    assert compile_stale(tmp_path) == []
    os.utime(source, (source.stat().st_atime, source.stat().st_mtime + 10))
    assert compile_stale(tmp_path) == [source.with_suffix(".mo")]
    assert "Фактура".encode() in source.with_suffix(".mo").read_bytes()


def test_a_command_puts_its_result_alone_on_stdout() -> None:
    """With the servers of this test run, named in the environment."""
    answer = subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), "version"],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    assert (answer.returncode, answer.stdout.strip()[:2]) == (0, "5."), answer.stderr


def test_an_unknown_command_fails() -> None:
    command = [sys.executable, str(PROJECT / "manage.py"), "no_such_command"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stdout == ""


@pytest.mark.parametrize(("free", "is_in_memory"), [(4 * 1024**3, True), (4 * 1024**3 - 1, False)])
def test_the_servers_of_tests_live_in_memory_where_there_is_plenty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, is_in_memory: bool
) -> None:
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    memory.mkdir()
    disk.mkdir()
    monkeypatch.setattr(testing, "MEMORY", memory)
    monkeypatch.setattr(testing.tempfile, "gettempdir", lambda: str(disk))
    monkeypatch.setattr(testing.shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    assert testing._home() == (memory if is_in_memory else disk)


def test_without_memory_that_is_a_directory_they_live_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(testing, "MEMORY", tmp_path / "nowhere")
    monkeypatch.setattr(testing.tempfile, "gettempdir", lambda: str(tmp_path))
    assert testing._home() == tmp_path


def test_what_a_killed_run_left_is_removed_from_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    left = [home / f"{testing.PREFIX}abandoned" for home in (memory, disk)]
    other = disk / "somebody-else-s"
    for directory in (*left, other):
        directory.mkdir(parents=True)
    monkeypatch.setattr(testing, "MEMORY", memory)
    monkeypatch.setattr(testing.tempfile, "gettempdir", lambda: str(disk))
    testing._remove_abandoned()
    assert not any(one.exists() for one in left) and other.exists()
