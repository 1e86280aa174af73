from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, is_htmx, page
from shared_apps.core.keyset import InvalidCursor, keyset_page
from shared_apps.core.permissions import Permission
from tenant_apps.files.queries import read_bytes
from tenant_apps.imports import operations, queries, results, summary
from tenant_apps.imports.adapters import MAX_BYTES, Unusable, sheets_in
from tenant_apps.imports.forms import MappingForm, ReadingForm, UploadForm
from tenant_apps.imports.models import Import, ImportState

RUN = Permission.IMPORTS_RUN
AT_WORK = {ImportState.REHEARSING, ImportState.RUNNING, ImportState.UNDOING}
PROBLEMS_SHOWN = 100
STEPS = {
    ImportState.MAPPING: 1,
    ImportState.REHEARSING: 2,
    ImportState.REHEARSED: 2,
}


@page(RUN)
def import_list(request: ActorRequest) -> HttpResponse:
    rows = queries.visible_imports(request.actor)
    try:
        found = keyset_page(rows, ordering="-id", cursor=request.GET.get("cursor"))
    except InvalidCursor:
        found = keyset_page(rows, ordering="-id")
    return render(request, "imports/import_list.html", {"page": found})


@page(RUN)
def import_create(request: ActorRequest) -> HttpResponse:
    return form_page(request, "imports/import_create.html", UploadForm(), {"step": 0})


@import_create.act
def upload_import(request: ActorRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    run = _uploaded(request, form) if form.is_valid() else None
    if run is None:
        return form_page(request, "imports/import_create.html", form, {"step": 0})
    return done(request, to=reverse("import_mapping", args=[run.pk]))


@page(RUN)
def import_mapping(request: ActorRequest, import_id: UUID) -> HttpResponse:
    run = queries.visible_import(import_id, request.actor)
    if run.state not in {ImportState.MAPPING, ImportState.REHEARSED}:
        return redirect(run)
    return _mapping_page(request, run, MappingForm(run=run))


@import_mapping.act
def map_columns(request: ActorRequest, import_id: UUID) -> HttpResponse:
    """Keep what was chosen and rehearse it."""
    run = queries.visible_import(import_id, request.actor)
    form = MappingForm(request.POST, run=run)
    if not form.is_valid():
        return _mapping_page(request, run, form)
    try:
        at = clock.now()
        operations.map_columns(import_id=import_id, choices=form.choices(), by=request.actor, at=at)
        operations.rehearse_import(import_id=import_id, by=request.actor, at=at)
    except DomainError as refusal:
        add_refusal(form, refusal)
        return _mapping_page(request, run, form)
    return done(request, to=run)


@act(RUN)
def reread_import(request: ActorRequest, import_id: UUID) -> HttpResponse:
    """Read the file as somebody says it is written."""
    run = queries.visible_import(import_id, request.actor)
    form = ReadingForm(request.POST, run=run, sheets=_sheets(run))
    if form.is_valid() and form.wanted():
        operations.reread_import(import_id=import_id, by=request.actor, at=clock.now(), **form.wanted())
    return done(request, to=reverse("import_mapping", args=[import_id]))


@page(RUN)
def import_detail(request: ActorRequest, import_id: UUID) -> HttpResponse:
    """Where the import is. While it works, the part with the bar is asked for again and again."""
    run = queries.visible_import(import_id, request.actor)
    if run.state == ImportState.MAPPING:
        return redirect("import_mapping", import_id)
    if is_htmx(request) and run.state not in AT_WORK:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    if is_htmx(request):
        return render(request, "imports/import_detail.html#progress", _facts(run))
    return render(request, "imports/import_detail.html", _facts(run))


@act(RUN)
def run_import(request: ActorRequest, import_id: UUID) -> HttpResponse:
    run = operations.run_import(import_id=import_id, by=request.actor, at=clock.now())
    return done(request, to=run)


@act(RUN)
def resume_import(request: ActorRequest, import_id: UUID) -> HttpResponse:
    run = operations.resume_import(import_id=import_id, by=request.actor, at=clock.now())
    return done(request, to=run, message=_("The import goes on."))


@act(RUN)
def undo_import(request: ActorRequest, import_id: UUID) -> HttpResponse:
    run = operations.undo_import(import_id=import_id, by=request.actor, at=clock.now())
    return done(request, to=run)


@page(RUN)
def import_failed_rows(request: ActorRequest, import_id: UUID) -> HttpResponse:
    run = queries.visible_import(import_id, request.actor)
    return _file(results.failed_rows_csv(run), run, _("failed rows"))


@page(RUN)
def import_result(request: ActorRequest, import_id: UUID) -> HttpResponse:
    run = queries.visible_import(import_id, request.actor)
    return _file(results.result_csv(run), run, _("result"))


def _uploaded(request: ActorRequest, form: UploadForm) -> Import | None:
    """The import of the file; None when it cannot be used and the form says why."""
    file = form.cleaned_data["file"]
    try:
        if file.size > MAX_BYTES:
            raise Unusable(message=_("The file is larger than 30 MB. Split it and upload the parts."))
        return operations.upload_import(name=file.name, content=file.read(), by=request.actor, at=clock.now())
    except DomainError as refusal:
        add_refusal(form, refusal)
        return None


def _mapping_page(request: ActorRequest, run: Import, form: MappingForm) -> HttpResponse:
    reading = ReadingForm(run=run, sheets=_sheets(run))
    context = {"run": run, "reading": reading, "step": 1}
    return form_page(request, "imports/import_mapping.html", form, context)


def _sheets(run: Import) -> list[str]:
    reading = operations.reading_of(run)
    return sheets_in(read_bytes(run.file), reading) if reading.format == "xlsx" else []


def _facts(run: Import) -> dict[str, Any]:
    at = clock.now()
    is_rehearsal = run.state in {ImportState.REHEARSING, ImportState.REHEARSED}
    problems = list(queries.problem_rows(run, is_rehearsal=is_rehearsal)[: PROBLEMS_SHOWN + 1])
    return {
        "run": run,
        "step": STEPS.get(ImportState(run.state), 3),
        "is_at_work": run.state in AT_WORK,
        "is_stuck": summary.is_stuck(run, at),
        "may_undo": summary.may_undo(run, at),
        "done_count": summary.rows_done(run),
        "tallies": summary.tallies(run.counts),
        "entities": summary.by_entity(run.counts),
        "unknown_owners": run.counts.get("owner.unknown", 0),
        "problems": problems[:PROBLEMS_SHOWN],
        "has_more_problems": len(problems) > PROBLEMS_SHOWN,
        "kept": summary.kept(run, PROBLEMS_SHOWN) if run.state == ImportState.UNDONE else [],
    }


def _file(content: bytes, run: Import, what: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = f"{run.name.rpartition('.')[0] or run.name} – {what}.csv"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
