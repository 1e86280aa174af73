"""Many records changed by one act, each by its own operation and with its own rights; and the way back."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.errors import DomainError, Refused
from shared_apps.core.listing import Edit, Kind, Listing, Offer, Reading, listing_of, offer_of
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue
from tenant_apps.activity.operations import record
from tenant_apps.workspace.events import WorkspaceEvent
from tenant_apps.workspace.models import ChangedRecord, ChangeSet, Tagging
from tenant_apps.workspace.operations.tags import write_tags
from tenant_apps.workspace.queries.changes import change_set, may_undo

MOST_RECORDS, AT_ONCE, BATCH = 10_000, 200, 100
TAGS, ARCHIVED, DONE = "tags", "archived", "done"


class NothingChosen(Refused):
    code = "nothing_chosen"
    message = gettext_lazy("Choose at least one record.")


class NothingToChange(Refused):
    code = "nothing_to_change"
    message = gettext_lazy("Choose at least one field to change.")


class TooManyRecords(Refused):
    code = "too_many_records"
    message = gettext_lazy("At most 10,000 records can be changed at once. Narrow the list first.")


class UndoTooLate(Refused):
    code = "undo_too_late"
    message = gettext_lazy("This can no longer be undone.")
    conflict = True


@dataclass(frozen=True)
class BulkAct:
    """What is done to each record. `kind`: `edit` (`values`: edit's name → plain value), `tag`, `untag`
    (`tag_ids`), `archive`, or an act of the list's own. Everything is plain, so that it can travel with a
    job.
    """

    kind: str
    values: dict[str, Any]
    tag_ids: tuple[str, ...] = ()


@operation(permission=Permission.LISTS_BULK)
def start_bulk_change(
    *, entity: str, act: BulkAct, record_ids: Sequence[UUID], label: str, by: Actor, at: datetime
) -> ChangeSet:
    """Change many records at once, or by a job when they are more than 200. Each is changed with the actor's
    own rights over it; one that cannot be is listed with its reason and stops no other.
    """
    listing = listing_of(entity)
    by.require(listing.edit)
    _require_sense(listing, act, by, at)
    if len(record_ids) > MOST_RECORDS:
        raise TooManyRecords()
    ids = list(listing.rows(by, None).filter(pk__in=record_ids).order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise NothingChosen()
    changes = ChangeSet.objects.create(
        kind=act.kind,
        entity=entity,
        label=label[:250],
        total=len(ids),
        by_id=by.id,
        by_label=by.label[:250],
        at=at,
    )
    ChangedRecord.objects.bulk_create(
        [ChangedRecord(change_set=changes, record_type=entity, record_id=one, new={}) for one in ids]
    )
    record(event=WorkspaceEvent.BULK_STARTED, subject=changes, by=by, at=at, new={"total": len(ids)})
    if len(ids) > AT_ONCE:
        enqueue(
            "apply_bulk_change", by=by, change_set_id=str(changes.pk), user_id=str(by.id), act=asdict(act)
        )
        return changes
    return _apply(changes, act, by, at, len(ids))


@operation(
    permission=Permission.LISTS_BULK,
    event=None,
    why="each record's own change tells it; the set was told when it began",
)
def apply_bulk_batch(*, change_set_id: UUID, act: BulkAct, by: Actor, at: datetime) -> ChangeSet:
    """Change the next hundred records of a set; the last batch sets `finished_at`."""
    changes = ChangeSet.objects.select_for_update().get(pk=change_set_id)
    return changes if changes.finished_at else _apply(changes, act, by, at, BATCH)


@operation(permission=Permission.LISTS_BULK)
def undo_bulk_change(*, change_set_id: UUID, by: Actor, at: datetime) -> ChangeSet:
    """Give each record back what it held. One that somebody changed since keeps the newer value and says so.

    Within 30 days, once. More than 200 records are given back by a job.
    """
    change_set(change_set_id, by)
    changes = ChangeSet.objects.select_for_update().get(pk=change_set_id)
    if not may_undo(changes, at):
        raise UndoTooLate()
    changes.undone_at = at
    changes.save(update_fields=["undone_at"])
    record(event=WorkspaceEvent.BULK_UNDONE, subject=changes, by=by, at=at, new={"total": changes.total})
    if changes.total > AT_ONCE:
        enqueue("undo_bulk_change", by=by, change_set_id=str(changes.pk), user_id=str(by.id))
    else:
        _give_back(changes, by, at, changes.total)
    return changes


@operation(
    permission=Permission.LISTS_BULK,
    event=None,
    why="each record's own change tells it; the set was told when it was undone",
)
def undo_bulk_batch(*, change_set_id: UUID, by: Actor, at: datetime) -> int:
    """Give back the next hundred records of an undone set; how many were left to look at."""
    changes = ChangeSet.objects.select_for_update().get(pk=change_set_id)
    return _give_back(changes, by, at, BATCH)


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def typed(edit: Edit, value: Any) -> Any:
    """A plain value as the operation takes it."""
    if value is None:
        return None
    ways = {
        Kind.NUMBER: Decimal,
        Kind.MONEY: Decimal,
        Kind.DATE: date.fromisoformat,
        Kind.PERSON: UUID,
        Kind.RECORD: UUID,
    }
    return ways[edit.kind](value) if edit.kind in ways else value  # type: ignore[operator]


def write_values(offer: Offer, record_id: UUID, values: dict[str, Any], by: Actor, at: datetime) -> None:
    """Write plain values into one record: edits that share an operation in one call of it."""
    calls: dict[Any, dict[str, Any]] = {}
    for name, value in values.items():
        edit = offer.edits[name]
        calls.setdefault(edit.write, {})[name] = typed(edit, value)
    for write, given in calls.items():
        write(record_id=record_id, values=given, by=by, at=at)


def _require_sense(listing: Listing, act: BulkAct, by: Actor, at: datetime) -> None:
    if act.kind == "edit":
        offer = offer_of(listing, Reading(by, at))
        if not act.values or not all(
            name in offer.edits and offer.edits[name].in_bulk for name in act.values
        ):
            raise NothingToChange()
    elif act.kind in ("tag", "untag"):
        by.require(Permission.TAGS_EDIT)
        if not act.tag_ids:
            raise NothingToChange()
    elif own := listing.act(act.kind):
        by.require(own.permission)
    elif act.kind != "archive" or listing.archive is None:
        raise NothingToChange()


def _apply(changes: ChangeSet, act: BulkAct, by: Actor, at: datetime, most: int) -> ChangeSet:
    """Change up to `most` of the records that wait."""
    listing = listing_of(changes.entity)
    offer = offer_of(listing, Reading(by, at))
    waiting = ChangedRecord.objects.filter(change_set=changes, new={}, kept_reason="").order_by("id")
    entries = list(waiting[:most])
    for entry in entries:
        entry.kept_reason = _tried(partial(_change_one, offer, entry, act, by, at))
        if entry.kept_reason:
            entry.old, entry.new = None, {}
            changes.failed_count += 1
        else:
            changes.done_count += 1
    ChangedRecord.objects.bulk_update(entries, ["old", "new", "kept_reason"], batch_size=500)
    if len(entries) < most or changes.done_count + changes.failed_count >= changes.total:
        changes.finished_at = at
    changes.save(update_fields=["done_count", "failed_count", "finished_at"])
    return changes


def _tried(change: Callable[[], str | None]) -> str:
    """Why a record could not be changed; empty when it was. What failed leaves no trace."""
    try:
        with transaction.atomic():
            return change() or ""
    except ObjectDoesNotExist:
        return _("It is gone, or not yours to see any more.")
    except DomainError as refusal:
        return str(refusal)[:250]


def _change_one(offer: Offer, entry: ChangedRecord, act: BulkAct, by: Actor, at: datetime) -> None:
    listing = offer.listing
    row = listing.lock(entry.record_id, by)
    if act.kind == "edit":
        held = _held(offer, row, act.values)
        wanted = {name: value for name, value in act.values.items() if held[name] != value}
        write_values(offer, row.pk, wanted, by, at)
        after = _held(offer, listing.lock(entry.record_id, by), act.values) if wanted else held
        entry.old, entry.new = held, after
    elif act.kind == "archive" and listing.archive:
        listing.archive(record_id=row.pk, by=by, at=at)
        entry.old, entry.new = {ARCHIVED: False}, {ARCHIVED: True}
    elif own := listing.act(act.kind):
        own.perform(record_id=row.pk, by=by, at=at)
        entry.old, entry.new = None, {DONE: own.name}
    else:
        borne = _borne(row.pk)
        wanted_tags = {UUID(one) for one in act.tag_ids}
        add = wanted_tags - borne if act.kind == "tag" else set()
        remove = wanted_tags & borne if act.kind == "untag" else set()
        write_tags(listing, row, add=add, remove=remove, by=by, at=at)
        entry.old, entry.new = {TAGS: sorted(map(str, remove))}, {TAGS: sorted(map(str, add))}


def _give_back(changes: ChangeSet, by: Actor, at: datetime, most: int) -> int:
    """Undo up to `most` records that were changed and not given back yet."""
    offer = offer_of(listing_of(changes.entity), Reading(by, at))
    changed = ChangedRecord.objects.filter(change_set=changes, undone_at=None, old__isnull=False)
    entries = list(changed.order_by("id")[:most])
    for entry in entries:
        entry.kept_reason = _tried(partial(_give_back_one, offer, entry, by, at))
        entry.undone_at = at
    ChangedRecord.objects.bulk_update(entries, ["kept_reason", "undone_at"], batch_size=500)
    return len(entries)


def _give_back_one(offer: Offer, entry: ChangedRecord, by: Actor, at: datetime) -> str:
    listing = offer.listing
    row = listing.lock(entry.record_id, by)
    old, new = entry.old or {}, entry.new
    if TAGS in new and TAGS in old and TAGS not in offer.edits:
        borne = _borne(row.pk)
        add = {UUID(one) for one in old[TAGS]} - borne
        write_tags(listing, row, add=add, remove={UUID(one) for one in new[TAGS]} & borne, by=by, at=at)
    elif ARCHIVED in new:
        if getattr(row, "archived_at", None) and listing.unarchive:
            listing.unarchive(record_id=row.pk, by=by, at=at)
    else:
        return _give_back_values(offer, row, old, new, by, at)
    return ""


def _give_back_values(
    offer: Offer, row: Any, old: dict[str, Any], new: dict[str, Any], by: Actor, at: datetime
) -> str:
    """Restore what is as the act left it; say what somebody changed since."""
    known = [name for name in new if name in offer.edits and old.get(name) != new[name]]
    held = _held(offer, row, known)
    same = [name for name in known if held[name] == new[name]]
    write_values(offer, row.pk, {name: old[name] for name in same}, by, at)
    newer = [str(offer.edits[name].label) for name in known if name not in same]
    return (_("Changed since: %(fields)s") % {"fields": ", ".join(newer)})[:250] if newer else ""


def _held(offer: Offer, row: Any, names: Any) -> dict[str, Any]:
    return {name: plain(offer.edits[name].value_of(row)) for name in names}


def _borne(record_id: UUID) -> set[UUID]:
    return set(Tagging.objects.filter(record_id=record_id).values_list("tag_id", flat=True))
