"""Invoices that recur, over the API."""

from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from shared_apps.core import clock
from shared_apps.core.api import ListOf, list_response
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.invoices import operations, queries
from tenant_apps.invoices.api.documents import Request
from tenant_apps.invoices.schemas import recurring as shapes
from tenant_apps.workspace.queries import narrowed

router = Router(tags=["recurring invoices"])
ONE = "recurring-invoices/{uuid:recurring_id}/"


@router.get(
    "recurring-invoices/", response=ListOf[shapes.RecurringOut], operation_id="list_recurring_invoices"
)
def list_recurring_invoices(request: Request, query: Query[shapes.RecurringFilters]) -> HttpResponse:
    """Invoices that recur, with their terms, newest first."""
    request.actor.require(Permission.INVOICES_VIEW)
    rows = queries.visible_recurring(request.actor).filter(**query.lookups())
    rows = narrowed(rows, "recurring_invoice", query.filter, request.actor, clock.now())
    found = queries.with_terms(matching(rows, query.search).select_related(None))
    orderings = shapes.RECURRING_ORDERINGS
    return list_response(found, query, orderings=orderings, item=shapes.recurring_out, default="-id")


@router.post(
    "recurring-invoices/",
    response={201: shapes.RecurringOut},
    operation_id="create_recurring_invoice",
)
def create_recurring_invoice(request: Request, data: shapes.RecurringIn) -> HttpResponse:
    """Let an invoice be made again and again. To issue or send by itself takes the right to do so."""
    recurring = operations.create_recurring_invoice(details=data.details(), by=request.actor, at=clock.now())
    return _recurring(request, recurring.pk, status=201)


@router.post(
    "invoices/{uuid:invoice_id}/recur/",
    response={201: shapes.RecurringOut},
    operation_id="make_invoice_recurring",
)
def make_invoice_recurring(request: Request, invoice_id: UUID, data: shapes.RecurIn) -> HttpResponse:
    """Let an invoice be made again with the same client, lines and prices. 409 for a note or a proforma."""
    recurring = operations.make_invoice_recurring(
        invoice_id=invoice_id, by=request.actor, at=clock.now(), **data.model_dump()
    )
    return _recurring(request, recurring.pk, status=201)


@router.get(
    "recurring-invoices/raise-prices/",
    response=shapes.RaisePreviewOut,
    operation_id="preview_price_raise",
)
def preview_price_raise(request: Request, query: Query[shapes.RaiseQuery]) -> HttpResponse:
    """What raising the prices of all that you may raise would come to."""
    request.actor.require(Permission.INVOICES_VIEW)
    rows, has_more = queries.recurring_to_raise(request.actor)
    told = queries.raise_preview(rows, percent=query.percent, from_on=query.from_on)
    return json_response({"items": [shapes.raised_out(one) for one in told], "has_more": has_more})


@router.post("recurring-invoices/raise-prices/", response=shapes.RaiseOut, operation_id="raise_prices")
def raise_prices(request: Request, data: shapes.RaiseIn) -> HttpResponse:
    """Raise the prices of these from a day on, all or none; again with the same day it raises once."""
    terms = operations.raise_prices(by=request.actor, at=clock.now(), **data.model_dump())
    return json_response({"raised": [shapes.terms_out(one) for one in terms]})


@router.get(ONE, response=shapes.RecurringOut, operation_id="read_recurring_invoice")
def read_recurring_invoice(request: Request, recurring_id: UUID) -> HttpResponse:
    """One with its terms and their lines."""
    request.actor.require(Permission.INVOICES_VIEW)
    return _recurring(request, recurring_id)


@router.patch(ONE, response=shapes.RecurringOut, operation_id="change_recurring_invoice")
def change_recurring_invoice(
    request: Request, recurring_id: UUID, data: shapes.RecurringPatch
) -> HttpResponse:
    """Change what is named, for the invoices to come; 409 once it has ended."""
    change, at = data.change(), clock.now()
    operations.change_recurring_invoice(recurring_id=recurring_id, change=change, by=request.actor, at=at)
    return _recurring(request, recurring_id)


@router.get(f"{ONE}upcoming/", response=shapes.UpcomingOut, operation_id="list_upcoming_invoices")
def list_upcoming_invoices(request: Request, recurring_id: UUID, count: int = 12) -> HttpResponse:
    """The next days (at most 100) with the period that each bills and what it comes to."""
    request.actor.require(Permission.INVOICES_VIEW)
    recurring = queries.visible_recurring_invoice(recurring_id, request.actor)
    today = clock.today(request.organization.time_zone)
    planned = queries.upcoming(recurring, today=today, count=max(1, min(count, 100)))
    return json_response({"items": [shapes.planned_invoice_out(one, recurring.language) for one in planned]})


@router.get(f"{ONE}occurrences/", response=ListOf[shapes.OccurrenceOut], operation_id="list_occurrences")
def list_occurrences(
    request: Request, recurring_id: UUID, query: Query[shapes.OccurrenceFilters]
) -> HttpResponse:
    """Its days so far and those to be skipped, the latest first, with their invoices."""
    request.actor.require(Permission.INVOICES_VIEW)
    recurring = queries.visible_recurring_invoice(recurring_id, request.actor)
    rows = queries.occurrences_of(recurring, request.actor).select_related(None)
    orderings = shapes.OCCURRENCE_ORDERINGS
    return list_response(rows, query, orderings=orderings, item=shapes.occurrence_out, default="-occurs_on")


@router.post(f"{ONE}pause/", response=shapes.RecurringOut, operation_id="pause_recurring_invoice")
def pause_recurring_invoice(request: Request, recurring_id: UUID) -> HttpResponse:
    """Make nothing until it is resumed; 409 when it is not active."""
    operations.pause_recurring_invoice(recurring_id=recurring_id, by=request.actor, at=clock.now())
    return _recurring(request, recurring_id)


@router.post(f"{ONE}resume/", response=shapes.RecurringOut, operation_id="resume_recurring_invoice")
def resume_recurring_invoice(request: Request, recurring_id: UUID, data: shapes.ResumeIn) -> HttpResponse:
    """Go on, with or without the invoices that were missed; 409 when it is active, or nothing is left."""
    operations.resume_recurring_invoice(
        recurring_id=recurring_id, catch_up=data.catch_up, by=request.actor, at=clock.now()
    )
    return _recurring(request, recurring_id)


@router.post(f"{ONE}end/", response=shapes.RecurringOut, operation_id="end_recurring_invoice")
def end_recurring_invoice(request: Request, recurring_id: UUID) -> HttpResponse:
    """Make nothing any more; 409 when it has ended."""
    operations.end_recurring_invoice(recurring_id=recurring_id, by=request.actor, at=clock.now())
    return _recurring(request, recurring_id)


@router.post(f"{ONE}skip/", response=shapes.OccurrenceOut, operation_id="skip_occurrence")
def skip_occurrence(request: Request, recurring_id: UUID, data: shapes.DayIn) -> HttpResponse:
    """Make nothing on one of its days to come; 422 for a day that is none of them."""
    day = operations.skip_occurrence(
        recurring_id=recurring_id, occurs_on=data.occurs_on, by=request.actor, at=clock.now()
    )
    return json_response(shapes.occurrence_out(day))


@router.post(f"{ONE}unskip/", response=shapes.RecurringOut, operation_id="unskip_occurrence")
def unskip_occurrence(request: Request, recurring_id: UUID, data: shapes.DayIn) -> HttpResponse:
    """Let the invoice of a skipped day be made after all; 409 when it is not skipped, or has passed."""
    operations.unskip_occurrence(
        recurring_id=recurring_id, occurs_on=data.occurs_on, by=request.actor, at=clock.now()
    )
    return _recurring(request, recurring_id)


@router.post(
    "recurring-invoices/occurrences/{uuid:occurrence_id}/make/",
    response=shapes.OccurrenceOut,
    operation_id="make_occurrence",
)
def make_occurrence(request: Request, occurrence_id: UUID) -> HttpResponse:
    """Make the invoice of a day that has none; 409 when there is one, or the day is still to come."""
    day = operations.make_occurrence(occurrence_id=occurrence_id, by=request.actor, at=clock.now())
    return json_response(shapes.occurrence_out(day))


@router.post(f"{ONE}terms/", response={201: shapes.TermsOut}, operation_id="plan_terms")
def plan_terms(request: Request, recurring_id: UUID, data: shapes.TermsIn) -> HttpResponse:
    """Other lines for the invoices from a day on; those planned for the same day give way."""
    terms = operations.plan_terms(
        recurring_id=recurring_id,
        from_on=data.from_on,
        items=shapes.lines_of(data.items),
        by=request.actor,
        at=clock.now(),
    )
    return json_response(shapes.terms_out(terms), status=201)


@router.delete("recurring-invoices/terms/{uuid:terms_id}/", response={204: None}, operation_id="drop_terms")
def drop_terms(request: Request, terms_id: UUID) -> HttpResponse:
    """Let planned prices be forgotten; 409 once they hold."""
    operations.drop_terms(terms_id=terms_id, by=request.actor, at=clock.now())
    return HttpResponse(status=204)


def _recurring(request: Request, recurring_id: UUID, status: int = 200) -> HttpResponse:
    recurring = queries.visible_recurring_invoice(recurring_id, request.actor)
    return json_response(shapes.recurring_out(recurring), status=status)
