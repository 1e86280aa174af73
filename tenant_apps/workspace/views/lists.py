"""What one does with a list: filter it, choose its columns, change a cell or many rows, take it along."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import Refused
from shared_apps.core.http import ActorRequest, act, done, is_htmx, page, partial
from shared_apps.core.ids import ids_in
from shared_apps.core.listing import Edit, Filter, Kind, Offer, ask, listing_of, offer_of
from shared_apps.core.permissions import Permission
from tenant_apps.files.queries import read_bytes
from tenant_apps.workspace import filters, operations, queries
from tenant_apps.workspace.forms import cell_form
from tenant_apps.workspace.operations import BulkAct
from tenant_apps.workspace.queries import ShownList

MOST_AT_ONCE = operations.MOST_RECORDS
ACTS = ("edit", "tag", "untag", "archive")


@page(None)
def list_filter(request: ActorRequest, record_type: str) -> HttpResponse:
    """The filter as a form. It comes back with each press, and with "Show" leads to the list."""
    shown = _asked(request, record_type)
    is_sent = "match" in request.GET
    draft = filters.read_draft(request.GET) if is_sent else filters.draft_of(shown.arrangement.filter)
    draft = filters.settle(draft, shown.offer)
    problems: tuple[Any, ...] = ()
    if request.GET.get("do") == "apply":
        asked = ask(shown.offer, filters.filter_of(draft))
        problems = asked.problems
        if not problems:
            return _go(request, shown.address(filter=asked.filter))
    if not any(group.rows for group in draft.groups):
        draft.groups[0].rows.append(filters.DraftRow(""))
    context = {
        "list": shown,
        "groups": filters.shown_draft(draft, shown.offer),
        "any_of": draft.any_of,
        "sections": filters.field_choices(shown.offer),
        "problems": problems,
        "base": replace(shown.arrangement, filter=Filter()).query(cursor=""),
        "focus": request.GET.get("part", ""),
    }
    return partial(request, "workspace/lists/filter.html", "panel", context)


@page(None)
def list_columns(request: ActorRequest, record_type: str) -> HttpResponse:
    """Which columns the list shows, and in which order."""
    shown = _asked(request, record_type)
    names = [column.name for column in shown.columns]
    if "do" in request.GET:
        names = _moved([name for name in request.GET.getlist("name") if name in shown.offer.columns], request)
        if request.GET["do"] == "apply":
            return _go(request, shown.address(columns=tuple(names)))
    columns = shown.offer.columns
    rest = [column for name, column in columns.items() if name not in names]
    context = {
        "list": shown,
        "chosen": [columns[name] for name in names if columns[name].kind is not Kind.TITLE],
        "rest": [column for column in rest if column.kind is not Kind.TITLE],
        "base": shown.arrangement.query(cursor=""),
    }
    return partial(request, "workspace/lists/columns.html", "panel", context)


@page(None)
def list_totals(request: ActorRequest, record_type: str) -> HttpResponse:
    """What a list comes to that has too many rows to be added up with its page."""
    shown = _asked(request, record_type)
    context = {"list": shown, "list_url": shown.address(), "totals": shown.all_totals}
    return partial(request, "workspace/lists/totals.html", "totals", context)


@page(None)
def record_cell(request: ActorRequest, record_type: str, record_id: UUID, field_name: str) -> HttpResponse:
    """One cell as a small form."""
    offer, edit = _editable(request, record_type, field_name)
    row = _row(offer, record_id)
    form = cell_form(edit, offer.reading, edit.value_of(row), _record_shown(offer, edit, row))
    return _cell_page(request, offer, edit, row, form)


@record_cell.act
def change_cell(request: ActorRequest, record_type: str, record_id: UUID, field_name: str) -> HttpResponse:
    """Write one cell; a refusal stands beside it."""
    offer, edit = _editable(request, record_type, field_name)
    row = _row(offer, record_id)
    form = cell_form(edit, offer.reading, None, _record_shown(offer, edit, row), request.POST)
    if form.is_valid():
        try:
            wanted = operations.plain(form.cleaned_data["value"])
            if wanted != operations.plain(edit.value_of(row)):
                operations.write_values(offer, record_id, {edit.name: wanted}, request.actor, clock.now())
            return _written_cell(request, offer, edit, record_id)
        except Refused as refusal:
            form.add_error("value", str(refusal))
    return _cell_page(request, offer, edit, row, form, status=422)


@page(Permission.LISTS_BULK)
def list_bulk(request: ActorRequest, record_type: str) -> HttpResponse:
    """What is going to happen to the chosen records, before it does."""
    return _bulk_page(request, record_type, request.GET)


@list_bulk.act
def start_bulk_change(request: ActorRequest, record_type: str) -> HttpResponse:
    """Change the chosen records."""
    shown = _shown(request, record_type, request.POST.get("query", ""))
    kind = request.POST.get("act", "")
    values, errors = _bulk_values(shown.offer, request.POST) if kind == "edit" else ({}, {})
    try:
        if errors:
            return _bulk_page(request, record_type, request.POST, errors, status=422)
        wanted = BulkAct(kind, values, tuple(_ids(request.POST.getlist("tag"))))
        ids = _chosen_ids(shown, request.POST)
        changes = operations.start_bulk_change(
            entity=record_type,
            act=wanted,
            record_ids=ids,
            label=queries.words_of_act(shown.offer.listing, kind, len(ids)),
            by=request.actor,
            at=clock.now(),
        )
    except Refused as refusal:
        return _bulk_page(request, record_type, request.POST, {"": str(refusal)}, status=422)
    if not changes.finished_at or changes.failed_count:
        return done(request, to=reverse("change_set_detail", args=[changes.pk]))
    undo = reverse("undo_bulk_change", args=[changes.pk]) if queries.may_undo(changes, clock.now()) else ""
    return done(request, to=f"{shown.path}?{shown.query}", message=changes.label, undo=undo)


@page(Permission.LISTS_BULK)
def change_set_detail(request: ActorRequest, change_set_id: UUID) -> HttpResponse:
    """How far a change of many records is, and what was left out."""
    changes = queries.change_set(change_set_id, request.actor)
    context = {
        "changes": changes,
        "left_out": _named_records(request, queries.records_left_out(changes)[:200]),
        "may_undo": queries.may_undo(changes, clock.now()),
        "list_url": reverse(listing_of(changes.entity).list_url),
        "list_label": listing_of(changes.entity).label,
        "looked_at": changes.done_count + changes.failed_count,
    }
    return partial(request, "workspace/lists/change_set.html", "progress", context)


@act(Permission.LISTS_BULK)
def undo_bulk_change(request: ActorRequest, change_set_id: UUID) -> HttpResponse:
    """Give all records of a change back what they held."""
    changes = operations.undo_bulk_change(change_set_id=change_set_id, by=request.actor, at=clock.now())
    kept = queries.records_left_out(changes).exists()
    to = reverse("change_set_detail", args=[changes.pk])
    message = _("Undone. Some records kept a newer value.") if kept else _("Undone.")
    return done(request, to=to, message=message)


@act(Permission.LISTS_EXPORT)
def start_list_export(request: ActorRequest, record_type: str) -> HttpResponse:
    """Take the list along as a file."""
    export = operations.start_list_export(
        entity=record_type,
        query=request.POST.get("query", ""),
        file_format=request.POST.get("format", ""),
        by=request.actor,
        at=clock.now(),
    )
    ready = export.file is not None
    return done(request, to=reverse("list_export_file" if ready else "list_export_detail", args=[export.pk]))


@page(Permission.LISTS_EXPORT)
def list_export_detail(request: ActorRequest, export_id: UUID) -> HttpResponse:
    """How far a file is; when it is written, the way to it."""
    export = queries.list_export(export_id, request.actor)
    listing = listing_of(export.entity)
    context = {"export": export, "list_url": reverse(listing.list_url), "list_label": listing.label}
    return partial(request, "workspace/lists/export.html", "progress", context)


@page(Permission.LISTS_EXPORT)
def list_export_file(request: ActorRequest, export_id: UUID) -> HttpResponse:
    """The written file."""
    export = queries.list_export(export_id, request.actor)
    if export.file is None:
        return HttpResponseRedirect(reverse("list_export_detail", args=[export.pk]))
    response = HttpResponse(read_bytes(export.file), content_type=export.file.content_type)
    response["Content-Disposition"] = content_disposition_header(True, export.file.name) or "attachment"
    return response


def _asked(request: ActorRequest, record_type: str) -> ShownList:
    """The list that the address speaks of: as it is, or (in a form) by the `base` that it carries."""
    base = request.GET.get("base")
    return _shown(request, record_type, request.GET.urlencode() if base is None else base)


def _shown(request: ActorRequest, record_type: str, query: str) -> ShownList:
    return _of_address(request, record_type, dict(parse_qsl(query)))


def _of_address(request: ActorRequest, record_type: str, address: dict[str, str]) -> ShownList:
    listing = listing_of(record_type)
    request.actor.require(listing.view)
    return queries.arranged(offer_of(listing, queries.reading_of(request.actor, clock.now())), address)


def _go(request: ActorRequest, address: str) -> HttpResponse:
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _moved(names: list[str], request: ActorRequest) -> list[str]:
    """The names after what was pressed: `up-<name>`, `down-<name>`, `add-<name>`, `remove-<name>`."""
    what, _dash, name = request.GET["do"].partition("-")
    if what == "remove":
        return [one for one in names if one != name]
    if what == "add":
        return [*names, name]
    if what in ("up", "down") and name in names:
        place = names.index(name)
        names.insert(max(0, place + (1 if what == "down" else -1)), names.pop(place))
    return names


def _editable(request: ActorRequest, record_type: str, field_name: str) -> tuple[Offer, Edit]:
    listing = listing_of(record_type)
    request.actor.require(listing.edit)
    offer = offer_of(listing, queries.reading_of(request.actor, clock.now()))
    edit = offer.edits.get(field_name)
    if edit is None or not edit.in_cell or field_name not in offer.columns:
        raise listing.model.DoesNotExist  # type: ignore[attr-defined]
    return offer, edit


def _row(offer: Offer, record_id: UUID) -> Any:
    return offer.listing.rows(offer.reading.actor, None).get(pk=record_id)


def _record_shown(offer: Offer, edit: Edit, row: Any) -> str:
    """The words of a chosen record, for a select that searches."""
    return str(offer.columns[edit.name].read(row) or "") if edit.kind is Kind.RECORD else ""


def _cell_page(
    request: ActorRequest, offer: Offer, edit: Edit, row: Any, form: Any, *, status: int = 200
) -> HttpResponse:
    address = reverse("record_cell", args=[offer.listing.entity, row.pk, edit.name])
    context = {"form": form, "record": row, "edit": edit, "address": address}
    return partial(request, "workspace/lists/cell.html", "cell", context, status=status)


def _written_cell(request: ActorRequest, offer: Offer, edit: Edit, record_id: UUID) -> HttpResponse:
    row = _row(offer, record_id)
    if not is_htmx(request):
        return done(request, to=row, message=_("Saved."))
    shown = next(iter(queries.rows_of(offer, [offer.columns[edit.name]], [row])))
    return render(request, "workspace/lists/cell_value.html", {"cell": shown.cells[0]})


def _bulk_page(
    request: ActorRequest,
    record_type: str,
    sent: QueryDict,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    shown = _shown(request, record_type, sent.get("query", ""))
    request.actor.require(shown.offer.listing.edit)
    kind = sent.get("act", "")
    own = shown.offer.listing.act(kind)
    kind = kind if own or kind in ACTS else "edit"
    is_all = sent.get("all") == "1"
    count = queries.counted(shown.rows_gathered, MOST_AT_ONCE) if is_all else len(_ids(sent.getlist("id")))
    context = {
        "list": shown,
        "act": kind,
        "own_act": own,
        "ids": [] if is_all else _ids(sent.getlist("id")),
        "is_all": is_all,
        "count": count,
        "is_too_many": count > MOST_AT_ONCE,
        "fields": _bulk_fields(shown.offer, sent, errors or {}) if kind == "edit" else [],
        "tags": queries.tags() if kind in ("tag", "untag") else [],
        "chosen_tags": set(_ids(sent.getlist("tag"))),
        "error": (errors or {}).get("", ""),
        "query": shown.query,
    }
    return partial(request, "workspace/lists/bulk.html", "panel", context, status=status)


def _bulk_fields(offer: Offer, sent: QueryDict, errors: dict[str, str]) -> list[dict[str, Any]]:
    fields = []
    for edit in (one for one in offer.edits.values() if one.in_bulk):
        is_chosen = f"set-{edit.name}" in sent
        bound = sent if is_chosen else None
        form = cell_form(edit, offer.reading, None, "", bound, prefix=edit.name)
        if edit.name in errors and is_chosen:
            form.add_error("value", errors[edit.name])
        fields.append({"edit": edit, "form": form, "is_chosen": is_chosen})
    return fields


def _bulk_values(offer: Offer, sent: QueryDict) -> tuple[dict[str, Any], dict[str, str]]:
    """The chosen fields with their plain values, and what is wrong with them."""
    values, errors = {}, {}
    for edit in (one for one in offer.edits.values() if one.in_bulk and f"set-{one.name}" in sent):
        form = cell_form(edit, offer.reading, None, "", sent, prefix=edit.name)
        if form.is_valid():
            values[edit.name] = operations.plain(form.cleaned_data["value"])
        else:
            errors[edit.name] = ""
    return values, errors


def _chosen_ids(shown: ShownList, sent: QueryDict) -> list[UUID]:
    if sent.get("all") == "1":
        return list(shown.rows_gathered.order_by().values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    return ids_in(sent.getlist("id")[: MOST_AT_ONCE + 1])


def _ids(texts: list[str]) -> list[str]:
    """Those of the texts that are ids, each once."""
    return [str(one) for one in ids_in(texts[: MOST_AT_ONCE + 1])]


def _named_records(request: ActorRequest, entries: Any) -> list[tuple[Any, str]]:
    """The records that were left out, with their reasons; one that cannot be seen has no name."""
    entries = list(entries)
    if not entries:
        return []
    listing = listing_of(entries[0].record_type)
    rows = listing.rows(request.actor, None).in_bulk([entry.record_id for entry in entries])
    return [(rows.get(entry.record_id), entry.kept_reason) for entry in entries]
