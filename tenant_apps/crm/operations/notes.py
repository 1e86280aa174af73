"""Notes: written, changed, pinned, archived; whoever is named in one with @ is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import FieldError, NotAllowed, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import Fact, record, record_all
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Note
from tenant_apps.crm.operations.clients import AlreadyArchived, NotArchived
from tenant_apps.crm.queries.notes import (
    SUBJECT_MODELS,
    Subject,
    Writing,
    mentioned_in,
    subject_of_writing,
    visible_subject,
    visible_writing,
    who_sees,
)
from tenant_apps.messages.operations import notify
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to

LONGEST = 20_000
MENTION = "mention"


@dataclass(frozen=True)
class NewNote:
    """A note to write. `record_type`: `company`, `contact` or `deal`."""

    record_type: str
    record_id: UUID
    text: str


class AlreadyPinned(Refused):
    code = "already_pinned"
    message = _("This note is pinned already.")
    conflict = True


class NotPinned(Refused):
    code = "not_pinned"
    message = _("This note is not pinned.")
    conflict = True


@operation(permission=Permission.NOTES_EDIT)
def write_note(
    *, record_type: str, record_id: UUID, text: str, by: Actor, at: datetime, is_pinned: bool = False
) -> Note:
    """Write down a note about a company, contact or deal. Members named in it with @ who may see the record
    are told.
    """
    subject = subject_for_writing(record_type, record_id, by)
    note = _new_note(record_type, subject, by, at)
    note.is_pinned = is_pinned
    told = _write(note, subject, text)
    note.save(force_insert=True)
    _tell(note, subject, told, by, at)
    record(event=CrmEvent.NOTE_WRITTEN, subject=note, parent=subject, by=by, at=at)
    return note


@operation(permission=Permission.NOTES_EDIT)
def write_notes(*, notes: Sequence[NewNote], by: Actor, at: datetime) -> list[Note]:
    """Write many notes at once, each as `write_note` does. One that is refused refuses all."""
    subjects = _subjects_for_writing(notes, by)
    written, told = [], []
    for one in notes:
        subject = subjects[one.record_type, one.record_id]
        note = _new_note(one.record_type, subject, by, at)
        told.append((note, subject, _write(note, subject, one.text)))
        written.append(note)
    Note.objects.bulk_create(written)
    for note, subject, people in told:
        _tell(note, subject, people, by, at)
    record_all([Fact(CrmEvent.NOTE_WRITTEN, note, at, subject.pk) for note, subject, _people in told], by=by)
    return written


@operation(permission=Permission.NOTES_EDIT)
def change_note(*, note_id: UUID, text: str, by: Actor, at: datetime) -> Note:
    """Write a note anew: its author, or one who sees everything. Only who is named newly is told."""
    note, subject = writing_for_change(Note, note_id, by)
    before, known = note.text, set(note.mentions)
    told = [one for one in _write(note, subject, text) if one not in known]
    note.edited_at = at
    note.save(update_fields=["text", "mentions", "edited_at"])
    _tell(note, subject, told, by, at)
    record(
        event=CrmEvent.NOTE_CHANGED,
        subject=note,
        parent=subject,
        by=by,
        at=at,
        old={"text": before},
        new={"text": note.text},
    )
    return note


@operation(permission=Permission.NOTES_EDIT)
def pin_note(*, note_id: UUID, by: Actor, at: datetime) -> Note:
    """Keep a note on top of its record. Raises `AlreadyPinned`."""
    return _pin(note_id, True, by, at)


@operation(permission=Permission.NOTES_EDIT)
def unpin_note(*, note_id: UUID, by: Actor, at: datetime) -> Note:
    """Let a note go back to its place. Raises `NotPinned`."""
    return _pin(note_id, False, by, at)


@operation(permission=Permission.NOTES_EDIT)
def archive_note(*, note_id: UUID, by: Actor, at: datetime) -> Note:
    """Take a note away: its author, or one who sees everything. Raises `AlreadyArchived`."""
    note, subject = writing_for_change(Note, note_id, by)
    put_away(note, at)
    record(event=CrmEvent.NOTE_ARCHIVED, subject=note, parent=subject, by=by, at=at)
    return note


@operation(permission=Permission.NOTES_EDIT)
def unarchive_note(*, note_id: UUID, by: Actor, at: datetime) -> Note:
    """Bring a note back. Raises `NotArchived`."""
    note, subject = writing_for_change(Note, note_id, by)
    bring_back(note)
    record(event=CrmEvent.NOTE_UNARCHIVED, subject=note, parent=subject, by=by, at=at)
    return note


def subject_for_writing(record_type: str, record_id: UUID, by: Actor) -> Subject:
    """The record, for one who may change it."""
    subject = visible_subject(record_type, record_id, by)
    require_may_change(subject, by)
    return subject


def writing_for_change(model: type[Any], writing_id: UUID, by: Actor) -> tuple[Any, Subject]:
    """What somebody wrote, locked, and its record: for its author, and for those who see everything."""
    visible_writing(model, writing_id, by)
    model.objects.select_for_update().get(pk=writing_id)
    writing = visible_writing(model, writing_id, by)
    if not by.may(Permission.RECORDS_VIEW_ALL) and (by.id is None or writing.author_id != by.id):
        raise NotAllowed()
    return writing, subject_of_writing(writing)


def put_away(writing: Writing, at: datetime) -> None:
    if writing.archived_at:
        raise AlreadyArchived()
    writing.archived_at = at
    writing.save(update_fields=["archived_at"])


def bring_back(writing: Writing) -> None:
    if not writing.archived_at:
        raise NotArchived()
    writing.archived_at = None
    writing.save(update_fields=["archived_at"])


def _new_note(record_type: str, subject: Subject, by: Actor, at: datetime) -> Note:
    return Note(author_id=by.id, author_label=by.label, created_at=at, **{record_type: subject})


def _subjects_for_writing(notes: Sequence[NewNote], by: Actor) -> dict[tuple[str, UUID], Subject]:
    """The records of these notes by kind and id, for one who may change them all."""
    found: dict[tuple[str, UUID], Subject] = {}
    for kind in {one.record_type for one in notes}:
        ids = {one.record_id for one in notes if one.record_type == kind}
        rows = visible_to(SUBJECT_MODELS[kind]._default_manager.filter(pk__in=ids), by)
        found |= {(kind, row.pk): row for row in rows}
        if len(ids) != sum(1 for held, _id in found if held == kind):
            raise SUBJECT_MODELS[kind].DoesNotExist
    for subject in found.values():
        require_may_change(subject, by)
    return found


def _write(note: Note, subject: Subject, text: str) -> list[UUID]:
    """Put the text and those who are named in it into the row; return who they are."""
    text = text.strip()
    refuse_all(note_errors(text))
    note.text = text
    note.mentions = [one.user_id for one in mentioned_in(text, who_sees(subject))] if "@" in text else []
    return note.mentions


def note_errors(text: str) -> list[FieldError]:
    """What is wrong with the text of a note."""
    errors = text_errors(Note, {"text": text})
    if not text.strip():
        errors.append(FieldError("text", "required", _("Write something first.")))
    if len(text) > LONGEST:
        message = _("This is too long: at most %(count)d characters fit.") % {"count": LONGEST}
        errors.append(FieldError("text", "too_long", message))
    return errors


def _tell(note: Note, subject: Subject, people: list[UUID], by: Actor, at: datetime) -> None:
    for user_id in people:
        if user_id != by.id:
            notify(
                user_id=user_id,
                kind=MENTION,
                text=f"{by.label} · {subject}: {note.text}",
                url=f"{subject.get_absolute_url()}#note-{note.pk}",
                key=f"{MENTION}:{note.pk}:{user_id}",
                by=by,
                at=at,
            )


def _pin(note_id: UUID, is_pinned: bool, by: Actor, at: datetime) -> Note:
    note: Note = visible_writing(Note, note_id, by)
    subject = subject_of_writing(note)
    require_may_change(subject, by)
    note = Note.objects.select_for_update().get(pk=note_id)
    if note.is_pinned == is_pinned:
        raise AlreadyPinned() if is_pinned else NotPinned()
    note.is_pinned = is_pinned
    note.save(update_fields=["is_pinned"])
    event = CrmEvent.NOTE_PINNED if is_pinned else CrmEvent.NOTE_UNPINNED
    record(event=event, subject=note, parent=subject, by=by, at=at)
    return note
