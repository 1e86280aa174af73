from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tenant_apps.activity.models import Event

TIMELINE_LENGTH = 30


def timeline_of(record_id: UUID, *, length: int = TIMELINE_LENGTH) -> list[Event]:
    """What happened to a record and to what hangs on it, newest first. Load the record by its own query
    first.
    """
    return list(
        Event.objects.filter(Q(subject_id=record_id) | Q(parent_id=record_id)).order_by("-id")[:length]
    )


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
