"""The books over the API: what the pages under `/books/` show."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from tenant_apps.files.queries import read_bytes
from tenant_apps.invoices import operations, queries
from tenant_apps.invoices.models import MonthPack
from tenant_apps.invoices.rules.books import month_end, read_month
from tenant_apps.invoices.schemas import books as shapes
from tenant_apps.invoices.schemas.books import StatementPeriod
from tenants.context import OrganizationRef

router = Router(tags=["books"])
PACKS_SHOWN = 50


class Request(HttpRequest):
    """A request of the API, after the token was read."""

    actor: Actor
    organization: OrganizationRef


class PackNotMade(Refused):
    code = "pack_not_made"
    message = _("The pack is still being made.")
    conflict = True


@router.get("books/receivables/", response=shapes.AgedList, operation_id="list_receivables")
def list_receivables(request: Request, query: Query[shapes.AsOf]) -> HttpResponse:
    """Per client and currency what was owed at the end of a day, by age."""
    request.actor.require(Permission.BOOKS_VIEW)
    on, today = _days(request, query.on)
    return _items(queries.aged_receivables(request.actor, on=on, today=today), shapes.aged_out)


@router.get("books/open-items/", response=shapes.OpenItemList, operation_id="list_open_items")
def list_open_items(request: Request, query: Query[shapes.AsOf]) -> HttpResponse:
    """Document by document what was owed at the end of a day, the earliest due first."""
    request.actor.require(Permission.BOOKS_VIEW)
    on, today = _days(request, query.on)
    return _items(queries.owed_as_of(request.actor, on=on, today=today), shapes.open_item_out)


@router.get("books/vat-summary/", response=shapes.VatRowList, operation_id="read_vat_summary")
def read_vat_summary(request: Request, query: Query[shapes.Period]) -> HttpResponse:
    """Tax base and VAT of a period per month, rate and treatment, in euro; credit notes count negative."""
    request.actor.require(Permission.BOOKS_VIEW)
    rows = queries.vat_summary(request.actor, since=query.since, until=query.until)
    return _items(rows, shapes.vat_row_out)


@router.get("books/sales-ledger/", response=shapes.LedgerRowList, operation_id="read_sales_ledger")
def read_sales_ledger(request: Request, query: Query[shapes.OfMonth]) -> HttpResponse:
    """The sales ledger of a month by the boxes of the VAT act, in euro."""
    request.actor.require(Permission.BOOKS_VIEW)
    month = _month(query.month)
    return _items(
        queries.sales_ledger(request.actor, since=month, until=month_end(month)), shapes.ledger_row_out
    )


@router.get(
    "books/sales-ledger/nra/",
    response={200: None},
    operation_id="read_nra_ledger",
    openapi_extra={"responses": {200: {"content": {"text/plain": {}}}}},
)
def read_nra_ledger(request: Request, query: Query[shapes.OfMonth]) -> HttpResponse:
    """PRODAGBI.TXT of a month: records of 424 characters in windows-1251."""
    request.actor.require(Permission.BOOKS_VIEW)
    content = queries.nra_ledger(request.actor, month=_month(query.month))
    return HttpResponse(content, content_type="text/plain; charset=windows-1251")


@router.get("books/vat-threshold/", response=shapes.RadarOut | None, operation_id="read_vat_threshold")
def read_vat_threshold(request: Request) -> HttpResponse:
    """How near this calendar year's turnover is to the threshold of VAT registration."""
    request.actor.require(Permission.BOOKS_VIEW)
    radar = queries.vat_radar(request.actor, on=_days(request, None)[1])
    return json_response(shapes.radar_out(radar) if radar else None)


@router.get(
    "companies/{uuid:company_id}/statement/",
    response=shapes.StatementList,
    operation_id="read_company_statement",
)
def read_company_statement(request: Request, company_id: UUID, query: Query[StatementPeriod]) -> HttpResponse:
    """A company's statement for a period, per currency: opening + movements = closing."""
    return _statements(request, queries.Client(company_id=company_id), query)


@router.get(
    "contacts/{uuid:contact_id}/statement/",
    response=shapes.StatementList,
    operation_id="read_contact_statement",
)
def read_contact_statement(request: Request, contact_id: UUID, query: Query[StatementPeriod]) -> HttpResponse:
    """The statement of a person who buys for themselves."""
    return _statements(request, queries.Client(contact_id=contact_id), query)


@router.get("books/month-packs/", response=shapes.PackList, operation_id="list_month_packs")
def list_month_packs(request: Request) -> HttpResponse:
    """The latest packs, newest first."""
    request.actor.require(Permission.BOOKS_VIEW)
    return _items(queries.month_packs()[:PACKS_SHOWN], shapes.pack_out)


@router.post("books/month-packs/", response={201: shapes.PackOut}, operation_id="start_month_pack")
def start_month_pack(request: Request, data: shapes.PackIn) -> HttpResponse:
    """Ask for the accountant's pack of a month; a job makes it."""
    pack = operations.start_month_pack(month=_month(data.month), by=request.actor, at=clock.now())
    return json_response(shapes.pack_out(pack), status=201)


@router.get("books/month-packs/{uuid:pack_id}/", response=shapes.PackOut, operation_id="read_month_pack")
def read_month_pack(request: Request, pack_id: UUID) -> HttpResponse:
    """How far a pack is."""
    request.actor.require(Permission.BOOKS_VIEW)
    return json_response(shapes.pack_out(queries.month_pack(pack_id)))


@router.get(
    "books/month-packs/{uuid:pack_id}/file/",
    response={200: None},
    operation_id="read_month_pack_file",
    openapi_extra={"responses": {200: {"content": {"application/zip": {}}}}},
)
def read_month_pack_file(request: Request, pack_id: UUID) -> HttpResponse:
    """The zip; 409 while it is being made."""
    request.actor.require(Permission.BOOKS_VIEW)
    request.actor.require(Permission.RECORDS_VIEW_ALL)
    pack: MonthPack = queries.month_pack(pack_id)
    if pack.file is None:
        raise PackNotMade()
    return HttpResponse(read_bytes(pack.file), content_type=pack.file.content_type)


def _statements(request: Request, client: queries.Client, query: StatementPeriod) -> HttpResponse:
    request.actor.require(Permission.BOOKS_VIEW)
    queries.client_record(client, request.actor)
    until = query.until or _days(request, None)[1]
    since = query.since or until.replace(month=1, day=1)
    found = queries.statements_of(client, request.actor, since=since, until=until)
    return _items(found, shapes.statement_out)


def _items(rows: Iterable[Any], told: Callable[[Any], dict[str, Any]]) -> HttpResponse:
    return json_response({"items": [told(row) for row in rows], "next_cursor": None})


def _days(request: Request, on: date | None) -> tuple[date, date]:
    """The day that is asked for, never one to come, and today."""
    today = clock.today(request.organization.time_zone)
    return min(on or today, today), today


def _month(text: str) -> date:
    month = read_month(text)
    assert month  # noqa: S101 - the schema lets nothing else pass
    return month
