"""What others wrote stands here unchanged: every vendored file is listed with its sum, beside its licence.

After a new version was put in place, `python tests/core/test_vendor_manifest.py` writes the sums anew.
"""

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = ROOT / "static/vendor/manifest.json"
ICON = re.compile(r"""\{% icon "([a-z0-9-]+)\"""")


def sums_of(folder: str) -> dict[str, str]:
    files = sorted(path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {
        path.relative_to(ROOT / folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def packages() -> dict[str, dict[str, object]]:
    return json.loads(MANIFEST.read_text())


def test_every_vendored_file_is_the_one_in_the_manifest() -> None:
    assert {folder: package["files"] for folder, package in packages().items()} == {
        folder: sums_of(folder) for folder in packages()
    }


def test_every_vendored_folder_is_in_the_manifest() -> None:
    folders = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "static/vendor").iterdir() if path.is_dir()
    }

    assert folders <= set(packages())


def test_every_package_names_its_source_and_brings_its_licence() -> None:
    for folder, package in packages().items():
        assert package["source"] and package["licence"], folder
        assert any(name.startswith("LICENSE") for name in sums_of(folder)), folder


def test_every_icon_of_the_templates_is_vendored() -> None:
    used = {name for page in (ROOT / "templates").rglob("*.html") for name in ICON.findall(page.read_text())}
    drawn = {path.stem for path in (ROOT / "static/vendor").glob("tabler-icons-*/*.svg")}

    assert used <= drawn


def test_no_vendored_file_points_at_a_source_map_that_is_not_here() -> None:
    for path in (ROOT / "static/vendor").rglob("*.min.*"):
        assert "sourceMappingURL" not in path.read_text(), path


if __name__ == "__main__":
    renewed = {folder: {**package, "files": sums_of(folder)} for folder, package in packages().items()}
    MANIFEST.write_text(json.dumps(renewed, indent=2) + "\n")
