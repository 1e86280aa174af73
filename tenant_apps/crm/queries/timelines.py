"""Everything that happened around a client or deal, as one stream."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from shared_apps.core import slots
from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking, answered, rows_of, side_by_side
from shared_apps.core.permissions import Permission
from tenant_apps.activity.queries import events_around, with_words
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.queries.duplicates import absorbed_by
from tenant_apps.crm.queries.notes import (
    Subject,
    attachments_about,
    before,
    conversations_about,
    notes_about,
)
from tenant_apps.crm.queries.tasks import tasks_about

LENGTH = 30
# These stand in the stream as what they are now, not as what was done to them.
SHOWN_AS_THEMSELVES = tuple(
    event
    for event in CrmEvent
    if event.value.startswith(("crm.task_", "crm.note_", "crm.conversation_", "crm.file_", "crm.attachment_"))
)


@dataclass(frozen=True)
class Entry:
    """One thing in the stream. `kind`: `event`, `note`, `conversation`, `task` or `file`."""

    at: datetime
    kind: str
    item: Any


@dataclass(frozen=True)
class Documents:
    """Records of a higher app whose events a record's stream tells too, but for those of `quiet` types."""

    ids: list[UUID]
    quiet: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stream:
    """A page of it, newest first; `older` is the instant to go on before, None where it ends."""

    entries: list[Entry]
    older: datetime | None


def stream_about(subject: Subject, actor: Actor, *, until: datetime | None = None) -> Stream:
    """What happened around a record that was loaded by its own query."""
    return answered(stream_asking(subject, actor, until=until))


def stream_asking(subject: Subject, actor: Actor, *, until: datetime | None = None) -> Asking[Stream]:
    """The stream as a part of a page that asks together with others."""
    kinds = list(_written_and_done(subject, actor, until))
    documents, absorbed, *rows = yield from side_by_side(
        slots.filling(f"{subject.shared_as}.documents", record=subject, actor=actor),
        rows_of(absorbed_by(subject)),
        *(rows_of(rows[: LENGTH + 1]) for _kind, rows, _moment in kinds),
    )
    quiet = (kind for one in documents for kind in one.quiet)
    (events,) = yield [
        events_around(
            subject.pk,
            by=actor,
            length=LENGTH + 1,
            before=until,
            without=(*SHOWN_AS_THEMSELVES, *quiet),
            also=[one_id for one in documents for one_id in one.ids],
            absorbed=absorbed,
        )
    ]
    found = [Entry(event.at, "event", event) for event in with_words(events, actor)]
    for (kind, _rows, moment), items in zip(kinds, rows, strict=True):
        found += [Entry(getattr(one, moment), kind, one) for one in items]
    found.sort(key=lambda entry: entry.at, reverse=True)
    return Stream(found[:LENGTH], found[LENGTH - 1].at if len(found) > LENGTH else None)


def _written_and_done(
    subject: Subject, actor: Actor, until: datetime | None
) -> Iterator[tuple[str, QuerySet[Any], str]]:
    """What stands in the stream beside events: the kind, the rows older than `until`, the column that says
    when.
    """
    if actor.may(Permission.NOTES_VIEW):
        # Each stands on the page of what it is about, which the page has already.
        talks = conversations_about(subject, actor).select_related(None)
        notes = notes_about(subject, actor).select_related(None)
        yield "note", before(notes, "created_at", until), "created_at"
        yield "conversation", before(talks, "took_place_at", until), "took_place_at"
        files = attachments_about(subject, actor).select_related(None).select_related("file")
        yield "file", before(files, "created_at", until), "created_at"
    if actor.may(Permission.TASKS_VIEW):
        done = tasks_about(subject, actor).filter(done_at__isnull=False).select_related(None)
        done = done.order_by("-done_at", "-id")
        yield "task", before(done, "done_at", until), "done_at"
