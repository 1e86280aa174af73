"""Compiles the translations. A bare machine has no gettext, so Babel does what `msgfmt` would."""

import os
from pathlib import Path

from deploy.embedded.environment import PROJECT


def compile_stale(locale: Path = PROJECT / "locale") -> list[Path]:
    """Compiles every catalogue that is newer than its compiled form, and returns those forms."""
    sources = sorted(locale.glob("*/LC_MESSAGES/*.po"))
    return [_compile(source) for source in sources if _is_stale(source, source.with_suffix(".mo"))]


def _is_stale(source: Path, compiled: Path) -> bool:
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(source: Path) -> Path:
    """Through a draft: another process that starts at this moment reads a whole file."""
    from babel.messages import mofile, pofile

    compiled = source.with_suffix(".mo")
    draft = compiled.with_suffix(f".{os.getpid()}")
    with source.open("rb") as text, draft.open("wb") as binary:
        mofile.write_mo(binary, pofile.read_po(text, locale=source.parents[1].name))
    draft.replace(compiled)
    return compiled
