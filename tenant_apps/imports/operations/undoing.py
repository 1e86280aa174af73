"""An import taken back: what it made goes to the archive, what it changed becomes what it was. Values that
somebody changed since stay, and are listed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import DomainError, Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.crm.models import Note
from tenant_apps.crm.operations import archive_note, archive_notes
from tenant_apps.imports.events import ImportEvent
from tenant_apps.imports.models import UNDO_WITHIN, Import, ImportState
from tenant_apps.imports.operations.deals import restore, state_of
from tenant_apps.imports.operations.entities import ENTITIES, from_json, held_json
from tenant_apps.imports.operations.running import ask_for_work
from tenant_apps.imports.operations.tagging import drop_tags
from tenant_apps.imports.operations.uploads import locked_import
from tenant_apps.imports.reasons import CHANGED_SINCE
from tenant_apps.workspace.models import ChangedRecord, ChangeSet
from tenant_apps.workspace.queries import customs_of

UNDONE_AT_ONCE = 250
_COURSE = {"stage_id", "status", "lost_reason"}


class TooLateToUndo(Refused):
    code = "too_late_to_undo"
    message = _("An import can be undone for 30 days.")
    conflict = True


@operation(permission=Permission.IMPORTS_RUN)
def undo_import(*, import_id: UUID, by: Actor, at: datetime) -> Import:
    """Begin to take a finished import back, by a job. Raises `NotNow`, `TooLateToUndo`."""
    run = locked_import(import_id, by, ImportState.DONE, ImportState.STOPPED)
    if run.finished_at is None or at - run.finished_at > UNDO_WITHIN:
        raise TooLateToUndo()
    run.state, run.updated_at = ImportState.UNDOING, at
    run.owner_id, run.owner_label = by.id, by.label[:250]
    run.save()
    ask_for_work(run, by)
    record(event=ImportEvent.UNDO_STARTED, subject=run, by=by, at=at)
    return run


@operation(permission=Permission.IMPORTS_RUN, event=None, why="each record that goes back tells itself")
def undo_records(*, import_id: UUID, by: Actor, at: datetime) -> int:
    """Take the last records that are still there back; how many they were."""
    run = locked_import(import_id, by, ImportState.UNDOING)
    waiting = ChangedRecord.objects.select_for_update().filter(
        change_set_id=run.change_set_id, undone_at=None, kept_reason=""
    )
    changes = list(waiting.order_by("-id")[:UNDONE_AT_ONCE])
    for change in _put_away_together(changes, by, at):
        _undo(change, by, at)
    ChangedRecord.objects.bulk_update(changes, ["undone_at", "kept_reason"])
    run.updated_at = at
    run.save(update_fields=["updated_at"])
    return len(changes)


@operation(permission=Permission.IMPORTS_RUN)
def finish_undo(*, import_id: UUID, by: Actor, at: datetime) -> Import:
    """Everything that could go back has gone back."""
    run = locked_import(import_id, by, ImportState.UNDOING)
    run.state, run.updated_at = ImportState.UNDONE, at
    run.save()
    ChangeSet.objects.filter(pk__in=[run.change_set_id]).update(undone_at=at)
    record(event=ImportEvent.UNDONE, subject=run, by=by, at=at)
    return run


def _put_away_together(changes: list[ChangedRecord], by: Actor, at: datetime) -> list[ChangedRecord]:
    """Archive what the import made and nobody has changed since, kind by kind; the changes that are left."""
    done: set[UUID] = set()
    added = [change for change in changes if change.old is None]
    for kind in {change.record_type for change in added}:
        untouched = _untouched(kind, [change for change in added if change.record_type == kind])
        try:
            with transaction.atomic():
                _archive_many(kind, [change.record_id for change in untouched], by, at)
        except (DomainError, ObjectDoesNotExist):
            continue
        for change in untouched:
            change.undone_at = at
            done.add(change.pk)
    return [change for change in changes if change.pk not in done]


def _archive_many(kind: str, ids: list[UUID], by: Actor, at: datetime) -> None:
    if ids and kind == "note":
        archive_notes(note_ids=ids, by=by, at=at)
    elif ids and (archive := ENTITIES[kind].archive_many):
        archive(ids, by=by, at=at)


def _untouched(kind: str, added: list[ChangedRecord]) -> list[ChangedRecord]:
    """Those whose record is in use and holds what the import gave it, each record once."""
    first = {change.record_id: change for change in reversed(added)}
    if kind == "note":
        kept = Note.objects.filter(pk__in=first, archived_at=None, edited_at=None)
        return [first[note.pk] for note in kept]
    if ENTITIES[kind].archive_many is None:
        return []
    rows = list(ENTITIES[kind].rows().filter(pk__in=first))
    held = customs_of(kind, first)
    return [first[row.pk] for row in rows if not _newer(kind, row, first[row.pk].new, held.get(row.pk, {}))]


def _newer(kind: str, row: Any, new: dict[str, Any], custom: Mapping[str, Any] | None = None) -> list[str]:
    """The fields of which the record holds something else by now."""
    values = {name: value for name, value in new.items() if name != "tags"}
    return [name for name, value in values.items() if _now(kind, row, name, value, custom) != value]


def _undo(change: ChangedRecord, by: Actor, at: datetime) -> None:
    try:
        with transaction.atomic():
            change.kept_reason = _undo_one(change, by, at)[:250]
    except DomainError as refusal:
        change.kept_reason = str(refusal)[:250]
    if not change.kept_reason:
        change.undone_at = at


def _undo_one(change: ChangedRecord, by: Actor, at: datetime) -> str:
    """Why something of the record stays; "" when all of it went back."""
    if change.record_type == "note":
        return _undo_note(change, by, at)
    kind = ENTITIES[change.record_type]
    record_now: Any = kind.model._default_manager.filter(pk=change.record_id).first()
    if record_now is None:
        return ""
    newer = _newer(change.record_type, record_now, change.new)
    told = str(CHANGED_SINCE) if newer else ""
    if change.old is None:
        if not newer and record_now.archived_at is None:
            kind.archive(**{f"{change.record_type}_id": change.record_id}, by=by, at=at)
        return told
    if "tags" in change.new:
        drop_tags(change.record_type, change.record_id, change.new["tags"], by, at)
    back = {name: value for name, value in change.old.items() if name not in newer and name != "tags"}
    _put_back(change.record_type, record_now, back, by, at)
    return told


def _undo_note(change: ChangedRecord, by: Actor, at: datetime) -> str:
    note = Note.objects.filter(pk=change.record_id, archived_at=None).first()
    if note and note.edited_at:
        return str(CHANGED_SINCE)
    if note:
        archive_note(note_id=change.record_id, by=by, at=at)
    return ""


def _now(entity: str, row: Any, name: str, value: Any, custom: Mapping[str, Any] | None = None) -> Any:
    return state_of(row)[name] if name in _COURSE else held_json(entity, row, name, value, custom)


def _put_back(entity: str, row: Any, back: dict[str, Any], by: Actor, at: datetime) -> None:
    kind = ENTITIES[entity]
    if course := {name: back.pop(name) for name in _COURSE & back.keys()}:
        restore(row, state_of(row) | course, by, at)
    if kind.assign and "owner_id" in back:
        owner = back.pop("owner_id")
        kind.assign(**{f"{entity}_id": row.pk}, owner_id=UUID(owner) if owner else None, by=by, at=at)
    if back:
        values = {name: from_json(name, value) for name, value in back.items()}
        kind.change(**{f"{entity}_id": row.pk}, change=kind.shape(**values), by=by, at=at)
