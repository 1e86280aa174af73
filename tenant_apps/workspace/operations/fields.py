"""Custom fields: added, changed, arranged, archived, brought back, deleted for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.changes import given
from shared_apps.core.clock import day_in
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.workspace.events import WorkspaceEvent
from tenant_apps.workspace.models import CustomField, CustomValue, FieldKind, OrganizationProfile
from tenant_apps.workspace.operations.custom_values import REASONS
from tenant_apps.workspace.queries.fields import (
    FIELD_ENTITIES,
    MOST_FIELDS,
    custom_fields,
    records_holding,
    words_for,
)
from tenant_apps.workspace.rules import NotReadable, as_json, code_from, read_value
from tenants.context import current_organization

MOST_OPTIONS, LONGEST_OPTION = 200, 80
TEXTS = ("label_bg", "label_en", "group", "help_text")
LISTS = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})


class TooManyFields(Refused):
    code = "too_many_fields"
    message = _("At most 100 fields fit. Archive one that nobody needs.")
    conflict = True


class FieldArchived(Refused):
    code = "already_archived"
    message = _("This field is in the archive already.")
    conflict = True


class FieldInUse(Refused):
    code = "not_archived"
    message = _("This field is in use. Archive it first.")
    conflict = True


@dataclass(frozen=True)
class Option:
    """One of a list, in both languages (one is enough). Without `code` it is a new one."""

    bg: str = ""
    en: str = ""
    code: str = ""
    archived: bool = False


@dataclass(frozen=True)
class FieldChange:
    """What a person may set of a field; None leaves it as it is.

    `options` are replaced whole, in their order; one that exists and is not named goes to the archive.
    `default` is read as somebody would type it, "" for none.
    """

    label_bg: str | None = None
    label_en: str | None = None
    group: str | None = None
    help_text: str | None = None
    is_required: bool | None = None
    default: Any = None
    options: tuple[Option, ...] | None = None


@operation(permission=Permission.FIELDS_MANAGE)
def create_field(*, entity: str, kind: str, details: FieldChange, by: Actor, at: datetime) -> CustomField:
    """Add a field to a kind of record, below the others. Its code is made from the label and stays."""
    _require_known(entity, kind)
    others = _others_under_lock(entity)
    field = CustomField(entity=entity, kind=kind, created_at=at, position=len(others))
    wanted = given(details)
    label = wanted.get("label_en") or wanted.get("label_bg") or ""
    field.code = code_from(label, CustomField.objects.filter(entity=entity).values_list("code", flat=True))
    new = _write(field, wanted, at)
    record(event=WorkspaceEvent.FIELD_CREATED, subject=field, by=by, at=at, new=new | {"entity": entity})
    return field


@operation(permission=Permission.FIELDS_MANAGE)
def change_field(*, field_id: UUID, change: FieldChange, by: Actor, at: datetime) -> CustomField:
    """Change what is given. Renaming touches no value: records keep fields by id, programs by code."""
    field = CustomField.objects.select_for_update().get(pk=field_id)
    before = _facts(field)
    old, new = changes_between(before, _write(field, given(change), at))
    record(event=WorkspaceEvent.FIELD_CHANGED, subject=field, by=by, at=at, old=old, new=new)
    return field


@operation(permission=Permission.FIELDS_MANAGE)
def archive_field(*, field_id: UUID, by: Actor, at: datetime) -> CustomField:
    """Take a field off forms, pages and lists. What records hold in it stays. Raises `FieldArchived`."""
    field = CustomField.objects.select_for_update().get(pk=field_id)
    if field.archived_at:
        raise FieldArchived()
    field.archived_at = field.updated_at = at
    field.save(update_fields=["archived_at", "updated_at"])
    record(event=WorkspaceEvent.FIELD_ARCHIVED, subject=field, by=by, at=at)
    return field


@operation(permission=Permission.FIELDS_MANAGE)
def unarchive_field(*, field_id: UUID, by: Actor, at: datetime) -> CustomField:
    """Bring a field back, below the others, with what records held in it. Raises `FieldInUse`."""
    entity = CustomField.objects.get(pk=field_id).entity
    others = _others_under_lock(entity)
    field = CustomField.objects.select_for_update().get(pk=field_id)
    if not field.archived_at:
        raise FieldInUse(message=_("This field is in use already."))
    field.archived_at, field.position, field.updated_at = None, len(others), at
    field.save(update_fields=["archived_at", "position", "updated_at"])
    record(event=WorkspaceEvent.FIELD_UNARCHIVED, subject=field, by=by, at=at)
    return field


@operation(permission=Permission.FIELDS_MANAGE)
def delete_field(*, field_id: UUID, by: Actor, at: datetime) -> CustomField:
    """Delete an archived field for good, with what records hold in it. Raises `FieldInUse`."""
    field = CustomField.objects.select_for_update().get(pk=field_id)
    if not field.archived_at:
        raise FieldInUse()
    old = {"label": str(field), "code": field.code, "record_count": records_holding(field_id)}
    record(event=WorkspaceEvent.FIELD_DELETED, subject=field, by=by, at=at, old=old)
    CustomValue.objects.filter(field=field).delete()
    CustomField.objects.filter(pk=field_id).delete()
    return field


@operation(permission=Permission.FIELDS_MANAGE)
def arrange_fields(*, entity: str, field_ids: Sequence[UUID], by: Actor, at: datetime) -> list[CustomField]:
    """Put the fields of a kind of record in this order; those not named keep theirs, after them."""
    _require_known(entity, FieldKind.TEXT)
    OrganizationProfile.objects.select_for_update().get()
    place = {key: number for number, key in enumerate(dict.fromkeys(field_ids))}
    fields = sorted(custom_fields(entity), key=lambda one: place.get(one.pk, len(place)))
    for number, field in enumerate(fields):
        field.position = number
    CustomField.objects.bulk_update(fields, ["position"])
    profile = OrganizationProfile.objects.get()
    new = {"entity": entity, "order": [one.code for one in fields]}
    record(event=WorkspaceEvent.FIELDS_ARRANGED, subject=profile, by=by, at=at, new=new)
    return fields


def _require_known(entity: str, kind: str) -> None:
    errors = []
    if entity not in FIELD_ENTITIES:
        errors.append(FieldError("entity", "entity_unknown", _("Choose one from the list.")))
    if kind not in FieldKind.values:
        errors.append(FieldError("kind", "kind_unknown", _("Choose one from the list.")))
    refuse_all(errors)


def _others_under_lock(entity: str) -> list[CustomField]:
    """The fields in use; two who add the last one at once wait for each other here."""
    OrganizationProfile.objects.select_for_update().get()
    fields = list(custom_fields(entity))
    if len(fields) >= MOST_FIELDS:
        raise TooManyFields()
    return fields


def _facts(field: CustomField) -> dict[str, Any]:
    return {name: getattr(field, name) for name in (*TEXTS, "is_required", "default", "options")}


def _write(field: Any, wanted: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Put the given values into the row and save it; return all that a person may set."""
    options = wanted.pop("options", None)
    default = wanted.pop("default", None)
    for name, value in wanted.items():
        setattr(field, name, value)
    errors = _text_errors(field) + _option_errors(field, options)
    if options is not None and not errors:
        field.options = _options(field, options)
    refuse_all(errors)
    if default is not None:
        field.default = _default(field, default, at)
    field.label_bg = field.label_bg or field.label_en
    field.label_en = field.label_en or field.label_bg
    field.updated_at = at
    field.save()
    return _facts(field)


def _text_errors(field: Any) -> list[FieldError]:
    errors = text_errors(CustomField, {name: getattr(field, name) for name in TEXTS})
    if not (field.label_bg or field.label_en):
        errors.append(FieldError("label_bg", "required", _("Enter the name.")))
    return errors


def _option_errors(field: CustomField, options: tuple[Option, ...] | None) -> list[FieldError]:
    if field.kind not in LISTS:
        return []
    in_use = field.options if options is None else [one for one in options if not one.archived]
    if not in_use:
        return [FieldError("options", "required", _("Write what can be chosen."))]
    if options is None:
        return []
    if len(options) > MOST_OPTIONS:
        return [FieldError("options", "too_many", _("At most 200 can be chosen from."))]
    if any(len(one.bg) > LONGEST_OPTION or len(one.en) > LONGEST_OPTION for one in options):
        return [FieldError("options", "too_long", _("At most 80 characters fit in an option."))]
    if any("\x00" in one.bg + one.en or not (one.bg or one.en).strip() for one in options):
        return [FieldError("options", "required", _("Every option needs a name."))]
    return []


def _options(field: CustomField, options: tuple[Option, ...]) -> list[dict[str, Any]]:
    """The options as they are kept. Codes never change; what is not named any more is archived."""
    if field.kind not in LISTS:
        return []
    known = {one["code"]: one for one in field.options}
    taken = set(known)
    kept = []
    for one in options:
        code = one.code if one.code in known else code_from(one.en or one.bg, taken)
        taken.add(code)
        bg, en = one.bg.strip(), one.en.strip()
        kept.append({"code": code, "bg": bg or en, "en": en or bg, "archived": one.archived})
    named = {one["code"] for one in kept}
    return kept + [one | {"archived": True} for code, one in known.items() if code not in named]


def _default(field: CustomField, raw: Any, at: datetime) -> Any:
    words = words_for([field], day_in(current_organization().time_zone, at))(field)
    try:
        return as_json(read_value(field.kind, raw, words))
    except NotReadable as reason:
        message = REASONS[str(reason)]
        refuse_all([FieldError("default", str(reason), message)])
