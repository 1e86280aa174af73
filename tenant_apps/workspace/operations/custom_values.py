"""What a record holds in custom fields, written inside the record's own operation."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.clock import day_in
from shared_apps.core.errors import FieldError, Text
from tenant_apps.workspace.models import CustomField, CustomValue, FieldKind
from tenant_apps.workspace.queries.fields import PREFIX, custom_fields, values_of, words_for
from tenant_apps.workspace.rules import NotReadable, Value, Words, as_columns, as_json, read_value
from tenants.context import current_organization

PEOPLE = frozenset({ActorKind.MEMBER, ActorKind.API_KEY})
REASONS: Mapping[str, Text] = {
    "unknown_field": _("There is no such field."),
    "not_text": _("Write a text."),
    "too_long": _("This is too long: at most 500 characters fit."),
    "invalid_characters": _("This holds characters that cannot be kept."),
    "not_link": _("Enter an address such as https://example.com."),
    "not_number": _("Enter a number."),
    "places_4": _("At most four decimals fit."),
    "places_2": _("At most two decimals fit."),
    "not_money": _("Enter an amount, for example 1234.50 EUR."),
    "currency_unknown": _("Choose a currency from the list."),
    "not_date": _("Enter a date, for example 22.11.2026."),
    "not_option": _("Choose one from the list."),
    "not_yes_no": _("Answer yes or no."),
    "not_person": _("Choose somebody of the team."),
}


@dataclass
class CustomChange:
    """What an operation is about to write into a record's custom fields, judged beforehand.

    `before` and `after` are told in the record's event, `errors` refused with its own; `write` comes after
    the record was saved.
    """

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    values: dict[CustomField, Value | None] = field(default_factory=dict)

    def write(self, record_id: UUID) -> None:
        """Keep the new values in the columns of their kinds."""
        if not self.values:
            return
        CustomValue.objects.filter(record_id=record_id, field__in=self.values).delete()
        CustomValue.objects.bulk_create(self.rows(record_id))

    def rows(self, record_id: UUID) -> list[CustomValue]:
        """The rows that keep the new values, not saved."""
        return [
            CustomValue(field=one, record_id=record_id, **columns)
            for one, value in self.values.items()
            for columns in as_columns(one.kind, value)
        ]


class CustomDesk:
    """Judges what is given for many records of one kind; asks the database once for all of them."""

    def __init__(self, entity: str, *, by: Actor, at: datetime) -> None:
        self.by = by
        self.fields = {one.code: one for one in custom_fields(entity)}
        words = words_for(self.fields.values(), day_in(current_organization().time_zone, at))
        self.words = {one: words(one) for one in self.fields.values()}
        self.held: dict[UUID, dict[str, Value | None]] = {}

    def read(self, record_ids: Iterable[UUID]) -> None:
        """Read what these records hold, before they are asked about."""
        self.held = values_of(self.fields.values(), record_ids)

    def change(self, record_id: UUID | None, given: Mapping[str, Any] | None) -> CustomChange:
        """What `custom_change` says, of a record that was read."""
        if record_id is not None and not given:
            return CustomChange()
        held = self.held.get(record_id, {}) if record_id else {}
        named = self.fields if record_id is None else _named(given, self.fields)
        return _judged(self.fields, named, given or {}, held, self.words.__getitem__, self.by)


def custom_change(
    entity: str, record_id: UUID | None, given: Mapping[str, Any] | None, *, by: Actor, at: datetime
) -> CustomChange:
    """Judge what is given for a record's custom fields: code → value, as typed or as over the API; None or an
    empty text empties one. Without `record_id` the record is new: the rest takes its defaults.

    People and programs must fill in what is required: everything in a new record, in one that exists what
    they name. Background work need not.
    """
    if record_id is not None and not given:
        return CustomChange()
    fields = {one.code: one for one in custom_fields(entity)}
    named = fields if record_id is None else _named(given, fields)
    held = values_of(named.values(), [record_id]).get(record_id, {}) if record_id else {}
    words = words_for(named.values(), day_in(current_organization().time_zone, at))
    return _judged(fields, named, given or {}, held, words, by)


def default_of(one: CustomField, words: Words) -> Value | None:
    """What a new record begins with; nothing when the option is archived or the person has left."""
    try:
        return read_value(one.kind, one.default, words)
    except NotReadable:
        return None


def copy_custom_values(from_id: UUID, to_id: UUID) -> None:
    """Let a record that follows another begin with what that one holds."""
    held = list(CustomValue.objects.filter(record_id=from_id).order_by("id"))
    names = ("text", "folded", "number", "currency", "day", "flag", "user_id")
    CustomValue.objects.bulk_create(
        CustomValue(field_id=one.field_id, record_id=to_id, **{name: getattr(one, name) for name in names})
        for one in held
    )


def _named(given: Mapping[str, Any] | None, fields: Mapping[str, CustomField]) -> dict[str, CustomField]:
    return {code: fields[code] for code in given or {} if code in fields}


def _judged(
    fields: Mapping[str, CustomField],
    named: Mapping[str, CustomField],
    given: Mapping[str, Any],
    held: Mapping[str, Value | None],
    words: Callable[[CustomField], Words],
    by: Actor,
) -> CustomChange:
    change = CustomChange(errors=_unknown(given, fields))
    for code, one in named.items():
        raw = given[code] if code in given else default_of(one, words(one))
        _judge(change, one, held.get(code), raw, words(one), by)
    return change


def _unknown(given: Mapping[str, Any], fields: Mapping[str, CustomField]) -> list[FieldError]:
    return [_error(code, "unknown_field") for code in given if code not in fields]


def _judge(
    change: CustomChange, one: CustomField, held: Value | None, raw: Any, words: Words, by: Actor
) -> None:
    """Read one value; what the record holds already stays possible, though its option or person is gone."""
    told = as_json(held)
    is_held = held is not None and raw in (held, told) and type(raw) in {type(held), type(told)}
    try:
        value = held if is_held else read_value(one.kind, raw, _with_held(words, one, held))
    except NotReadable as reason:
        change.errors.append(_error(one.code, str(reason)))
        return
    if value is None and one.is_required and by.kind in PEOPLE:
        change.errors.append(_missing(one))
    elif value != held:
        change.values[one] = value
        change.before[f"{PREFIX}{one.code}"] = told
        change.after[f"{PREFIX}{one.code}"] = as_json(value)


def _with_held(words: Words, one: CustomField, held: Value | None) -> Words:
    """The words with those for what is held: money keeps its currency, choices their archived options."""
    if one.kind == FieldKind.CHOICES and isinstance(held, tuple):
        return Words(words.today, words.currency, {**words.options, **{code: code for code in held}})
    if one.kind == FieldKind.MONEY and held is not None:
        return Words(words.today, getattr(held, "currency", words.currency))
    return words


def _error(code: str, reason: str) -> FieldError:
    return FieldError(f"{PREFIX}{code}", reason, REASONS[reason])


def _missing(one: CustomField) -> FieldError:
    message = _("Fill in “%(field)s”.") % {"field": one.label}
    return FieldError(f"{PREFIX}{one.code}", "required", message)
