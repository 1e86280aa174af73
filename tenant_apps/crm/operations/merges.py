"""Two companies or two contacts made one, that taken back, and two that look alike told apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.merging import ask_for_objections
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.plans import limits
from shared_apps.plans.limits import Limit
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.crm.events import CrmEvent
from tenant_apps.crm.models import Address, Company, Contact, ContactDetail, DistinctPair, Merge
from tenant_apps.crm.operations.clients import contacts_under_lock
from tenant_apps.crm.operations.moves import (
    CUSTOM_VALUES,
    bring_back,
    move_belongings,
    swap_custom_values,
)
from tenant_apps.crm.operations.reach import details_of, make_findable
from tenant_apps.crm.operations.rows import columns_of, put_columns
from tenant_apps.crm.queries.duplicates import (
    CUSTOM,
    KINDS,
    Client,
    MergeKind,
    choices_between,
    client_model,
    in_order,
)
from tenant_apps.sharing.operations import require_may_change
from tenant_apps.sharing.queries import visible_to

UNDO_DAYS = 30
DERIVED = {"name_folded", "name_key", "search_text", "updated_at", "created_at"}


class IntoItself(Refused):
    code = "into_itself"
    message = _("A record cannot be merged with itself.")
    field = "absorb_id"


class AlreadyMerged(Refused):
    code = "already_merged"
    message = _("One of the two was merged already. Open it to see into which one.")
    conflict = True


class NotInUse(Refused):
    code = "not_in_use"
    message = _("The record that stays is in the archive. Bring it back first.")
    conflict = True


class OneAboveTheOther(Refused):
    code = "one_above_the_other"
    message = _("Another company stands between these two: one is its parent, the other below it.")
    conflict = True


class UnknownChoice(Refused):
    code = "unknown_choice"
    message = _("There is no such field to choose.")
    field = "fields"


class AlreadyUndone(Refused):
    code = "already_undone"
    message = _("This merge was undone already.")
    conflict = True


class TooLateToUndo(Refused):
    code = "too_late_to_undo"
    message = _("A merge can be undone for 30 days.")
    conflict = True


class MergedFurther(Refused):
    code = "merged_further"
    message = _("What this merge made was merged once more. Undo the later merge first.")
    conflict = True


class ToldApartAlready(Refused):
    code = "told_apart_already"
    message = _("These two are marked as not the same already.")
    conflict = True


@dataclass(frozen=True)
class _Told:
    """What the timeline says of one kind of record."""

    merged: CrmEvent
    absorbed: CrmEvent
    undone: CrmEvent
    apart: CrmEvent


_TOLD = {
    "company": _Told(
        CrmEvent.COMPANY_MERGED,
        CrmEvent.COMPANY_ABSORBED,
        CrmEvent.COMPANY_MERGE_UNDONE,
        CrmEvent.COMPANIES_TOLD_APART,
    ),
    "contact": _Told(
        CrmEvent.CONTACT_MERGED,
        CrmEvent.CONTACT_ABSORBED,
        CrmEvent.CONTACT_MERGE_UNDONE,
        CrmEvent.CONTACTS_TOLD_APART,
    ),
}


@operation(permission=Permission.RECORDS_MERGE)
def merge_companies(
    *, kept_id: UUID, absorbed_id: UUID, take: Sequence[str] | None = None, by: Actor, at: datetime
) -> Merge:
    """Make one company of two: what hangs on the absorbed one goes over, and it is archived.

    `take` names the fields whose value comes from the absorbed one; None: those that the kept one has empty.
    E-mail, phone and address that give way become further ones. Refused when issued documents of both carry
    different tax numbers.
    """
    return _merge("company", kept_id, absorbed_id, take, by, at)


@operation(permission=Permission.RECORDS_MERGE)
def merge_contacts(
    *, kept_id: UUID, absorbed_id: UUID, take: Sequence[str] | None = None, by: Actor, at: datetime
) -> Merge:
    """Make one contact of two, as `merge_companies` does."""
    return _merge("contact", kept_id, absorbed_id, take, by, at)


@operation(permission=Permission.RECORDS_MERGE)
def undo_merge(*, merge_id: UUID, by: Actor, at: datetime) -> Merge:
    """Part two merged records again, within 30 days.

    What was changed since stays: `before["stayed"]` tells.
    """
    merge = Merge.objects.select_for_update().get(pk=merge_id)
    by.require(KINDS[merge.entity].edit)
    if merge.undone_at:
        raise AlreadyUndone()
    if merge.at < at - timedelta(days=UNDO_DAYS):
        raise TooLateToUndo()
    kept, absorbed = _both(merge.entity, merge.kept_id, merge.absorbed_id, by)
    if kept.merged_into_id:
        raise MergedFurther()
    if isinstance(kept, Contact) and merge.before["absorbed"]["archived_at"] is None:
        limits.require(Limit.CONTACTS, used=contacts_under_lock)
    merge.before["stayed"] = _part(merge, kept, absorbed, at)
    merge.undone_at = at
    merge.save(update_fields=["before", "undone_at"])
    for row in (kept, absorbed):
        told = {"stayed": merge.before["stayed"]} if row is kept else {}
        record(event=_TOLD[merge.entity].undone, subject=row, by=by, at=at, new=told)
    return merge


@operation(permission=Permission.RECORDS_MERGE)
def tell_apart(*, entity: str, first_id: UUID, second_id: UUID, by: Actor, at: datetime) -> DistinctPair:
    """Say of two companies or two contacts that they are not the same: they are suspected no more."""
    if first_id == second_id:
        raise IntoItself()
    rows = _both(entity, *in_order(first_id, second_id), by)
    pair = {"first_id": rows[0].pk, "second_id": rows[1].pk}
    if DistinctPair.objects.filter(**pair).exists():
        raise ToldApartAlready()
    told = DistinctPair.objects.create(entity=entity, by_id=by.id, at=at, **pair)
    for row, other in (rows, rows[::-1]):
        record(event=_TOLD[entity].apart, subject=row, by=by, at=at, new={"other": str(other)})
    return told


def _merge(
    entity: str, kept_id: UUID, absorbed_id: UUID, take: Sequence[str] | None, by: Actor, at: datetime
) -> Merge:
    if kept_id == absorbed_id:
        raise IntoItself()
    kept, absorbed = _both(entity, kept_id, absorbed_id, by)
    by.require(KINDS[entity].edit)
    _refuse_what_cannot_be_one(kept, absorbed)
    ask_for_objections(entity, kept=kept, absorbed=absorbed)
    before = {"kept": columns_of(kept), "absorbed": columns_of(absorbed)}
    taken = _taken(kept, absorbed, take)
    _take_columns(KINDS[entity], kept, absorbed, taken)
    kept.save()
    moved, removed = move_belongings(entity, kept.pk, absorbed.pk)
    come, swapped = swap_custom_values(kept.pk, absorbed.pk, _custom_fields(taken))
    moved[CUSTOM_VALUES] = moved.get(CUSTOM_VALUES, []) + come
    added = _keep_what_gave_way(kept, absorbed, before["kept"])
    _finish(kept, absorbed, at)
    after = {"kept": columns_of(kept), "absorbed": columns_of(absorbed)}
    merge = Merge.objects.create(
        entity=entity,
        kept_id=kept.pk,
        absorbed_id=absorbed.pk,
        before=before | {"after": after, "removed": removed, "added": added, "swapped": swapped},
        moved=moved,
        by_id=by.id,
        at=at,
    )
    old, new = changes_between(_told(before["kept"]), _told(after["kept"]))
    names = {"merged": str(absorbed), "merged_id": absorbed.pk}
    record(event=_TOLD[entity].merged, subject=kept, by=by, at=at, old=old, new=new | names)
    record(event=_TOLD[entity].absorbed, subject=absorbed, by=by, at=at, new={"into": str(kept)})
    return merge


def _both(entity: str, first_id: UUID, second_id: UUID, by: Actor) -> tuple[Client, Client]:
    """Both records, locked by ascending id; `DoesNotExist` when one of them is not seen."""
    model: Any = client_model(entity)
    rows = visible_to(model._default_manager.select_for_update().filter(pk__in=(first_id, second_id)), by)
    found = {row.pk: row for row in rows.order_by("id")}
    if len(found) < 2:
        raise model.DoesNotExist()
    for row in found.values():
        require_may_change(row, by)
    return found[first_id], found[second_id]


def _refuse_what_cannot_be_one(kept: Client, absorbed: Client) -> None:
    if kept.merged_into_id or absorbed.merged_into_id:
        raise AlreadyMerged()
    if kept.archived_at:
        raise NotInUse()


def _taken(kept: Client, absorbed: Client, take: Sequence[str] | None) -> list[str]:
    """The fields whose value comes from the absorbed record."""
    choices = {choice.name: choice for choice in choices_between(kept, absorbed)}
    if take is None:
        return [name for name, choice in choices.items() if choice.is_taken]
    possible = {*KINDS[_entity(kept)].fields, *(name for name in choices if name.startswith(CUSTOM))}
    if not set(take) <= possible:
        raise UnknownChoice()
    return [name for name in take if name in choices]


def _custom_fields(taken: Iterable[str]) -> list[UUID]:
    """The ids of the custom fields among the taken ones."""
    return [UUID(name.removeprefix(CUSTOM)) for name in taken if name.startswith(CUSTOM)]


def _take_columns(kind: MergeKind, kept: Client, absorbed: Client, taken: Iterable[str]) -> None:
    for name in taken:
        for column in kind.fields.get(name, ()):
            setattr(kept, column, getattr(absorbed, column))
    if isinstance(kept, Company) and isinstance(absorbed, Company):
        kept.parent_id = _parent_of_both(kept, absorbed)


def _parent_of_both(kept: Company, absorbed: Company) -> UUID | None:
    """The parent of the one that two become: never one of the two. Raises `OneAboveTheOther`."""
    pair = {kept.pk, absorbed.pk}
    parent_id = kept.parent_id
    if parent_id == absorbed.pk:
        parent_id = absorbed.parent_id
    if parent_id in pair:
        return None
    above = parent_id
    while above is not None:
        above = Company.objects.select_for_update().values_list("parent_id", flat=True).get(pk=above)
        if above in pair:
            raise OneAboveTheOther()
    return parent_id


def _keep_what_gave_way(kept: Client, absorbed: Client, old: dict[str, Any]) -> dict[str, list[str]]:
    """E-mails, phones, sites and addresses of either that the kept one does not bear now, as further ones."""
    owner = {_entity(kept): kept}
    known = {one.value.casefold() for one in details_of(kept)}
    position = kept.details.count()
    details: list[ContactDetail] = []
    for column, of in (("email", "email"), ("phone", "phone"), ("website", "link")):
        for value in (old.get(column) or "", getattr(absorbed, column, "")):
            if value and value != getattr(kept, column) and value.casefold() not in known:
                known.add(value.casefold())
                details.append(ContactDetail(kind=of, value=value, position=position + len(details), **owner))
    places = _places_that_gave_way(kept, absorbed, old) if isinstance(kept, Company) else []
    ContactDetail.objects.bulk_create(details)
    Address.objects.bulk_create(places)
    return {
        ContactDetail._meta.db_table: [str(row.pk) for row in details],
        Address._meta.db_table: [str(row.pk) for row in places],
    }


def _places_that_gave_way(kept: Company, absorbed: Client, old: dict[str, Any]) -> list[Address]:
    columns = KINDS["company"].fields["address"]
    of_kept = {name: getattr(kept, name) for name in columns}
    gone = [
        place
        for place in (
            {name: old[name] for name in columns},
            {name: getattr(absorbed, name) for name in columns},
        )
        if place != of_kept and (place["city"] or place["address"])
    ]
    start = kept.addresses.count()
    return [Address(company=kept, position=start + index, **place) for index, place in enumerate(gone)]


def _finish(kept: Client, absorbed: Client, at: datetime) -> None:
    make_findable(kept, details_of(kept))
    kept.updated_at = absorbed.updated_at = at
    kept.save()
    absorbed.merged_into_id = kept.pk
    absorbed.archived_at = absorbed.archived_at or at
    absorbed.save()


def _part(merge: Merge, kept: Client, absorbed: Client, at: datetime) -> dict[str, Any]:
    """Take the merge back; return what stays as it is: fields by name, other rows as key → how many."""
    was, left = merge.before["kept"], merge.before["after"]["kept"]
    now = columns_of(kept)
    stayed = [name for name in was if was[name] != left[name] != now[name] and name not in DERIVED]
    put_columns(absorbed, merge.before["absorbed"])
    absorbed.save()
    rows = bring_back(merge, kept.pk, absorbed.pk)
    put_columns(kept, {name: was[name] for name in was if was[name] != left[name] == now[name]})
    if now != left or rows:
        make_findable(kept, details_of(kept))
        kept.updated_at = at
    kept.save()
    return {"fields": stayed, "rows": rows}


def _told(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if name not in DERIVED}


def _entity(row: Client) -> str:
    return row.shared_as
