from uuid import UUID

from django.db.models import Q, QuerySet

from tenant_apps.activity.models import Event

TIMELINE_LENGTH = 30


def timeline_of(record_id: UUID, *, length: int = TIMELINE_LENGTH) -> list[Event]:
    """What happened to a record and to what hangs on it, newest first. Load the record by its own query first."""
    return list(Event.objects.filter(Q(subject_id=record_id) | Q(parent_id=record_id)).order_by("-id")[:length])


def recent_events(*, length: int = 10) -> list[Event]:
    """The newest events of the organization."""
    return list(Event.objects.order_by("-id")[:length])


def all_events() -> QuerySet[Event]:
    """Every event, for the audit page."""
    return Event.objects.all()
