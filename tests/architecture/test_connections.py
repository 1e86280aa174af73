"""What the code must not do, so that a request stays on its thread and a thread in its organization."""

import ast
import re
import runpy
import subprocess
import sys

import pytest
from django.db import connection

from tests.architecture.test_house_rules import ROOT, SOURCES

# The scheduler waits with an event; modules guard dictionaries with locks; the stopping worker has a timer.
HARMLESS = {"Lock", "RLock", "Event"}
MAKES_THREADS = re.compile(
    r"\b(ThreadPoolExecutor|ProcessPoolExecutor|ThreadPool|asyncio|sync_to_async|async_to_sync)\b"
)
ASYNC_ORM = re.compile(
    r"\.a(get|first|last|count|exists|create|update|delete|save|bulk_create|aggregate|iterator|"
    r"get_or_create|update_or_create|in_bulk|refresh_from_db)\("
)
SPEAKS_PAST_THE_WRAPPER = re.compile(r"\bconnection\.connection\b|\bpsycopg\.connect\(|\.ensure_connection\(")
CHANGES_THE_SESSION = re.compile(
    r"""["']\s*(DISCARD|RESET|SET)\s+(?!LOCAL|TRANSACTION|CONSTRAINTS)\w|set_config\("""
)
CHECKERS = re.compile(r"guardian\.(core|shortcuts|backends)|\bObjectPermissionChecker\b|\.has_perm\(")
SOURCE_TEXTS = [(path, (ROOT / path).read_text()) for path, _tree in SOURCES]


def guilty(pattern: re.Pattern[str], *exempt: str) -> list[str]:
    return [
        str(path) for path, text in SOURCE_TEXTS if not str(path).startswith(exempt) and pattern.search(text)
    ]


def test_no_request_and_no_job_starts_a_thread() -> None:
    """A new thread is in no organization, and its connection is given back by nobody."""
    started = [
        f"{path} {node.attr}"
        for path, tree in SOURCES
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"threading", "multiprocessing"}
        and node.attr not in HARMLESS
    ]
    assert set(started + guilty(MAKES_THREADS)) == {"config/broker.py Timer"}
    imported = [
        f"{path} {name.name}"
        for path, tree in SOURCES
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module in {"threading", "multiprocessing", "concurrent.futures"}
        for name in node.names
        if name.name not in HARMLESS
    ]
    assert imported == []


def test_nothing_is_asynchronous() -> None:
    """Under asyncio several requests share one thread, and with it one connection and its schema."""
    kinds = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    found = [str(path) for path, tree in SOURCES if any(isinstance(node, kinds) for node in ast.walk(tree))]
    assert found + guilty(ASYNC_ORM) == []
    assert not list(ROOT.glob("config/asgi*.py"))


def test_the_web_server_gives_each_request_a_thread() -> None:
    told = runpy.run_path(str(ROOT / "deploy/gunicorn.conf.py"))
    assert told["worker_class"] == "gthread"


def test_no_connection_is_inherited_by_several_processes(db: None) -> None:
    """The web server loads the product before it parts, and ends when that asked the database."""
    told = runpy.run_path(str(ROOT / "deploy/gunicorn.conf.py"))
    assert told["preload_app"]
    connection.ensure_connection()
    with pytest.raises(RuntimeError, match="while the product was being loaded"):
        told["pre_fork"](None, None)
    code = "import config.wsgi, runpy; runpy.run_path('deploy/gunicorn.conf.py')['pre_fork'](None, None)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_nobody_speaks_to_the_driver_past_the_wrapper() -> None:
    """Its cursors do not know in which schema they stand. The package that builds schemas does; a job that
    holds a lock only asks whether the connection is still the same.
    """
    assert guilty(SPEAKS_PAST_THE_WRAPPER, "tenants/", "shared_apps/jobs/alone.py") == []


def test_nobody_changes_the_session() -> None:
    """What is said to a session is there for the next request of its thread. `SET LOCAL` ends with its
    transaction.
    """
    assert guilty(CHANGES_THE_SESSION, "tenants/postgresql/") == []


def test_no_permission_is_remembered_by_guardian() -> None:
    """Its checker keeps answers by the record's id, whatever the schema."""
    assert guilty(CHECKERS) == []


@pytest.mark.parametrize(
    "text", ["'SET work_mem = 9'", "x('RESET ALL')", '"DISCARD ALL"', '"""\n SET ROLE x"""']
)
def test_a_change_of_the_session_would_be_seen(text: str) -> None:
    assert CHANGES_THE_SESSION.search(text)
