from django.http import HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.http import ActorRequest
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from tenant_apps.dashboard.filters import read_report_filter
from tenant_apps.dashboard.queries import money, who_first
from tenant_apps.dashboard.queries.reports import report_of
from tenant_apps.dashboard.schemas import (
    MoneyListOut,
    ReportOut,
    ReportQuery,
    WhoFirstOut,
    WhoFirstQuery,
    money_out,
    report_out,
    waiting_out,
)
from tenants.context import current_organization

router = Router(tags=["dashboard"])


@router.get("who-first/", response=WhoFirstOut, operation_id="list_who_first")
def list_who_first(request: ActorRequest, query: Query[WhoFirstQuery]) -> HttpResponse:
    """Who comes first: late tasks, stalled deals, overdue invoices, expiring offers, quiet customers."""
    request.actor.require(Permission.DASHBOARD_VIEW)
    at = clock.now()
    queue = who_first(
        request.actor,
        at=at,
        on=clock.day_in(current_organization().time_zone, at),
        mine=query.mine,
        kind=query.kind,
        limit=query.limit,
    )
    items = [waiting_out(item) for item in queue.waiting]
    return json_response({"items": items, "total": queue.total, "next_cursor": None})


@router.get("reports/{report}/", response=ReportOut, operation_id="read_report")
def read_report(request: ActorRequest, report: str, query: Query[ReportQuery]) -> HttpResponse:
    """The tables of a report: `pipeline`, `conversion`, `won-lost`, `sales` or `activity`. They count what
    the actor sees; money of two currencies stands in two tables.
    """
    request.actor.require(Permission.REPORTS_VIEW)
    kind = report_of(report)
    asked = read_report_filter(query.asked(), kind, request.actor, at=clock.now()).asked
    return json_response(report_out(report, asked, kind.build(asked)))


@router.get("money/", response=MoneyListOut, operation_id="read_money")
def read_money(request: ActorRequest) -> HttpResponse:
    """Per currency what is owed and how old it is, when it is expected, and money that waits for its invoice.
    There is one page: `next_cursor` is null.
    """
    request.actor.require(Permission.BOOKS_VIEW)
    zone = current_organization().time_zone
    on = clock.today(zone)
    items = [money_out(one) for one in money(request.actor, on=on, zone=zone)]
    return json_response({"on": on, "items": items, "next_cursor": None})
