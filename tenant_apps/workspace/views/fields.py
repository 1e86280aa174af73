"""Settings → Fields, and the editor of one of them on a record's page."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.core import clock
from shared_apps.core.asking import answered
from shared_apps.core.errors import DomainError, Text
from shared_apps.core.http import ActorRequest, act, add_refusal, done, form_page, is_htmx, page, partial
from shared_apps.core.ids import id_in
from shared_apps.core.listing import Listing, listing_of
from shared_apps.core.permissions import Permission
from tenant_apps.workspace import operations, queries
from tenant_apps.workspace.forms import FieldForm
from tenant_apps.workspace.models import CustomField
from tenant_apps.workspace.queries import FIELD_ENTITIES
from tenant_apps.workspace.slots import HeldFields, OneFieldForm

NAMES: dict[str, Text] = {
    "company": gettext_lazy("Companies"),
    "contact": gettext_lazy("Contacts"),
    "deal": gettext_lazy("Deals"),
    "task": gettext_lazy("Tasks"),
    "product": gettext_lazy("Products"),
}


@page(Permission.FIELDS_MANAGE)
def field_list(request: ActorRequest) -> HttpResponse:
    entity = _entity(request.GET)
    archived = [
        {"field": one, "count": queries.records_holding(one.pk)}
        for one in queries.custom_fields(entity, archived=True)
    ]
    context = {
        "entity": entity,
        "views": [(name, NAMES[name]) for name in FIELD_ENTITIES],
        "fields": queries.custom_fields(entity),
        "archived": archived,
    }
    return partial(request, "workspace/field_list.html", "list", context)


@page(Permission.FIELDS_MANAGE)
def field_create(request: ActorRequest) -> HttpResponse:
    return _form_page(request, "workspace/field_create.html", FieldForm(), _entity(request.GET))


@field_create.act
def create_field(request: ActorRequest) -> HttpResponse:
    entity, form = _entity(request.GET), FieldForm(request.POST)
    try:
        if form.is_valid():
            field = operations.create_field(
                entity=entity,
                kind=form.cleaned_data["kind"],
                details=form.change(),
                by=request.actor,
                at=clock.now(),
            )
            message = _("The field “%(name)s” was added.") % {"name": field}
            return done(request, to=_list(entity), message=message, event="workspace.field_created")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _form_page(request, "workspace/field_create.html", form, entity)


@page(Permission.FIELDS_MANAGE)
def field_edit(request: ActorRequest, field_id: UUID) -> HttpResponse:
    field = queries.custom_field(field_id)
    return _form_page(request, "workspace/field_edit.html", FieldForm.of(field), field.entity, field)


@field_edit.act
def change_field(request: ActorRequest, field_id: UUID) -> HttpResponse:
    field = queries.custom_field(field_id)
    form = FieldForm(request.POST, field=field)
    try:
        if form.is_valid():
            operations.change_field(field_id=field_id, change=form.change(), by=request.actor, at=clock.now())
            message = _("The field was saved.")
            return done(request, to=_list(field.entity), message=message, event="workspace.field_changed")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _form_page(request, "workspace/field_edit.html", form, field.entity, field)


@act(Permission.FIELDS_MANAGE)
def archive_field(request: ActorRequest, field_id: UUID) -> HttpResponse:
    field = operations.archive_field(field_id=field_id, by=request.actor, at=clock.now())
    message = _("%(name)s was archived. What records hold in it is kept.") % {"name": field}
    undo = reverse("unarchive_field", args=[field_id])
    return done(request, to=_list(field.entity), message=message, undo=undo)


@act(Permission.FIELDS_MANAGE)
def unarchive_field(request: ActorRequest, field_id: UUID) -> HttpResponse:
    field = operations.unarchive_field(field_id=field_id, by=request.actor, at=clock.now())
    message = _("%(name)s is back, with what records held in it.") % {"name": field}
    return done(request, to=_list(field.entity), message=message)


@act(Permission.FIELDS_MANAGE)
def delete_field(request: ActorRequest, field_id: UUID) -> HttpResponse:
    field = operations.delete_field(field_id=field_id, by=request.actor, at=clock.now())
    return done(
        request, to=_list(field.entity), message=_("%(name)s was deleted for good.") % {"name": field}
    )


@act(Permission.FIELDS_MANAGE)
def arrange_fields(request: ActorRequest) -> HttpResponse:
    entity = _entity(request.GET)
    now = [one.pk for one in queries.custom_fields(entity)]
    operations.arrange_fields(
        entity=entity, field_ids=_wanted_order(request.POST, now), by=request.actor, at=clock.now()
    )
    return done(request, to=_list(entity), event="workspace.fields_arranged")


@page(None)
def record_custom(request: ActorRequest, record_type: str, record_id: UUID, field_code: str) -> HttpResponse:
    """The editor of one custom field of a record, in its place."""
    listing, record, field = _held(request, record_type, record_id, field_code)
    held = queries.custom_values(record_type, record_id)
    form = OneFieldForm(field, held.get(field.code))
    return _editor(request, listing, record, form)


@record_custom.act
def change_record_custom(
    request: ActorRequest, record_type: str, record_id: UUID, field_code: str
) -> HttpResponse:
    """Write it through the record's own operation; a refusal stands beside it."""
    listing, record, field = _held(request, record_type, record_id, field_code)
    form = OneFieldForm(field, None, request.POST)
    try:
        if form.is_valid():
            _change(listing, record_id, {field.code: form.cleaned_data["value"]}, request)
            return _written(request, record_type, record, field)
    except DomainError as refusal:
        form.add_error("value", str(refusal))
    return _editor(request, listing, record, form, status=422)


def _change(listing: Listing, record_id: UUID, custom: dict[str, Any], request: ActorRequest) -> None:
    if listing.change is not None:
        listing.change(record_id=record_id, values={"custom": custom}, by=request.actor, at=clock.now())


def _held(
    request: ActorRequest, record_type: str, record_id: UUID, code: str
) -> tuple[Listing, Any, CustomField]:
    """The list of a record, the record as the actor sees it, and the field that is edited."""
    listing = listing_of(record_type)
    request.actor.require(listing.edit)
    record = listing.rows(request.actor, None).get(pk=record_id)
    return listing, record, queries.custom_fields(record_type).get(code=code)


def _editor(
    request: ActorRequest, listing: Listing, record: Any, form: OneFieldForm, status: int = 200
) -> HttpResponse:
    context = {"record": record, "form": form, "field": form.custom_field, "address": request.path}
    return partial(request, "workspace/record_custom.html", "editor", context, status=status)


def _written(request: ActorRequest, record_type: str, record: Any, field: CustomField) -> HttpResponse:
    if not is_htmx(request):
        return done(request, to=record, message=_("Saved."))
    groups = answered(queries.held_by(record_type, record.pk))
    held = next(one for _label, fields in groups for one in fields if one.field.pk == field.pk)
    part = HeldFields(record_type, record.pk, True, groups)
    return partial(request, "workspace/record_custom.html", "written", {"held": held, "part": part})


def _form_page(
    request: HttpRequest, template: str, form: FieldForm, entity: str, field: CustomField | None = None
) -> HttpResponse:
    groups = queries.custom_fields(entity).exclude(group="").order_by("group")
    context = {
        "entity": entity,
        "entity_name": NAMES[entity],
        "field": field,
        "groups": groups.values_list("group", flat=True).distinct(),
        "list_url": _list(entity),
    }
    return form_page(request, template, form, context)


def _entity(asked: QueryDict) -> str:
    """The kind of record that the address names, else companies."""
    entity = asked.get("entity", "")
    return entity if entity in FIELD_ENTITIES else FIELD_ENTITIES[0]


def _list(entity: str) -> str:
    return f"{reverse('field_list')}?entity={entity}"


def _wanted_order(sent: QueryDict, now: list[UUID]) -> list[UUID]:
    """The order that was dragged (`order=id&order=…`), or the present one with `up` or `down` a place on."""
    dragged = [one for one in map(id_in, sent.getlist("order")) if one]
    for name, step in (("up", -1), ("down", 1)):
        moving = id_in(sent.get(name))
        if moving in now:
            place = now.index(moving)
            now.insert(min(max(place + step, 0), len(now) - 1), now.pop(place))
    return dragged or now
