"""Saved views and changes of many records as the API reads and writes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from shared_apps.core.api import Input, ListQuery
from shared_apps.core.listing.conditions import LONGEST
from tenant_apps.workspace.models import ChangedRecord, ChangeSet, SavedView
from tenant_apps.workspace.operations import MOST_RECORDS

VIEW_ORDERINGS = ("name", "created_at", "updated_at")
VIEW_FACTS = ("name", "is_shared", "is_pinned", "is_default")
QUERY = "What stands after `?` in the address of the list: `filter=city:is:Varna&ordering=-created_at`."


class ViewFilters(ListQuery):
    record_type: str = ""


class ViewPatch(Input):
    """Only what is named changes. `is_shared`: it belongs to the team, with `views.share`."""

    name: str = ""
    is_shared: bool = False
    is_pinned: bool = False
    is_default: bool = False

    def over(self, view: SavedView) -> dict[str, Any]:
        """The view's values with those that were named."""
        held = view_out(view)
        return {name: held[name] for name in VIEW_FACTS} | self.model_dump(exclude_unset=True)


class ViewIn(ViewPatch):
    """A list as it is arranged, under a name."""

    record_type: str
    name: str
    query: str = Field("", max_length=8_000, description=QUERY)


class ViewQueryIn(Input):
    """What the view is to show from now on."""

    query: str = Field(max_length=8_000, description=QUERY)


class ViewOut(Schema):
    id: UUID
    record_type: str
    name: str
    query: str
    is_shared: bool
    is_pinned: bool
    is_default: bool
    created_at: datetime
    updated_at: datetime


class BulkIn(Input):
    """What is done to which records. `act`: `edit`, which wants `values` (as the list's cells take them, by
    their names), `tag` and `untag`, which want `tag_ids`, `archive`, or an act of the list's own: of invoices
    `issue`, `send` and `delete_draft`, which cannot be undone. The records are named by `record_ids`, or
    found by `filter` and `search` as on the list.
    """

    record_type: str
    act: str = Field(max_length=20)
    values: dict[str, Any] = {}
    tag_ids: list[UUID] = []
    record_ids: list[UUID] | None = Field(None, max_length=MOST_RECORDS)
    filter: str = Field("", max_length=LONGEST)
    search: str = Field("", max_length=200)


class LeftOut(Schema):
    record_id: UUID
    reason: str


class ChangeSetOut(Schema):
    """`left_out`: records that were not changed, or kept a newer value when the change was undone."""

    id: UUID
    kind: str
    record_type: str
    label: str
    total: int
    done_count: int
    failed_count: int
    at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    left_out: list[LeftOut]


def view_out(view: SavedView) -> dict[str, Any]:
    kept = ("id", "name", "query", "is_pinned", "is_default", "created_at", "updated_at")
    told = {name: getattr(view, name) for name in kept}
    return told | {"record_type": view.entity, "is_shared": view.owner_id is None}


def change_set_out(changes: ChangeSet, left_out: list[ChangedRecord]) -> dict[str, Any]:
    kept = set(ChangeSetOut.model_fields) - {"record_type", "left_out"}
    told = {name: getattr(changes, name) for name in kept}
    reasons = [{"record_id": one.record_id, "reason": one.kept_reason} for one in left_out]
    return told | {"record_type": changes.entity, "left_out": reasons}
