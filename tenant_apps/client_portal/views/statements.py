"""A client's statement as they see it: what is to be paid, and a period of what passed."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render

from shared_apps.core import clock
from shared_apps.core.days import read_day
from tenant_apps.client_portal import queries
from tenant_apps.client_portal.views.door import Request, as_file, frame
from tenant_apps.invoices.operations import statement_pdf_bytes
from tenants.context import current_organization


def statement_page(request: Request) -> HttpResponse:
    """What the client still has to pay, and the period that they ask for."""
    visit, today, period = request.visit, _today(), period_in(request)
    days = {name: day.isoformat() for name, day in period.items()}
    context = {
        **frame(request),
        **period,
        "shown": queries.shown_statement(visit.opened, on=today, **period),
        "today": today,
        "pdf_url": visit.url("public_pdf", **days),
    }
    return render(request, "client_portal/statement.html", context)


def statement_pdf(request: Request) -> HttpResponse:
    """The same period as PDF."""
    opened, period = request.visit.opened, period_in(request)
    content = statement_pdf_bytes(
        client=queries.books_of(opened), **period, by=opened.client, most=queries.MOST_MOVEMENTS
    )
    return as_file(content, f"statement-{period['since']}-{period['until']}.pdf", "application/pdf")


def period_in(request: Request) -> dict[str, date]:
    """`since` and `until` of the address; this year up to today where it says nothing that can be read."""
    today = _today()
    until = read_day(request.GET.get("until", ""), today) or today
    since = read_day(request.GET.get("since", ""), today) or until.replace(month=1, day=1)
    return {"since": min(since, until), "until": until}


def _today() -> date:
    return clock.today(current_organization().time_zone)
