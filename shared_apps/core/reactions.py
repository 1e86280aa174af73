"""What follows an event. `settings.REACTIONS` (one table, in `config.reactions`) names the jobs; here they
are asked for.

The lower floors do not know the outbox, so it is reached by its name in `settings.OUTBOX`.
"""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from shared_apps.core.actors import Actor


def follow(
    *, event_type: str, event_id: UUID, subject_id: UUID, organization_id: UUID | None, by: Actor
) -> None:
    """Put the jobs that follow this event into the outbox, in the caller's transaction."""
    names = import_string(settings.REACTIONS).get(event_type, ())
    for name in names:
        enqueue = import_string(settings.OUTBOX)
        enqueue(
            name,
            organization_id=organization_id,
            by=by,
            key=f"{name}:{event_id}",
            event_id=str(event_id),
            subject_id=str(subject_id),
        )


def follow_all(events: Iterable[tuple[str, UUID, UUID]], *, organization_id: UUID | None, by: Actor) -> None:
    """`follow` for many events: (type, id, subject's id). Costs nothing for those that nothing follows."""
    reactions = import_string(settings.REACTIONS)
    for event_type, event_id, subject_id in events:
        if event_type in reactions:
            follow(
                event_type=event_type,
                event_id=event_id,
                subject_id=subject_id,
                organization_id=organization_id,
                by=by,
            )
