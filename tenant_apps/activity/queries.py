from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db.models import Q, QuerySet

from shared_apps.core import slots
from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking, answered
from shared_apps.core.permissions import Permission
from tenant_apps.activity.models import Event

TIMELINE_LENGTH = 30


def timeline_of(record_id: UUID, *, by: Actor) -> list[Event]:
    """What happened to a record and to what hangs on it, newest first. Load the record by its own query
    first.

    One who does not see everything is told of other people's records only what they did to them themselves.
    """
    return answered(timeline(record_id, by=by))


def timeline(record_id: UUID, *, by: Actor) -> Asking[list[Event]]:
    """The `timeline_of` a record, as a part of a page that asks together with others."""
    (events,) = yield [events_around(record_id, by=by)]
    return with_words(events, by)


def events_around(
    record_id: UUID,
    *,
    by: Actor,
    length: int = TIMELINE_LENGTH,
    before: datetime | None = None,
    without: Collection[str] = (),
    also: Collection[UUID] = (),
    absorbed: Collection[UUID] = (),
) -> QuerySet[Event]:
    """What `timeline_of` tells, yet without the words. `before`: only what is older; `without`: event types
    that are left out; `also`: further records that the reader sees, whose own events are told here;
    `absorbed`: records that became one with this one, told as if they had always been it.
    """
    hanging = Q(parent_id__in=[record_id, *absorbed]) if absorbed else Q(parent_id=record_id)
    if not by.may(Permission.RECORDS_VIEW_ALL):
        hanging &= ~Q(subject_type__in=_owned_types()) | Q(actor_id=by.id)
    further = [*also, *absorbed]
    own = Q(subject_id__in=[record_id, *further]) if further else Q(subject_id=record_id)
    events = Event.objects.filter(own | hanging).exclude(type__in=without)
    return (events.filter(at__lt=before) if before else events).order_by("-id")[:length]


def with_words(events: list[Event], by: Actor) -> list[Event]:
    """The events with `words`: what higher apps know of changed fields that are no plain columns, by name;
    and with `undo_url`: where what happened can be undone.
    """
    for event in events:
        event.words, event.undo_url = {}, ""  # type: ignore[attr-defined]
    known = {event.pk: event for event in events}
    for found in slots.fill("event.words", events=events, by=by):
        for (event_id, name), words in found.items():
            known[event_id].words[name] = words  # type: ignore[attr-defined]
    for addresses in slots.fill("event.undo", events=events, by=by):
        for event_id, address in addresses.items():
            known[event_id].undo_url = address  # type: ignore[attr-defined]
    return events


def _owned_types() -> list[str]:
    """The models whose rows belong to somebody."""
    return [model._meta.label_lower for model in apps.get_models() if hasattr(model, "owner_id")]


def latest_event(record_id: UUID, types: Iterable[str]) -> Event | None:
    """The newest event of these types that is about the record itself."""
    return Event.objects.filter(subject_id=record_id, type__in=list(types)).order_by("-id").first()


def recent_events(*, length: int = 10) -> list[Event]:
    """The newest events of the organization."""
    return list(Event.objects.order_by("-id")[:length])


def audited_events(
    *, event_type: str = "", person_id: UUID | None = None, period: tuple[datetime, datetime] | None = None
) -> QuerySet[Event]:
    """Events for the audit page, of one type, of one person, within a half-open period."""
    events = Event.objects.all()
    if event_type:
        events = events.filter(type=event_type)
    if person_id:
        events = events.filter(actor_id=person_id)
    return events.filter(at__gte=period[0], at__lt=period[1]) if period else events
