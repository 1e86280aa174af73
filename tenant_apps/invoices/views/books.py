"""The books: what is owed, VAT, the sales ledger, and the files of them."""

from datetime import date
from typing import Any

from babel.dates import format_date
from django.http import HttpResponse

from shared_apps.core.days import read_day
from shared_apps.core.formats import locale_of
from shared_apps.core.http import page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import queries, rules
from tenant_apps.invoices.queries.month import CSV_TYPE, LEDGER_CSV, OPEN_CSV
from tenant_apps.invoices.queries.month import open_items_csv as write_open_items
from tenant_apps.invoices.rules import books, nra
from tenant_apps.invoices.views import Request, today
from tenant_apps.workspace.queries import profile

MONTHS_OFFERED, ROWS_SHOWN = 24, 500


@page(Permission.BOOKS_VIEW)
def books_overview(request: Request) -> HttpResponse:
    """Where the month stands, and the way to each book."""
    on = today(request)
    month = on.replace(day=1)
    period = {"since": month, "until": books.month_end(month)}
    rows = queries.vat_summary(request.actor, **period)
    registered = profile().is_vat_registered
    context = {
        "on": on,
        "month_name": month_name(month),
        "owed": queries.aged_totals(request.actor, on=on, today=on),
        "base": sum((row.base for row in rows), rules.ZERO),
        "vat": sum((row.vat for row in rows), rules.ZERO),
        "radar": None if registered else queries.vat_radar(request.actor, on=on),
        "packs": queries.month_packs()[:5],
    }
    return partial(request, "invoices/books/books_overview.html", "home", context)


@page(Permission.BOOKS_VIEW)
def aged_receivables(request: Request) -> HttpResponse:
    """What every client owes as of `?on=`, by age."""
    on, now = _as_of(request), today(request)
    context = {
        "on": on,
        "is_today": on == now,
        "rows": queries.aged_receivables(request.actor, on=on, today=now),
        "totals": queries.aged_totals(request.actor, on=on, today=now),
    }
    return partial(request, "invoices/books/aged_receivables.html", "list", context)


@page(Permission.BOOKS_VIEW)
def open_item_list(request: Request) -> HttpResponse:
    """Document by document what was owed as of `?on=`."""
    on, now = _as_of(request), today(request)
    rows = queries.owed_as_of(request.actor, on=on, today=now)
    context = {
        "on": on,
        "rows": rows[:ROWS_SHOWN],
        "totals": queries.aged_totals(request.actor, on=on, today=now),
        "most": ROWS_SHOWN,
    }
    return partial(request, "invoices/books/open_item_list.html", "list", context)


@page(Permission.BOOKS_VIEW)
def open_items_csv(request: Request) -> HttpResponse:
    """The open items as a file."""
    content = write_open_items(request.actor, on=_as_of(request), today=today(request))
    return as_file(content, OPEN_CSV, CSV_TYPE)


@page(Permission.BOOKS_VIEW)
def vat_summary(request: Request) -> HttpResponse:
    """Base and VAT of a year, per month, rate and treatment."""
    on = today(request)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and 2000 <= int(asked) <= on.year else on.year
    period = {"since": date(year, 1, 1), "until": date(year, 12, 31)}
    rows = queries.vat_summary(request.actor, **period)
    context = {
        "months": _by_month(rows),
        "year": year,
        "years": [(str(one), str(one)) for one in range(on.year, on.year - 5, -1)],
        "base": sum((row.base for row in rows), rules.ZERO),
        "vat": sum((row.vat for row in rows), rules.ZERO),
        "without_rate": queries.without_rate(request.actor, **period),
    }
    return partial(request, "invoices/books/vat_summary.html", "list", context)


@page(Permission.BOOKS_VIEW)
def sales_ledger(request: Request) -> HttpResponse:
    """The sales ledger of `?month=`, with the boxes that are in use."""
    month = _month(request)
    period = {"since": month, "until": books.month_end(month)}
    rows = queries.sales_ledger(request.actor, **period)
    totals = books.box_totals(rows, nra.AMOUNTS)
    used = [box for box in nra.AMOUNTS if box in {"10", "20"} or totals[box]]
    context = {
        "month": month,
        "months": months_offered(today(request)),
        "used": used,
        "rows": [(row, [(box, row.box(box)) for box in used]) for row in rows[:ROWS_SHOWN]],
        "row_count": len(rows),
        "most": ROWS_SHOWN,
        "totals": [(box, totals[box]) for box in used],
        "unplaced": sum((row.unplaced for row in rows), rules.ZERO),
        "without_rate": queries.without_rate(request.actor, **period),
        "is_registered": profile().is_vat_registered,
    }
    return partial(request, "invoices/books/sales_ledger.html", "list", context)


@page(Permission.BOOKS_VIEW)
def sales_ledger_csv(request: Request) -> HttpResponse:
    """The sales ledger of a month as a table."""
    month = _month(request)
    content = queries.ledger_csv(request.actor, since=month, until=books.month_end(month))
    return as_file(content, f"{month:%Y-%m}-{LEDGER_CSV}", CSV_TYPE)


@page(Permission.BOOKS_VIEW)
def sales_ledger_nra(request: Request) -> HttpResponse:
    """The sales ledger of a month as the revenue agency takes it."""
    content = queries.nra_ledger(request.actor, month=_month(request))
    return as_file(content, nra.FILE_NAME, "text/plain; charset=windows-1251")


def as_file(content: bytes, name: str, content_type: str) -> HttpResponse:
    """An answer that the browser keeps as a file."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


def months_offered(on: date) -> list[tuple[str, str]]:
    """The last two years of months as (`2026-03`, name), the newest first."""
    months, month = [], on.replace(day=1)
    for _turn in range(MONTHS_OFFERED):
        months.append((f"{month:%Y-%m}", month_name(month)))
        month = books.month_before(month)
    return months


def month_name(month: date) -> str:
    """A month in the reader's words: "март 2026"."""
    return format_date(month, "LLLL y", locale=locale_of())


def _as_of(request: Request) -> date:
    """The day of `?on=`, never a day to come; today when it names none."""
    now = today(request)
    return min(read_day(request.GET.get("on", ""), now) or now, now)


def _month(request: Request) -> date:
    return books.read_month(request.GET.get("month", "")) or today(request).replace(day=1)


def _by_month(rows: list[queries.VatRow]) -> list[dict[str, Any]]:
    """The rows of each month, the newest first, with what they come to."""
    months = sorted({row.month for row in rows}, reverse=True)
    told = []
    for month in months:
        of_month = [row for row in rows if row.month == month]
        told.append(
            {
                "month": month,
                "name": month_name(month),
                "rows": [(row, queries.basis_of(row.code)) for row in of_month],
                "base": sum((row.base for row in of_month), rules.ZERO),
                "vat": sum((row.vat for row in of_month), rules.ZERO),
            }
        )
    return told
