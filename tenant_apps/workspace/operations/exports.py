"""Lists taken along as files, exactly as they were shown."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.listing import Column, Kind, listing_of
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.files.operations import store_file
from tenant_apps.workspace.adapters import open_sheet
from tenant_apps.workspace.events import WorkspaceEvent
from tenant_apps.workspace.models import ExportFormat, ListExport
from tenant_apps.workspace.queries.lists import arranged_by_query, walk
from tenant_apps.workspace.queries.rows import Cell
from tenant_apps.workspace.queries.sums import counted

MOST_ROWS, AT_ONCE, TELLS_EVERY = 200_000, 2_000, 5_000
CONTENT_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class TooManyRows(Refused):
    code = "too_many_rows"
    message = gettext_lazy("At most 200,000 rows fit into a file. Narrow the list first.")


class FormatUnknown(Refused):
    code = "format_unknown"
    message = gettext_lazy("A list is written as CSV or as an Excel workbook.")


@operation(permission=Permission.LISTS_EXPORT)
def start_list_export(*, entity: str, query: str, file_format: str, by: Actor, at: datetime) -> ListExport:
    """Ask for a list as a file: its filters, columns and order. It is written at once, or by a job when there
    are more than 2,000 rows.
    """
    by.require(listing_of(entity).view)
    if file_format not in ExportFormat.values:
        raise FormatUnknown()
    shown = arranged_by_query(entity, query, by, at)
    total = counted(shown.rows_gathered, MOST_ROWS)
    if total > MOST_ROWS:
        raise TooManyRows()
    export = ListExport.objects.create(
        entity=entity,
        query=shown.query,
        format=file_format,
        total=total,
        by_id=by.id,
        by_label=by.label[:250],
        at=at,
    )
    record(event=WorkspaceEvent.LIST_EXPORTED, subject=export, by=by, at=at, new={"total": total})
    if total > AT_ONCE:
        enqueue("write_list_export", by=by, export_id=str(export.pk), user_id=str(by.id))
        return export
    return write_export(export, by, at)


@operation(permission=Permission.LISTS_EXPORT)
def export_table(
    *, name: str, rows: Sequence[Sequence[Any]], query: str, file_format: str, by: Actor, at: datetime
) -> ListExport:
    """Write a table that is no list (a report, the headings being its first row) as a file called `name`.
    `query` is the address that it was shown at.
    """
    if file_format not in ExportFormat.values:
        raise FormatUnknown()
    export = ListExport.objects.create(
        entity="report",
        query=query,
        format=file_format,
        total=max(len(rows) - 1, 0),
        by_id=by.id,
        by_label=by.label[:250],
        at=at,
    )
    record(event=WorkspaceEvent.LIST_EXPORTED, subject=export, by=by, at=at, new={"total": export.total})
    with TemporaryDirectory() as directory:
        path = Path(directory) / "table"
        with open_sheet(path, file_format, by.language) as sheet:
            for row in rows:
                sheet.write(row)
        return _keep_file(export, name, path.read_bytes(), export.total, by, at)


@operation(permission=Permission.LISTS_EXPORT, event=None, why="a sign of life while a file is written")
def note_export_progress(*, export_id: UUID, done_count: int, by: Actor) -> None:
    """Say how many rows are written."""
    ListExport.objects.filter(pk=export_id).update(done_count=done_count)


@operation(permission=Permission.LISTS_EXPORT)
def finish_list_export(
    *, export_id: UUID, content: bytes, row_count: int, by: Actor, at: datetime
) -> ListExport:
    """Keep the written file. One that was finished already stays as it is."""
    export = ListExport.objects.select_for_update().get(pk=export_id)
    return _keep_file(export, str(listing_of(export.entity).label), content, row_count, by, at)


def _keep_file(
    export: ListExport, name: str, content: bytes, row_count: int, by: Actor, at: datetime
) -> ListExport:
    kind = ExportFormat(export.format)
    dated = f"{name}-{timezone.localtime(at):%Y-%m-%d}.{export.format}"
    file = store_file(name=dated, content_type=CONTENT_TYPES[kind], content=content, by=by, at=at)
    export.file, export.done_count, export.finished_at = file, row_count, at
    export.save(update_fields=["file", "done_count", "finished_at"])
    return export


def write_export(export: ListExport, by: Actor, at: datetime) -> ListExport:
    """Write the file of an export, row by row, and keep it. Only the finished file is ever held whole."""
    shown = arranged_by_query(export.entity, export.query, by, at)
    done = 0
    with TemporaryDirectory() as directory:
        path = Path(directory) / "list"
        with open_sheet(path, export.format, by.language) as sheet:
            sheet.write([label for column in shown.columns for label in _labels(column)])
            for rows in walk(shown):
                for row in rows:
                    sheet.write([value for cell in row.cells for value in _values(cell)])
                done += len(rows)
                if done % TELLS_EVERY == 0:
                    note_export_progress(export_id=export.pk, done_count=done, by=by)
        content = path.read_bytes()
    return finish_list_export(export_id=export.pk, content=content, row_count=done, by=by, at=at)


def _labels(column: Column) -> list[str]:
    label = str(column.label)
    return [label, _("%(label)s, currency") % {"label": label}] if column.kind is Kind.MONEY else [label]


def _values(cell: Cell) -> list[Any]:
    return [_plain(cell), cell.currency] if cell.column.kind is Kind.MONEY else [_plain(cell)]


def _plain(cell: Cell) -> Any:
    """A cell as a file holds it: numbers and dates as such, everything else in words."""
    value = cell.value
    if value is None or value == "":
        return ""
    if cell.column.kind is Kind.INSTANT:
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if cell.column.kind in (Kind.NUMBER, Kind.MONEY, Kind.DATE):
        return value
    if cell.column.kind is Kind.YES_NO:
        return _("Yes") if value else _("No")
    if cell.text:
        return cell.text
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
