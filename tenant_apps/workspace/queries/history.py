"""What events changed, in words, and what of it can be given back."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, UUIDField
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from shared_apps.core.actors import Actor
from shared_apps.core.formats import format_day
from shared_apps.core.listing import Listing, entities, listing_of
from tenant_apps.activity.models import Event
from tenant_apps.workspace.events import WorkspaceEvent
from tenant_apps.workspace.models import CustomField, FieldKind
from tenant_apps.workspace.queries.fields import PREFIX, custom_fields, custom_of, written_value
from tenant_apps.workspace.queries.organization import names_of
from tenant_apps.workspace.rules import NotReadable, Words, read_value

ChangeWords = Mapping[tuple[UUID, str], tuple[str, str, str]]


def listing_about(event: Event) -> Listing | None:
    """The list of the kind of record that an event is about."""
    found = (listing_of(one) for one in entities())
    return next((one for one in found if one.model._meta.label_lower == event.subject_type), None)


def restorable(event: Event) -> frozenset[str]:
    """The fields of a change whose old values the record's own operation can write back."""
    listing = listing_about(event) if event.type.endswith("_changed") else None
    if listing is None or listing.change is None or listing.shape is None:
        return frozenset()
    own = {one.name for one in fields(listing.shape)}
    return frozenset(name for name in event.old if name in own or name.startswith(PREFIX))


def held_now(listing: Listing, row: Any, name: str) -> Any:
    """What a record holds in a field, as its events tell it."""
    if name.startswith(PREFIX):
        return custom_of(listing.entity, row.pk).get(name.removeprefix(PREFIX))
    facts = listing.facts(row) if listing.facts else {name: getattr(row, name)}
    return plain_value(facts.get(name))


def plain_value(value: Any) -> Any:
    """A value as events keep it."""
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return [plain_value(one) for one in value] if isinstance(value, (list, tuple)) else value


def words_of_events(*, events: Iterable[Event], by: Actor) -> ChangeWords:
    """(Event, field) → label, old and new in words, for what is no plain column: the organization's own
    fields, people, records that the reader sees, days.
    """
    changed = [(event, name) for event in events if event.old for name in event.old]
    own = [(event, name) for event, name in changed if name.startswith(PREFIX)]
    rest = [(event, name) for event, name in changed if not name.startswith(PREFIX)]
    return _own_words(own) | _other_words(rest, by) | _tag_words(changed)


def _tag_words(changed: Collection[tuple[Event, str]]) -> dict[tuple[UUID, str], tuple[str, str, str]]:
    """Which tags went and which came."""
    told = {}
    for event, name in changed:
        if event.type == WorkspaceEvent.RECORD_TAGGED and name == "tags":
            old, new = (", ".join(names or ()) for names in _both(event, name))
            told[event.pk, name] = (str(_("Tags")), old, new)
    return told


def _own_words(changed: Collection[tuple[Event, str]]) -> dict[tuple[UUID, str], tuple[str, str, str]]:
    if not changed:
        return {}
    known: dict[tuple[str, str], CustomField] = {}
    for entity in {listing.entity for event, _name in changed if (listing := listing_about(event))}:
        known |= {(entity, one.code): one for one in custom_fields(entity)}
    names = names_of(_uuid(value) for event, name in changed for value in _both(event, name))
    told = {}
    for event, name in changed:
        listing = listing_about(event)
        field = known.get((listing.entity, name.removeprefix(PREFIX))) if listing else None
        if field:
            old, new = (_own_word(field, value, names) for value in _both(event, name))
            told[event.pk, name] = (field.label, old, new)
    return told


def _own_word(field: CustomField, kept: Any, names: Mapping[UUID, str]) -> str:
    """A kept value in words; options that were archived since still have their names."""
    options = {one["code"]: one["code"] for one in field.options}
    person = _uuid(kept) if field.kind == FieldKind.PERSON else None
    words = Words(date.min, options=options, people={str(person): person} if person else {})
    try:
        return written_value(field, read_value(field.kind, kept, words), names)
    except NotReadable:
        return str(kept)


def _other_words(
    changed: Collection[tuple[Event, str]], by: Actor
) -> dict[tuple[UUID, str], tuple[str, str, str]]:
    people = {
        _uuid(value) for event, name in changed if _is_person(event, name) for value in _both(event, name)
    }
    names: dict[UUID, str] = names_of(people) | _records(changed, by)
    told = {}
    for event, name in changed:
        label = _label(event, name)
        if label and not _is_bare_key(event, name):
            old, new = (_other_word(value, names) for value in _both(event, name))
            told[event.pk, name] = (label, old, new)
    return told


def _other_word(kept: Any, names: Mapping[UUID, str]) -> str:
    if kept in (None, "") or isinstance(kept, (dict, list)):
        return ""
    key = _uuid(kept)
    if key:
        return names.get(key, "…")
    try:
        return format_day(date.fromisoformat(str(kept)))
    except ValueError:
        return str(kept)


def _records(changed: Collection[tuple[Event, str]], by: Actor) -> dict[UUID, str]:
    """The names of the records that keys led or lead to, those that the reader sees."""
    wanted: dict[type, set[UUID]] = {}
    for event, name in changed:
        column = _column(event, name)
        if isinstance(column, ForeignKey):
            keys = {key for value in _both(event, name) if (key := _uuid(value))}
            wanted.setdefault(column.related_model, set()).update(keys)
    found: dict[UUID, str] = {}
    for entity in entities():
        listing = listing_of(entity)
        keys = wanted.get(listing.model, set())
        if keys and by.may(listing.view):
            found |= {row.pk: str(row) for row in listing.rows(by, None).filter(pk__in=keys)}
    return found


def _label(event: Event, name: str) -> str:
    """How a field is called that is no plain column of its record; empty for one that is, or for none."""
    column = _column(event, name)
    if isinstance(column, (ForeignKey, UUIDField)):
        return str(capfirst(column.verbose_name))
    if column is not None:
        return ""
    listing = listing_about(event)
    shown: tuple[Any, ...] = (*listing.edits, *listing.columns) if listing else ()
    return next((str(one.label) for one in shown if one.name == name), "")


def _is_bare_key(event: Event, name: str) -> bool:
    """Whether a change tells the key of a record that no list can name; the event tells its words beside."""
    column, listed = _column(event, name), {listing_of(one).model for one in entities()}
    if not isinstance(column, ForeignKey) or column.related_model in listed:
        return False
    return any(map(_uuid, _both(event, name)))


def _is_person(event: Event, name: str) -> bool:
    return isinstance(_column(event, name), UUIDField)


def _column(event: Event, name: str) -> Any:
    listing = listing_about(event)
    try:
        return listing.model._meta.get_field(name) if listing else None
    except FieldDoesNotExist:
        return None


def _both(event: Event, name: str) -> tuple[Any, Any]:
    return event.old.get(name), event.new.get(name)


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None
