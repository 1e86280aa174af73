"""Files to take along after an import. A cell that a spreadsheet would take for a formula is neutralised."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from tenant_apps.files.queries import read_bytes
from tenant_apps.imports.adapters import rows_in
from tenant_apps.imports.models import Import
from tenant_apps.imports.operations import reading_of
from tenant_apps.imports.queries import failed_rows, outcomes

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+\-]?[\d\s.,()/-]+%?")


def neutral(text: str) -> str:
    """`=HYPERLINK(…)` behind an apostrophe, as a spreadsheet shows it and does not run it."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def failed_rows_csv(run: Import) -> bytes:
    """The rows that failed as they were, each with its reason: to be mended and imported again."""
    failed, reading = failed_rows(run), reading_of(run)
    headers = [column["header"] for column in run.columns]
    rows: Iterable[Sequence[str]] = (
        [*_padded(row.cells, len(headers)), *failed[row.number]]
        for row in rows_in(read_bytes(run.file), reading)
        if row.number in failed
    )
    return _csv([*headers, _("Wrong column"), _("Reason")], rows)


def result_csv(run: Import) -> bytes:
    """What became of every row, and the records that it made or changed."""
    rows = (
        [
            str(row.number),
            row.get_outcome_display(),
            row.column,
            row.message,
            "; ".join(label for _type, _id, label in row.records),
            " ".join(record_id for _type, record_id, _label in row.records),
        ]
        for row in outcomes(run)
    )
    return _csv([_("Row"), _("Result"), _("Column"), _("Reason"), _("Records"), _("Ids")], rows)


def _padded(cells: list[str], width: int) -> list[str]:
    return (cells + [""] * width)[:width]


def _csv(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([neutral(header) for header in headers])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig", "replace")
