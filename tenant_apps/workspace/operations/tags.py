"""Tags: made, renamed, merged, deleted; put on records and taken off."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.listing import Listing, listing_of
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import Fact, changes_between, record, record_all
from tenant_apps.workspace.events import WorkspaceEvent
from tenant_apps.workspace.models import Tag, Tagging
from tenant_apps.workspace.queries.tags import COLORS


class TagTaken(Refused):
    code = "tag_taken"
    message = _("There is a tag with this name already.")
    field = "name"
    conflict = True


class SameTag(Refused):
    code = "same_tag"
    message = _("Choose another tag for the merge.")
    field = "into_id"


@operation(permission=Permission.TAGS_EDIT)
def create_tag(*, name: str, color: str = "grey", by: Actor, at: datetime) -> Tag:
    """Make a tag. Raises `TagTaken` for a name that one bears, in either case."""
    tag = Tag(created_at=at)
    _write(tag, name, color)
    record(
        event=WorkspaceEvent.TAG_CREATED, subject=tag, by=by, at=at, new={"name": tag.name, "color": color}
    )
    return tag


@operation(permission=Permission.TAGS_EDIT)
def change_tag(*, tag_id: UUID, name: str, color: str, by: Actor, at: datetime) -> Tag:
    """Give a tag another name or colour."""
    tag = Tag.objects.select_for_update().get(pk=tag_id)
    before = {"name": tag.name, "color": tag.color}
    _write(tag, name, color)
    old, new = changes_between(before, {"name": tag.name, "color": tag.color})
    record(event=WorkspaceEvent.TAG_CHANGED, subject=tag, by=by, at=at, old=old, new=new)
    return tag


@operation(permission=Permission.TAGS_EDIT)
def merge_tags(*, tag_id: UUID, into_id: UUID, by: Actor, at: datetime) -> Tag:
    """Put `into_id` on everything that bears `tag_id`, which is no more."""
    locked = {
        tag.pk: tag for tag in Tag.objects.select_for_update().filter(pk__in=[tag_id, into_id]).order_by("id")
    }
    if not {tag_id, into_id} <= locked.keys():
        raise Tag.DoesNotExist
    if tag_id == into_id:
        raise SameTag()
    gone, kept = locked[tag_id], locked[into_id]
    twice = Tagging.objects.filter(tag=kept).values("record_id")
    Tagging.objects.filter(tag=gone, record_id__in=twice).delete()
    Tagging.objects.filter(tag=gone).update(tag=kept)
    record(
        event=WorkspaceEvent.TAGS_MERGED,
        subject=kept,
        by=by,
        at=at,
        new={"from": gone.name, "into": kept.name},
    )
    gone.delete()
    return kept


@operation(permission=Permission.TAGS_EDIT)
def delete_tag(*, tag_id: UUID, by: Actor, at: datetime) -> Tag:
    """Take a tag off everything and away."""
    tag = Tag.objects.select_for_update().get(pk=tag_id)
    count = Tagging.objects.filter(tag=tag).count()
    new = {"name": tag.name, "record_count": count}
    record(event=WorkspaceEvent.TAG_DELETED, subject=tag, by=by, at=at, old=new)
    Tag.objects.filter(pk=tag_id).delete()
    return tag


@operation(
    permission=Permission.TAGS_EDIT,
    event=None,
    why="a record that bears the wanted tags already has nothing to tell; a change is told in its timeline",
)
def set_tags(
    *,
    record_type: str,
    record_id: UUID,
    tag_ids: Iterable[UUID],
    new_names: Iterable[str] = (),
    by: Actor,
    at: datetime,
) -> Model:
    """Let a record bear these tags and no others; names that no tag bears yet become tags."""
    listing = _listing(record_type, by)
    row = listing.lock(record_id, by)
    wanted = set(Tag.objects.filter(pk__in=list(tag_ids)).values_list("pk", flat=True))
    wanted |= {_tag_named(name, by, at).pk for name in new_names if name.strip()}
    borne = set(_borne(listing, record_id))
    write_tags(listing, row, add=wanted - borne, remove=borne - wanted, by=by, at=at)
    return row


@operation(
    permission=Permission.TAGS_EDIT,
    event=None,
    why="a record that bears the tags already has nothing to tell; a change is told in its timeline",
)
def tag_record(
    *,
    record_type: str,
    record_id: UUID,
    tag_ids: Iterable[UUID],
    new_names: Iterable[str] = (),
    by: Actor,
    at: datetime,
) -> Model:
    """Put tags on a record beside those that it bears; names that no tag bears yet become tags.

    `DoesNotExist` for an id of no tag.
    """
    listing = _listing(record_type, by)
    row = listing.lock(record_id, by)
    wanted = _known(tag_ids) | {_tag_named(name, by, at).pk for name in new_names if name.strip()}
    write_tags(listing, row, add=wanted - set(_borne(listing, record_id)), remove=set(), by=by, at=at)
    return row


@operation(
    permission=Permission.TAGS_EDIT,
    event=None,
    why="a record that bears none of the tags has nothing to tell; a change is told in its timeline",
)
def untag_record(
    *, record_type: str, record_id: UUID, tag_ids: Iterable[UUID], by: Actor, at: datetime
) -> Model:
    """Take tags off a record. `DoesNotExist` for an id of no tag."""
    listing = _listing(record_type, by)
    row = listing.lock(record_id, by)
    gone = _known(tag_ids) & set(_borne(listing, record_id))
    write_tags(listing, row, add=set(), remove=gone, by=by, at=at)
    return row


def write_tags(
    listing: Listing, row: Model, *, add: set[UUID], remove: set[UUID], by: Actor, at: datetime
) -> None:
    """Put tags on a locked row, take others off it, and tell it in the row's own timeline."""
    names = dict(Tag.objects.filter(pk__in=add | remove).values_list("pk", "name"))
    Tagging.objects.filter(record_id=row.pk, tag_id__in=remove).delete()
    made = [
        Tagging(tag_id=one, record_type=listing.entity, record_id=row.pk)
        for one in sorted(add & names.keys())
    ]
    Tagging.objects.bulk_create(made, ignore_conflicts=True)
    if not names:
        return
    old = {"tags": sorted(names[one] for one in remove & names.keys())}
    new = {"tags": sorted(names[one] for one in add & names.keys())}
    record(event=WorkspaceEvent.RECORD_TAGGED, subject=row, by=by, at=at, old=old, new=new)


def tag_new_records(
    record_type: str, names: Mapping[Model, Iterable[str]], *, by: Actor, at: datetime
) -> None:
    """Put tags on records that the caller's operation added a moment ago; lacking tags are made."""
    wanted = {row: _tidy(some) for row, some in names.items() if _tidy(some)}
    if not wanted:
        return
    by.require(Permission.TAGS_EDIT)
    tags = _tags_named({name for some in wanted.values() for name in some}, by, at)
    borne = {row: {tags[name.lower()] for name in some} for row, some in wanted.items()}
    Tagging.objects.bulk_create(
        Tagging(tag=tag, record_type=record_type, record_id=row.pk)
        for row, some in borne.items()
        for tag in sorted(some, key=lambda one: one.pk)
    )
    told = {row: {"tags": sorted(tag.name for tag in some)} for row, some in borne.items()}
    facts = [
        Fact(WorkspaceEvent.RECORD_TAGGED, row, at, old={"tags": []}, new=new) for row, new in told.items()
    ]
    record_all(facts, by=by)


def _tidy(names: Iterable[str]) -> list[str]:
    return [name.strip() for name in names if name.strip()]


def _tags_named(names: set[str], by: Actor, at: datetime) -> dict[str, Tag]:
    """Name in lower case → its tag, for all of these names."""
    known = Tag.objects.annotate(lower=Lower("name")).filter(lower__in=[name.lower() for name in names])
    tags: dict[str, Tag] = {tag.name.lower(): tag for tag in known}
    for name in sorted(names):
        if name.lower() not in tags:
            tags[name.lower()] = create_tag(name=name, by=by, at=at)
    return tags


def _listing(record_type: str, by: Actor) -> Listing:
    listing = listing_of(record_type)
    by.require(listing.edit)
    return listing


def _borne(listing: Listing, record_id: UUID) -> Any:
    found = Tagging.objects.filter(record_type=listing.entity, record_id=record_id)
    return found.values_list("tag_id", flat=True)


def _known(tag_ids: Iterable[UUID]) -> set[UUID]:
    wanted = set(tag_ids)
    found = set(Tag.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if wanted - found:
        raise Tag.DoesNotExist
    return found


def _tag_named(name: str, by: Actor, at: datetime) -> Tag:
    known = Tag.objects.filter(name__iexact=name.strip()).first()
    return known or create_tag(name=name, by=by, at=at)


def _write(tag: Tag, name: str, color: str) -> None:
    tag.name, tag.color = name.strip(), color
    errors = text_errors(Tag, {"name": tag.name})
    if not tag.name:
        errors.append(FieldError("name", "required", _("Enter the name.")))
    if color not in COLORS:
        errors.append(FieldError("color", "color_unknown", _("Choose a colour from the list.")))
    refuse_all(errors)
    if Tag.objects.filter(name__iexact=tag.name).exclude(pk=tag.pk).exists():
        raise TagTaken()
    tag.save()
