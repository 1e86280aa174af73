"""What the house promises of its code, read from the code itself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "tenants", "shared_apps", "tenant_apps")
DOORS = {"queries", "operations", "models", "events"}
MORE_DOORS = {
    ("plans", "limits"),
    ("plans", "catalog"),
    ("accounts", "roles"),
    ("tenants", "context"),
    ("tenants", "archive"),
    ("jobs", "actors"),
    ("jobs", "schedule"),
    ("tenants", "hosts"),
    ("documents", "adapters"),
    ("reconciliation", "reasons"),
    ("accounts", "forms"),
    ("accounts", "entrance"),
}
BANNED_NAMES = {"utils", "helpers", "services", "managers", "mixins", "common", "constants"}
HEAVY_IMPORTS_INSIDE = {"adapters.py", "apps.py"}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


SOURCES = list(sources())


def app_of(parts: tuple[str, ...]) -> str:
    """`tenant_apps.crm.models` and `tenants.context` → `crm`, `tenants`."""
    return parts[1] if parts[0] in {"shared_apps", "tenant_apps"} and len(parts) > 1 else parts[0]


def imports(tree: ast.AST) -> Iterator[tuple[str, ...]]:
    """Every imported module of ours, with the imported name, as parts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PACKAGES:
            for name in node.names:
                yield (*node.module.split("."), name.name)
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name.split(".")[0] in PACKAGES:
                    yield tuple(name.name.split("."))


def inner(parts: tuple[str, ...]) -> str | None:
    """The module inside an app that an import names; None for the app itself."""
    rest = parts[2:] if parts[0] in {"shared_apps", "tenant_apps"} else parts[1:]
    return rest[0] if rest else None


def test_other_apps_are_entered_through_their_doors() -> None:
    trespasses = []
    for path, tree in SOURCES:
        if path.parts[0] == "config":
            continue
        own = app_of(path.with_suffix("").parts)
        for target in imports(tree):
            app, module = app_of(target), inner(target)
            if app in {own, "core"} or module in DOORS or (app, module) in MORE_DOORS:
                continue
            trespasses.append(f"{path} → {'.'.join(target)}")
    assert trespasses == []


def test_modules_are_named_after_nouns_of_the_domain() -> None:
    assert [str(path) for path, _tree in SOURCES if path.stem in BANNED_NAMES] == []


def test_imports_stand_at_the_top() -> None:
    hidden = []
    for path, tree in SOURCES:
        if path.name in HEAVY_IMPORTS_INSIDE:
            continue
        for function in ast.walk(tree):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                hidden += [f"{path}:{function.name}" for _target in imports(function)]
    assert hidden == []


def test_only_operations_write() -> None:
    """`.create`, `.save`, `.delete`, `.update`, bulk writes of models: in operations, nowhere else."""
    written = re.compile(
        r"\.objects[^\n]*\.(create|update|delete|bulk_create|bulk_update|get_or_create|update_or_create)\("
    )
    allowed = {"operations", "migrations"}
    guilty = [
        str(path)
        for path, _tree in SOURCES
        if not allowed & set(path.with_suffix("").parts) and written.search((ROOT / path).read_text())
    ]
    assert guilty == []


def test_model_signals_are_not_used() -> None:
    signals = re.compile(r"\b(pre_save|post_save|pre_delete|post_delete|m2m_changed)\b")
    assert [str(path) for path, _tree in SOURCES if signals.search((ROOT / path).read_text())] == []


def test_schemas_are_switched_in_one_place() -> None:
    switch = re.compile(r"schema_context|tenant_context|set_schema|set_tenant|search_path")
    guilty = {str(path) for path, _tree in SOURCES if switch.search((ROOT / path).read_text())}
    assert guilty - {"tenants/context.py", "tenants/postgresql/base.py", "config/settings/base.py"} == set()


def test_nobody_asks_which_plan_it_is() -> None:
    asked = re.compile(r"\b(if|elif|and|or|not|return)\b[^\n]*plan(_code)?\s*(==|!=|in)\s*[\"'(]")
    assert [str(path) for path, _tree in SOURCES if asked.search((ROOT / path).read_text())] == []


def test_the_clock_is_read_at_the_edge_only() -> None:
    inside = {"operations", "queries", "models", "rules", "adapters", "events"}
    clock = re.compile(r"clock\.(now|today)\(|datetime\.now\(|date\.today\(|timezone\.now\(")
    guilty = [
        str(path)
        for path, _tree in SOURCES
        if inside & set(path.with_suffix("").parts)
        and path.parts[:2] != ("shared_apps", "jobs")
        and clock.search((ROOT / path).read_text())
    ]
    assert guilty == []


def test_files_stay_short() -> None:
    long = {
        str(path): count
        for path, _ in SOURCES
        if "migrations" not in path.parts and (count := len((ROOT / path).read_text().splitlines())) > 450
    }
    assert long == {}


@pytest.mark.parametrize("folder", ["templates", "static/js", "static/css"])
def test_pages_ask_no_other_host(folder: str) -> None:
    outside = re.compile(r"""(src|href|url|import)\s*[=(]\s*["']?(https?:)?//(?!www\.w3\.org)""")
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert files, folder
    assert [str(p.relative_to(ROOT)) for p in files if outside.search(p.read_text(errors="replace"))] == []


def test_templates_hold_no_script_and_no_style() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=")
    exempt = re.compile(r"/(pdf|email|mail)/")
    guilty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if not exempt.search(str(path)) and inline.search(path.read_text())
    ]
    assert guilty == []
