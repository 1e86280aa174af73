"""A changed field is given its old value back."""

from datetime import datetime
from typing import Any, get_type_hints
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter, ValidationError

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.listing import Listing
from shared_apps.core.operation import operation
from tenant_apps.activity.models import Event
from tenant_apps.workspace.queries.fields import PREFIX
from tenant_apps.workspace.queries.history import held_now, listing_about, restorable


class NothingToRestore(Refused):
    code = "nothing_to_restore"
    message = _("This cannot be restored.")
    conflict = True


class ChangedSince(Refused):
    code = "changed_since"
    message = _("This field was changed since. What it holds now is kept.")
    conflict = True


class NoLongerValid(Refused):
    code = "no_longer_valid"
    message = _("The old value is no longer possible here.")
    conflict = True


@operation(permission=None)
def restore_value(*, event_id: UUID, name: str, by: Actor, at: datetime) -> Model:
    """Write the old value of a changed field back, by the record's own operation and with its permission.

    Raises `ChangedSince` when the field holds something newer, `NoLongerValid` when what it led to is gone,
    `Refused` of the operation itself, and `NothingToRestore`.
    """
    event = Event.objects.get(pk=event_id)
    listing = listing_about(event)
    if listing is None or listing.change is None:
        raise NothingToRestore()
    by.require(listing.edit)
    row = listing.lock(event.subject_id, by)
    if name not in restorable(event):
        raise NothingToRestore()
    try:
        if _values(listing, name, held_now(listing, row, name)) != _values(listing, name, event.new[name]):
            raise ChangedSince()
        return listing.change(record_id=row.pk, values=_values(listing, name, event.old[name]), by=by, at=at)
    except (ValidationError, ObjectDoesNotExist) as gone:
        raise NoLongerValid() from gone


def _values(listing: Listing, name: str, old: Any) -> dict[str, Any]:
    """A value out of an event as the operation takes it."""
    if name.startswith(PREFIX):
        return {"custom": {name.removeprefix(PREFIX): old}}
    hints = get_type_hints(listing.shape)
    return {name: TypeAdapter(hints[name]).validate_python(old)}
