from typing import Any
from urllib.parse import parse_qsl

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.urls import reverse

from shared_apps.core import clock
from shared_apps.core.http import ActorRequest, act, done, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.dashboard.filters import PERIODS, ReportFilter, read_report_filter
from tenant_apps.dashboard.queries.reports import REPORTS, Report, Table, report_of
from tenant_apps.workspace.operations import export_table

FIRST = "pipeline"


@page(Permission.REPORTS_VIEW)
def report_list(request: ActorRequest) -> HttpResponse:
    """The first report; the others stand beside it."""
    return _report_page(request, FIRST)


@page(Permission.REPORTS_VIEW)
def report_detail(request: ActorRequest, report: str) -> HttpResponse:
    return _report_page(request, report)


@act(Permission.LISTS_EXPORT)
def export_report(request: ActorRequest, report: str) -> HttpResponse:
    """One table of a report as a file: `table` names it, `query` is the address that it was shown at."""
    request.actor.require(Permission.REPORTS_VIEW)
    at, kind = clock.now(), report_of(report)
    query = request.POST.get("query", "")
    asked = read_report_filter(dict(parse_qsl(query)), kind, request.actor, at=at).asked
    table = next((one for one in kind.build(asked) if one.name == request.POST.get("table")), None)
    if table is None:
        raise ObjectDoesNotExist(report)
    export = export_table(
        name=str(kind.label),
        rows=sheet_of(table),
        query=query,
        file_format=request.POST.get("format", ""),
        by=request.actor,
        at=at,
    )
    return done(request, to=reverse("list_export_file", args=[export.pk]))


def sheet_of(table: Table) -> list[list[Any]]:
    """The rows of a table as a file holds them, headings first; amounts say their currency in the heading."""
    money = f", {table.currency}" if table.currency else ""
    heads = [
        f"{column.label}{money}" if column.kind == "money" else str(column.label) for column in table.columns
    ]
    rows = [*table.rows, *([table.total] if table.total else [])]
    return [[table.heading, *heads], *([row.label, *_figures(table, row)] for row in rows)]


def _figures(table: Table, row: Any) -> list[Any]:
    values = (row.figures.get(column.name) for column in table.columns)
    return ["" if value is None else value for value in values]


def _report_page(request: ActorRequest, name: str) -> HttpResponse:
    report = report_of(name)
    wanted = read_report_filter(request.GET.dict(), report, request.actor, at=clock.now())
    tables = report.build(wanted.asked)
    context = {
        "name": name,
        "report": report,
        "reports": [(reverse("report_detail", args=[code]), one.label) for code, one in REPORTS.items()],
        "tables": [_shown(table) for table in tables],
        "is_empty": not any(any(row.figures.values()) for table in tables for row in table.rows),
        "wanted": wanted,
        "query": request.GET.urlencode(),
        **_choices(wanted, report, tables),
    }
    return partial(request, "dashboard/report.html", "list", context)


def _shown(table: Table) -> dict[str, Any]:
    """A table with its figures beside their columns, as the page walks it."""
    rows = [(row.label, _cells(table, row)) for row in table.rows]
    total = (table.total.label, _cells(table, table.total)) if table.total else None
    is_money = next(column.kind for column in table.columns if column.name == table.chart) == "money"
    return {"table": table, "rows": rows, "total": total, "drawn_in": table.currency if is_money else ""}


def _cells(table: Table, row: Any) -> list[tuple[Any, Any, str]]:
    return [(one, row.figures.get(one.name), row.links.get(one.name, "")) for one in table.columns]


def _choices(wanted: ReportFilter, report: Report, tables: list[Table]) -> dict[str, Any]:
    """What can be chosen from in each filter that the report knows."""
    currencies = sorted({*(table.currency for table in tables), wanted.asked.currency} - {""})
    several = len(wanted.pipelines) > 1
    return {
        "periods": PERIODS if "period" in report.filters else [],
        "pipelines": [(str(one.pk), one.name) for one in wanted.pipelines]
        if several and "pipeline" in report.filters
        else [],
        "people": wanted.people if len(wanted.people) > 1 else [],
        "currencies": [(code, code) for code in currencies]
        if "currency" in report.filters and (len(currencies) > 1 or wanted.asked.currency)
        else [],
    }
