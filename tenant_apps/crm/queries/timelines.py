"""Everything that happened around a client or deal, as one stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared_apps.core import slots
from shared_apps.core.actors import Actor
from shared_apps.core.permissions import Permission
from tenant_apps.activity.queries import timeline_of
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
    size = LENGTH + 1
    documents = slots.fill(f"{subject.shared_as}.documents", record=subject, actor=actor)
    quiet = (kind for one in documents for kind in one.quiet)
    events = timeline_of(
        subject.pk,
        by=actor,
        length=size,
        before=until,
        without=(*SHOWN_AS_THEMSELVES, *quiet),
        also=[one_id for one in documents for one_id in one.ids],
        absorbed=absorbed_by(subject),
    )
    found = [Entry(event.at, "event", event) for event in events]
    if actor.may(Permission.NOTES_VIEW):
        for kind, rows, moment in (
            ("note", notes_about(subject, actor), "created_at"),
            ("conversation", conversations_about(subject, actor), "took_place_at"),
            ("file", attachments_about(subject, actor), "created_at"),
        ):
            found += [Entry(getattr(one, moment), kind, one) for one in before(rows, moment, until)[:size]]
    if actor.may(Permission.TASKS_VIEW):
        done = tasks_about(subject, actor).filter(done_at__isnull=False).order_by("-done_at", "-id")
        found += [
            Entry(one.done_at, "task", one) for one in before(done, "done_at", until)[:size] if one.done_at
        ]
    found.sort(key=lambda entry: entry.at, reverse=True)
    return Stream(found[:LENGTH], found[LENGTH - 1].at if len(found) > LENGTH else None)
