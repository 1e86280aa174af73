"""Merges as the API reads and writes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from shared_apps.core.api import Input
from tenant_apps.crm.models import Merge


class MergeIn(Input):
    """Which record goes into this one, and whose value stays."""

    absorb_id: UUID
    fields_taken: list[str] | None = Field(
        None,
        alias="fields",
        description="Fields whose value comes from the absorbed record (`custom:<id>` for a custom one); "
        "without it: those that the kept record has empty.",
    )


class StayedOut(Schema):
    fields: list[str]
    rows: dict[str, int]


class MergeOut(Schema):
    id: UUID
    entity: str
    kept_id: UUID
    absorbed_id: UUID
    moved: dict[str, int]
    stayed: StayedOut | None
    at: datetime
    undone_at: datetime | None


def merge_out(merge: Merge) -> dict[str, Any]:
    """A merge: how many rows went over, by `table.column`; after an undo what `stayed` as it was."""
    return {
        "id": merge.pk,
        "entity": merge.entity,
        "kept_id": merge.kept_id,
        "absorbed_id": merge.absorbed_id,
        "moved": {key: len(ids) for key, ids in merge.moved.items()},
        "stayed": merge.before.get("stayed"),
        "at": merge.at,
        "undone_at": merge.undone_at,
    }
