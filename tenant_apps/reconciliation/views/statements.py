from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, is_htmx, page, partial
from shared_apps.core.keyset import KeysetPage
from shared_apps.core.permissions import Permission
from shared_apps.core.tables import MAX_BYTES, Unusable
from tenant_apps.files.queries import read_bytes
from tenant_apps.reconciliation import operations, queries
from tenant_apps.reconciliation.forms.statements import MappingForm, RowForm, StatementForm, UndoForm
from tenant_apps.reconciliation.models import BankLine, RowOutcome, Statement, StatementRow, StatementState
from tenant_apps.reconciliation.reasons import problem_text
from tenant_apps.reconciliation.rules import counts as figures
from tenant_apps.reconciliation.views import asked_page
from tenant_apps.reconciliation.words import COLUMNS, FORMATS, tallies

VIEW, IMPORT = Permission.BANK_VIEW, Permission.BANK_IMPORT
AT_WORK = {StatementState.REHEARSING, StatementState.RUNNING, StatementState.UNDOING}
REHEARSAL = {StatementState.REHEARSING, StatementState.REHEARSED}
STEPS = {StatementState.MAPPING: 1, StatementState.REHEARSING: 2, StatementState.REHEARSED: 2}
SILENT_FOR = timedelta(minutes=3)
ROWS_SHOWN = 50


@page(VIEW)
def statement_list(request: ActorRequest) -> HttpResponse:
    """The files that came in, the newest first."""
    rows = queries.visible_statements(request.actor)
    context = {
        "page": asked_page(rows, request, "-id"),
        "formats": FORMATS,
        "totals": queries.unexplained_totals(request.actor),
        "has_accounts": queries.own_accounts().exists(),
    }
    return render(request, "reconciliation/statement_list.html", context)


@page(IMPORT)
def statement_create(request: ActorRequest) -> HttpResponse:
    return _upload_page(request, StatementForm())


@statement_create.act
def upload_statement(request: ActorRequest) -> HttpResponse:
    """Take the file in; one that is here already leads to itself."""
    form = StatementForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            return done(request, to=_brought_in(request, form))
    except operations.AlreadyHere as refusal:
        to = reverse("statement_detail", args=[refusal.statement_id])
        return done(request, to=to, message=_("This file is here already."))
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _upload_page(request, form)


@page(IMPORT)
def statement_mapping(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    statement = queries.visible_statement(statement_id, request.actor)
    if statement.state not in {StatementState.MAPPING, StatementState.REHEARSED}:
        return redirect(statement)
    return _mapping_page(request, statement, MappingForm(statement=statement))


@statement_mapping.act
def map_statement_columns(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    """Keep what was chosen and rehearse it."""
    statement = queries.visible_statement(statement_id, request.actor)
    form = MappingForm(request.POST, statement=statement)
    try:
        if form.is_valid():
            at = clock.now()
            operations.map_statement_columns(
                statement_id=statement_id, **form.choices(), by=request.actor, at=at
            )
            operations.rehearse_statement(statement_id=statement_id, by=request.actor, at=at)
            return done(request, to=statement)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _mapping_page(request, statement, form)


@page(VIEW)
def statement_detail(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    """Where the file is. While it works, the part with the bar is asked for again and again."""
    statement = queries.visible_statement(statement_id, request.actor)
    if statement.state == StatementState.MAPPING and request.actor.may(IMPORT):
        return redirect("statement_mapping", statement_id)
    if is_htmx(request) and statement.state not in AT_WORK:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    facts = _facts(request, statement)
    if is_htmx(request):
        return render(request, "reconciliation/statement_detail.html#progress", facts)
    return render(request, "reconciliation/statement_detail.html", facts)


@act(IMPORT)
def import_statement(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    statement = operations.import_statement(statement_id=statement_id, by=request.actor, at=clock.now())
    return done(request, to=statement)


@act(IMPORT)
def resume_statement(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    statement = operations.resume_statement(statement_id=statement_id, by=request.actor, at=clock.now())
    return done(request, to=statement, message=_("The import goes on."))


@act(IMPORT)
def discard_statement(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    operations.discard_statement(statement_id=statement_id, by=request.actor, at=clock.now())
    return done(request, to="statement_list", message=_("The file was discarded."))


@page(IMPORT)
def undo_statement(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    """Asks why the import is taken back."""
    return _undo_page(request, statement_id, UndoForm())


@undo_statement.act
def undo_statement_with_reason(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    form = UndoForm(request.POST)
    try:
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            statement = operations.undo_statement(
                statement_id=statement_id, reason=reason, by=request.actor, at=clock.now()
            )
            return done(request, to=statement)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _undo_page(request, statement_id, form)


@page(VIEW)
def statement_file(request: ActorRequest, statement_id: UUID) -> HttpResponse:
    """The file as it came."""
    statement = queries.visible_statement(statement_id, request.actor)
    response = HttpResponse(read_bytes(statement.file), content_type="application/octet-stream")
    disposition = content_disposition_header(True, statement.name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    return response


@page(IMPORT)
def statement_row(request: ActorRequest, row_id: UUID) -> HttpResponse:
    """An entry that could not be read, to be corrected."""
    row = queries.visible_row(row_id, request.actor)
    if row.outcome != RowOutcome.FAILED:
        return redirect(row.statement)
    return _row_page(request, row, RowForm(row=row))


@statement_row.act
def correct_statement_row(request: ActorRequest, row_id: UUID) -> HttpResponse:
    row = queries.visible_row(row_id, request.actor)
    form = RowForm(request.POST, row=row)
    try:
        if form.is_valid():
            operations.correct_statement_row(
                row_id=row_id, texts=form.texts(), by=request.actor, at=clock.now()
            )
            return done(request, to=row.statement, message=_("The entry was taken in."))
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _row_page(request, row, form)


@act(IMPORT)
def dismiss_statement_row(request: ActorRequest, row_id: UUID) -> HttpResponse:
    row = operations.dismiss_statement_row(row_id=row_id, by=request.actor, at=clock.now())
    return done(request, to=row.statement, message=_("The entry is left out."))


def _brought_in(request: ActorRequest, form: StatementForm) -> Statement:
    file = form.cleaned_data["file"]
    if file.size > MAX_BYTES:
        raise Unusable(message=_("The file is larger than 30 MB. Split it and upload the parts."))
    return operations.bring_in_statement(
        name=file.name,
        content=file.read(),
        account_id=form.cleaned_data["account_id"],
        by=request.actor,
        at=clock.now(),
    )


def _upload_page(request: ActorRequest, form: StatementForm) -> HttpResponse:
    context = {"step": 0, "has_accounts": queries.own_accounts().exists()}
    return form_page(request, "reconciliation/statement_create.html", form, context)


def _mapping_page(request: ActorRequest, statement: Statement, form: MappingForm) -> HttpResponse:
    context = {
        "statement": statement,
        "step": 1,
        "parts": [part for part in queries.statement_parts(statement) if part.account is None],
    }
    return form_page(request, "reconciliation/statement_mapping.html", form, context)


def _undo_page(request: ActorRequest, statement_id: UUID, form: UndoForm) -> HttpResponse:
    statement = queries.visible_statement(statement_id, request.actor)
    context = {"statement": statement, "form": form}
    status = 422 if form.errors else 200
    return partial(request, "reconciliation/undo_statement.html", "panel", context, status=status)


def _row_page(request: ActorRequest, row: StatementRow, form: RowForm) -> HttpResponse:
    context = {"row": row, "statement": row.statement, "problem": problem_text(row.problem)}
    return form_page(request, "reconciliation/statement_row.html", form, context)


def _facts(request: ActorRequest, statement: Statement) -> dict[str, Any]:
    is_at_work = statement.state in AT_WORK
    counts = statement.rehearsal if statement.state in REHEARSAL else statement.counts
    rows = [] if is_at_work else list(queries.failed_rows(statement)[: ROWS_SHOWN + 1])
    return {
        "statement": statement,
        "format": FORMATS[statement.format],
        "step": STEPS.get(StatementState(statement.state), 3),
        "is_at_work": is_at_work,
        "is_stuck": is_at_work and clock.now() - statement.updated_at > SILENT_FOR,
        "is_over": statement.state in {StatementState.DONE, StatementState.STOPPED},
        "done_count": figures.done_of(counts),
        "tallies": tallies(counts),
        "parts": queries.statement_parts(statement),
        "rows": [_told(row) for row in rows[:ROWS_SHOWN]],
        "shown": request.GET.get("show", ""),
        "has_more_rows": len(rows) > ROWS_SHOWN,
        "lines": _lines(request, statement),
        "may_import": request.actor.may(IMPORT),
    }


def _told(row: StatementRow) -> dict[str, Any]:
    """An entry that cannot be read: where it stands, what it says, what is wrong with it."""
    said = row.texts.get("text") or row.texts.get("payer_name") or " ".join(row.texts.values())
    return {
        "row": row,
        "said": said,
        "field": COLUMNS.get(row.field, ""),
        "problem": problem_text(row.problem),
    }


def _lines(request: ActorRequest, statement: Statement) -> KeysetPage[BankLine]:
    rows = queries.lines_of_statement(statement, request.actor)
    shown = request.GET.get("show", "")
    if shown == "waiting":
        rows = rows.filter(pk__in=queries.waiting_lines().order_by().values("pk"))
    elif shown in {"in", "out"}:
        rows = rows.filter(amount__gt=0) if shown == "in" else rows.filter(amount__lt=0)
    return asked_page(rows, request, "-id")
