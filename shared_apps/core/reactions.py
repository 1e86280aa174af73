"""What follows an event. `settings.REACTIONS` (one table, in `config.reactions`) names the jobs; here they
are asked for.

The lower floors do not know the outbox, so it is reached by its name in `settings.OUTBOX`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from shared_apps.core.actors import Actor


@dataclass(frozen=True)
class Among:
    """A job that follows for few of many subjects: `narrow` names a query that is given subject ids and says
    for which of them there is something to do. It is asked once for all events that are recorded together.
    """

    job: str
    narrow: str


@dataclass(frozen=True)
class Happened:
    """An event that was written down, as far as reactions look at it."""

    event_type: str
    event_id: UUID
    subject_id: UUID


def follow(
    *, event_type: str, event_id: UUID, subject_id: UUID, organization_id: UUID | None, by: Actor
) -> None:
    """Put the jobs that follow this event into the outbox, in the caller's transaction."""
    follow_all([Happened(event_type, event_id, subject_id)], organization_id=organization_id, by=by)


def follow_all(happened: Sequence[Happened], *, organization_id: UUID | None, by: Actor) -> None:
    """Put the jobs that follow these events into the outbox, in the caller's transaction."""
    table, enqueue = import_string(settings.REACTIONS), import_string(settings.OUTBOX)
    by_type: dict[str, list[Happened]] = defaultdict(list)
    for one in happened:
        by_type[one.event_type].append(one)
    for event_type, events in by_type.items():
        for reaction in table.get(event_type, ()):
            name, concerned = _concerned(reaction, [one.subject_id for one in events])
            for one in events:
                if one.subject_id in concerned:
                    enqueue(
                        name,
                        organization_id=organization_id,
                        by=by,
                        key=f"{name}:{one.event_id}",
                        event_id=str(one.event_id),
                        subject_id=str(one.subject_id),
                    )


def _concerned(reaction: str | Among, subject_ids: list[UUID]) -> tuple[str, set[UUID]]:
    """The job, and the subjects for which it is asked."""
    if isinstance(reaction, str):
        return reaction, set(subject_ids)
    narrow = import_string(reaction.narrow)
    return reaction.job, set(narrow(subject_ids))
