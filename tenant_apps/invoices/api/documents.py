from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Body, Query, Router

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.api import ListOf, list_response
from shared_apps.core.json import json_response
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from tenant_apps.invoices import operations, queries, ubl
from tenant_apps.invoices.adapters import render_annulment_pdf
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.rules import errors_among
from tenant_apps.invoices.schemas import (
    INVOICE_ORDERINGS,
    REMINDER_ORDERINGS,
    AdvancesIn,
    AnnulmentOut,
    FollowIn,
    InvoiceFilters,
    InvoiceIn,
    InvoiceOut,
    InvoicePatch,
    InvoiceTimeIn,
    IssueIn,
    LetterIn,
    NoteIn,
    PlanOut,
    PlanQuery,
    ReasonIn,
    ReminderFilters,
    ReminderOut,
    ReminderStageOut,
    RulesOut,
    SeriesAuditsOut,
    WriteOffIn,
    annulment_out,
    finding_out,
    invoice_out,
    planned_out,
    reminder_out,
    series_audit_out,
    stage_out,
)
from tenant_apps.sharing.queries import addresses_of
from tenant_apps.workspace.queries import narrowed
from tenants.context import OrganizationRef

router = Router()
INVOICES, REMINDERS = ["invoices"], ["reminders"]


class Request(HttpRequest):
    """A request of the API, after the token was read."""

    actor: Actor
    organization: OrganizationRef


@router.get("invoices/", response=ListOf[InvoiceOut], operation_id="list_invoices", tags=INVOICES)
def list_invoices(request: Request, query: Query[InvoiceFilters]) -> HttpResponse:
    """Invoices with their lines, newest first. `status` is compared as of today, as reading tells it."""
    request.actor.require(Permission.INVOICES_VIEW)
    on = _today(request)
    visible = queries.with_sortable_dates(queries.visible_invoices(request.actor, on=on))
    asked = narrowed(query.narrow(visible), "invoice", query.filter, request.actor, clock.now())
    found = matching(asked, query.search).select_related(None).prefetch_related("items")
    return list_response(
        found,
        query,
        orderings=INVOICE_ORDERINGS,
        items=lambda page: _page(page, request, on),
        default="-id",
    )


@router.post("invoices/", response={201: InvoiceOut}, operation_id="create_invoice", tags=INVOICES)
def create_invoice(request: Request, data: InvoiceIn) -> HttpResponse:
    """Write a draft with its lines and totals."""
    invoice = operations.create_invoice(draft=data.draft(), by=request.actor, at=clock.now())
    return _invoice(request, invoice, status=201)


@router.post(
    "deals/{uuid:deal_id}/invoice/",
    response={201: InvoiceOut},
    operation_id="create_invoice_of_deal",
    tags=INVOICES,
)
def create_invoice_of_deal(request: Request, deal_id: UUID) -> HttpResponse:
    """Write a draft that bills a deal: its company or first person, its currency and its lines."""
    request.actor.require(Permission.DEALS_VIEW)
    invoice = operations.create_invoice_of_deal(deal_id=deal_id, by=request.actor, at=clock.now())
    return _invoice(request, invoice, status=201)


@router.post("time-entries/invoice/", response={201: InvoiceOut}, operation_id="invoice_time", tags=INVOICES)
def invoice_time(request: Request, data: InvoiceTimeIn) -> HttpResponse:
    """Draft an invoice of logged time of one client, by entry or by rate; 409 for what is billed already."""
    request.actor.require(Permission.TIME_VIEW)
    invoice = operations.invoice_time(by=request.actor, at=clock.now(), **data.model_dump())
    return _invoice(request, invoice, status=201)


@router.get("invoices/{uuid:invoice_id}/", response=InvoiceOut, operation_id="read_invoice", tags=INVOICES)
def read_invoice(request: Request, invoice_id: UUID) -> HttpResponse:
    """One invoice with its lines."""
    request.actor.require(Permission.INVOICES_VIEW)
    return _invoice(request, queries.visible_invoice(invoice_id, request.actor))


@router.patch(
    "invoices/{uuid:invoice_id}/", response=InvoiceOut, operation_id="change_invoice", tags=INVOICES
)
def change_invoice(request: Request, invoice_id: UUID, data: InvoicePatch) -> HttpResponse:
    """Change what is named in a draft, `items` whole; 409 once it is issued."""
    change = data.change()
    return _invoice(
        request,
        operations.change_invoice(invoice_id=invoice_id, change=change, by=request.actor, at=clock.now()),
    )


@router.delete(
    "invoices/{uuid:invoice_id}/", response={204: None}, operation_id="delete_draft_invoice", tags=INVOICES
)
def delete_draft_invoice(request: Request, invoice_id: UUID) -> HttpResponse:
    """Throw a draft away; 409 once it is issued."""
    operations.delete_draft_invoice(invoice_id=invoice_id, by=request.actor, at=clock.now())
    return HttpResponse(status=204)


@router.post(
    "invoices/{uuid:invoice_id}/notes/",
    response={201: InvoiceOut},
    operation_id="create_note",
    tags=INVOICES,
)
def create_note(request: Request, invoice_id: UUID, data: NoteIn) -> HttpResponse:
    """Draft a credit or debit note to an issued invoice: what is left of it, to be cut down."""
    note = operations.create_note(
        invoice_id=invoice_id, kind=data.kind, reason=data.reason, by=request.actor, at=clock.now()
    )
    return _invoice(request, note, status=201)


@router.post(
    "invoices/{uuid:invoice_id}/follow/",
    response={201: InvoiceOut},
    operation_id="follow_proforma",
    tags=INVOICES,
)
def follow_proforma(request: Request, invoice_id: UUID, data: FollowIn | None = Body(None)) -> HttpResponse:  # noqa: B008
    """Draft the invoice that an issued proforma asked for."""
    is_advance = bool(data and data.is_advance)
    invoice = operations.follow_proforma(
        invoice_id=invoice_id, is_advance=is_advance, by=request.actor, at=clock.now()
    )
    return _invoice(request, invoice, status=201)


@router.post(
    "invoices/{uuid:invoice_id}/deduct-advances/",
    response=InvoiceOut,
    operation_id="deduct_advances",
    tags=INVOICES,
)
def deduct_advances(request: Request, invoice_id: UUID, data: AdvancesIn) -> HttpResponse:
    """Add to a draft the lines that take issued advance invoices off."""
    invoice = operations.deduct_advances(
        invoice_id=invoice_id, advance_ids=data.advance_ids, by=request.actor, at=clock.now()
    )
    return _invoice(request, invoice)


@router.post(
    "invoices/{uuid:invoice_id}/issue/", response=InvoiceOut, operation_id="issue_invoice", tags=INVOICES
)
def issue_invoice(request: Request, invoice_id: UUID, data: IssueIn | None = Body(None)) -> HttpResponse:  # noqa: B008
    """Give a draft the next number and freeze it. 422 with the path of every field that breaks a rule, 409
    when issued, 402 when the plan's month is used up.
    """
    issue_date = data.issue_date if data else None
    return _invoice(
        request,
        operations.issue_invoice(
            invoice_id=invoice_id, issue_date=issue_date, by=request.actor, at=clock.now()
        ),
    )


@router.get(
    "invoices/{uuid:invoice_id}/rules/", response=RulesOut, operation_id="read_invoice_rules", tags=INVOICES
)
def read_invoice_rules(request: Request, invoice_id: UUID) -> HttpResponse:
    """What every rule says: of a draft as it stands now, of any other document as it was issued."""
    request.actor.require(Permission.INVOICES_VIEW)
    invoice = queries.visible_invoice(invoice_id, request.actor)
    findings = queries.findings_of(invoice, on=_today(request))
    told = [finding_out(finding) for finding in findings]
    return json_response({"may_be_issued": not errors_among(findings), "findings": told})


@router.get("series-audit/", response=SeriesAuditsOut, operation_id="audit_series", tags=INVOICES)
def audit_series(request: Request) -> HttpResponse:
    """Whether the numbers of every series have no gap and no duplicate, and their days are in order."""
    request.actor.require(Permission.INVOICES_VIEW)
    audits = queries.audit_series(request.actor)
    return json_response({"items": [series_audit_out(audit) for audit in audits]})


@router.post(
    "invoices/{uuid:invoice_id}/annul/", response=InvoiceOut, operation_id="annul_invoice", tags=INVOICES
)
def annul_invoice(request: Request, invoice_id: UUID, data: ReasonIn) -> HttpResponse:
    """Cross an issued invoice out; 409 while money is allocated to it."""
    return _invoice(
        request,
        operations.annul_invoice(invoice_id=invoice_id, reason=data.reason, by=request.actor, at=clock.now()),
    )


@router.get(
    "invoices/{uuid:annulled_id}/annulment/",
    response=AnnulmentOut,
    operation_id="read_annulment",
    tags=INVOICES,
)
def read_annulment(request: Request, annulled_id: UUID) -> HttpResponse:
    """Why, when and by whom a document was annulled, and what took its place; 404 while it stands."""
    request.actor.require(Permission.INVOICES_VIEW)
    return json_response(annulment_out(queries.annulment_of(annulled_id, request.actor)))


@router.get(
    "invoices/{uuid:annulled_id}/annulment/pdf/",
    response={200: None},
    operation_id="read_annulment_pdf",
    tags=INVOICES,
    openapi_extra={"responses": {200: {"content": {"application/pdf": {}}}}},
)
def read_annulment_pdf(request: Request, annulled_id: UUID) -> HttpResponse:
    """The protocol of the annulment as PDF, made anew each time: a replacement may follow."""
    request.actor.require(Permission.INVOICES_VIEW)
    annulment = queries.annulment_of(annulled_id, request.actor)
    content = render_annulment_pdf(queries.annulment_paper(annulment), annulment.invoice.language)
    return HttpResponse(content, content_type="application/pdf")


@router.post(
    "invoices/{uuid:invoice_id}/send/", response=InvoiceOut, operation_id="send_invoice", tags=INVOICES
)
def send_invoice(request: Request, invoice_id: UUID, data: LetterIn | None = Body(None)) -> HttpResponse:  # noqa: B008
    """Send an issued invoice with its PDF; without a letter as usual, to the client's e-mail."""
    invoice = operations.send_invoice(
        invoice_id=invoice_id, letter=data.letter() if data else None, by=request.actor, at=clock.now()
    )
    return _invoice(request, invoice)


@router.get(
    "invoices/{uuid:invoice_id}/pdf/",
    response={200: None},
    operation_id="read_invoice_pdf",
    tags=INVOICES,
    openapi_extra={"responses": {200: {"content": {"application/pdf": {}}}}},
)
def read_invoice_pdf(request: Request, invoice_id: UUID) -> HttpResponse:
    """The stored PDF; made and stored by this request when nobody has yet. 409 for a draft."""
    request.actor.require(Permission.INVOICES_VIEW)
    content = operations.invoice_pdf_bytes(invoice_id=invoice_id, by=request.actor, at=clock.now())
    return HttpResponse(content, content_type="application/pdf")


@router.get(
    "invoices/{uuid:invoice_id}/ubl/",
    response={200: None},
    operation_id="read_invoice_ubl",
    tags=INVOICES,
    openapi_extra={"responses": {200: {"content": {"application/xml": {}}}}},
)
def read_invoice_ubl(request: Request, invoice_id: UUID) -> HttpResponse:
    """The document as an e-invoice (EN 16931, UBL 2.1). 409 for a draft, a proforma, an annulled one, or what
    the standard cannot express.
    """
    request.actor.require(Permission.INVOICES_VIEW)
    invoice = queries.visible_invoice(invoice_id, request.actor)
    return HttpResponse(ubl.write_ubl(queries.e_invoice_of(invoice)), content_type=ubl.CONTENT_TYPE)


@router.post(
    "invoices/{uuid:invoice_id}/write-off/", response=InvoiceOut, operation_id="write_off", tags=INVOICES
)
def write_off(request: Request, invoice_id: UUID, data: WriteOffIn) -> HttpResponse:
    """Stop waiting for a rest of an issued invoice: a fee that a bank kept, a difference of cents."""
    operations.write_off(
        invoice_id=invoice_id,
        amount=data.amount,
        kind=data.kind,
        reason=data.reason,
        by=request.actor,
        at=clock.now(),
    )
    return _invoice(request, queries.visible_invoice(invoice_id, request.actor))


@router.post(
    "invoices/{uuid:invoice_id}/undo-write-off/",
    response=InvoiceOut,
    operation_id="undo_write_off",
    tags=INVOICES,
)
def undo_write_off(request: Request, invoice_id: UUID, data: ReasonIn) -> HttpResponse:
    """Wait again for all that was written off; 409 when that is nothing."""
    operations.undo_write_off(invoice_id=invoice_id, reason=data.reason, by=request.actor, at=clock.now())
    return _invoice(request, queries.visible_invoice(invoice_id, request.actor))


@router.get("reminders/", response=ListOf[ReminderOut], operation_id="list_payment_reminders", tags=REMINDERS)
def list_payment_reminders(request: Request, query: Query[ReminderFilters]) -> HttpResponse:
    """What clients were reminded of, newest first."""
    request.actor.require(Permission.INVOICES_VIEW)
    found = queries.reminders_told(request.actor)
    if query.invoice_id:
        found = found.filter(invoice_id=query.invoice_id)
    return list_response(found, query, orderings=REMINDER_ORDERINGS, item=reminder_out, default="-id")


@router.get("reminders/plan/", response=PlanOut, operation_id="plan_payment_reminders", tags=REMINDERS)
def plan_payment_reminders(request: Request, query: Query[PlanQuery]) -> HttpResponse:
    """What would leave on a day, by default tomorrow, and what is held back and why."""
    request.actor.require(Permission.INVOICES_VIEW)
    on = query.on or _today(request) + timedelta(days=1)
    planned = queries.planned_reminders(request.actor, on=on)
    answer = {
        "on": on,
        "is_on": queries.are_reminders_on(),
        "reminders": [planned_out(one) for one in planned],
    }
    return json_response(answer)


@router.get(
    "reminders/stages/",
    response=list[ReminderStageOut],
    operation_id="list_reminder_stages",
    tags=REMINDERS,
)
def list_reminder_stages(request: Request) -> HttpResponse:
    """The stages, the earliest first."""
    request.actor.require(Permission.INVOICES_VIEW)
    return json_response([stage_out(stage) for stage in queries.reminder_stages()])


@router.post(
    "invoices/{uuid:invoice_id}/pause-reminders/",
    response=InvoiceOut,
    operation_id="pause_invoice_reminders",
    tags=REMINDERS,
)
def pause_invoice_reminders(request: Request, invoice_id: UUID) -> HttpResponse:
    """Remind nobody of this invoice until it is resumed; 409 when it is paused already."""
    operations.pause_invoice_reminders(invoice_id=invoice_id, by=request.actor, at=clock.now())
    return _invoice(request, queries.visible_invoice(invoice_id, request.actor))


@router.post(
    "invoices/{uuid:invoice_id}/resume-reminders/",
    response=InvoiceOut,
    operation_id="resume_invoice_reminders",
    tags=REMINDERS,
)
def resume_invoice_reminders(request: Request, invoice_id: UUID) -> HttpResponse:
    """Remind of this invoice again; 409 when it is not paused."""
    operations.resume_invoice_reminders(invoice_id=invoice_id, by=request.actor, at=clock.now())
    return _invoice(request, queries.visible_invoice(invoice_id, request.actor))


def _today(request: Request) -> date:
    return clock.today(request.organization.time_zone)


def _page(invoices: list[Invoice], request: Request, on: date) -> list[dict[str, Any]]:
    """The rows of a list, with the addresses of their client links in one statement."""
    urls = addresses_of([invoice.pk for invoice in invoices])
    return [invoice_out(one, request, on, payment_url=urls.get(one.pk, "")) for one in invoices]


def _invoice(request: Request, invoice: Invoice, status: int = 200) -> HttpResponse:
    url = queries.payment_url_of(invoice)
    return json_response(invoice_out(invoice, request, _today(request), payment_url=url), status=status)
