"""A client's statement: seen, printed, sent."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from shared_apps.core import clock
from shared_apps.core.days import read_day
from shared_apps.core.http import done, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import queries
from tenant_apps.invoices.operations import send_statement, statement_pdf_bytes
from tenant_apps.invoices.queries import Client
from tenant_apps.invoices.views import Request, today
from tenant_apps.invoices.views.books import as_file
from tenant_apps.sharing.queries import link_card
from tenant_apps.workspace.queries import profile


@page(Permission.BOOKS_VIEW, to_act=Permission.BOOKS_HAND_OVER)
def company_statement(request: Request, company_id: UUID) -> HttpResponse:
    return _statement_page(request, Client(company_id=company_id))


@company_statement.act
def send_company_statement(request: Request, company_id: UUID) -> HttpResponse:
    return _sent(request, Client(company_id=company_id))


@page(Permission.BOOKS_VIEW, to_act=Permission.BOOKS_HAND_OVER)
def contact_statement(request: Request, contact_id: UUID) -> HttpResponse:
    return _statement_page(request, Client(contact_id=contact_id))


@contact_statement.act
def send_contact_statement(request: Request, contact_id: UUID) -> HttpResponse:
    return _sent(request, Client(contact_id=contact_id))


@page(Permission.BOOKS_VIEW)
def company_statement_pdf(request: Request, company_id: UUID) -> HttpResponse:
    return _pdf(request, Client(company_id=company_id))


@page(Permission.BOOKS_VIEW)
def contact_statement_pdf(request: Request, contact_id: UUID) -> HttpResponse:
    return _pdf(request, Client(contact_id=contact_id))


def _statement_page(request: Request, client: Client) -> HttpResponse:
    record = queries.client_record(client, request.actor)
    period = _period(request)
    context: dict[str, Any] = {
        "record": record,
        **period,
        "statements": queries.statements_of(
            client, request.actor, since=period["since"], until=period["until"]
        ),
        "pdf_url": f"{_address(client, '_pdf')}?since={period['since']}&until={period['until']}",
        "is_company": client.company_id is not None,
        "link": link_card(record, request.actor),
    }
    return partial(request, "invoices/books/client_statement.html", "list", context)


def _sent(request: Request, client: Client) -> HttpResponse:
    period = _period(request)
    record = send_statement(client=client, **period, by=request.actor, at=clock.now())
    to = f"{_address(client)}?since={period['since']}&until={period['until']}"
    message = _("The statement is on its way to %(email)s.") % {"email": record.email}
    return done(request, to=to, message=message, event="invoices.statement_sent")


def _pdf(request: Request, client: Client) -> HttpResponse:
    period = _period(request)
    with override(profile().default_language):
        content = statement_pdf_bytes(
            client=client, since=period["since"], until=period["until"], by=request.actor
        )
    return as_file(content, f"statement-{period['since']}-{period['until']}.pdf", "application/pdf")


def _period(request: Request) -> dict[str, date]:
    """`since` and `until` of the address or the form; this year up to today where they say nothing."""
    now, asked = today(request), request.POST if request.method == "POST" else request.GET
    until = read_day(asked.get("until", ""), now) or now
    since = read_day(asked.get("since", ""), now) or until.replace(month=1, day=1)
    return {"since": min(since, until), "until": until}


def _address(client: Client, suffix: str = "") -> str:
    if client.company_id:
        return reverse(f"company_statement{suffix}", args=[client.company_id])
    return reverse(f"contact_statement{suffix}", args=[client.contact_id])
