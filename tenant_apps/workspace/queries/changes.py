from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from shared_apps.core.actors import Actor
from shared_apps.core.listing import entities, listing_of
from shared_apps.core.permissions import Permission
from tenant_apps.workspace.models import ChangedRecord, ChangeSet, ListExport

UNDO_FOR = timedelta(days=30)


def change_set(change_set_id: UUID, actor: Actor) -> ChangeSet:
    """One act upon many records: one's own, or with `records.view_all` anybody's."""
    found = ChangeSet.objects.all()
    if not actor.may(Permission.RECORDS_VIEW_ALL):
        found = found.filter(by_id=actor.id)
    return found.get(pk=change_set_id)


def may_undo(changes: ChangeSet, at: datetime) -> bool:
    """Whether a change set can still be undone as a whole: an act of the list's own never can."""
    if changes.entity in entities() and listing_of(changes.entity).act(changes.kind):
        return False
    return bool(changes.finished_at) and changes.undone_at is None and at - changes.at < UNDO_FOR


def records_left_out(changes: ChangeSet) -> QuerySet[ChangedRecord]:
    """The records that were not changed, or kept a newer value, each with its reason."""
    return ChangedRecord.objects.filter(change_set=changes).exclude(kept_reason="").order_by("id")


def list_export(export_id: UUID, actor: Actor) -> ListExport:
    """A file that the actor asked for: nobody else's."""
    return ListExport.objects.select_related("file").filter(by_id=actor.id).get(pk=export_id)
