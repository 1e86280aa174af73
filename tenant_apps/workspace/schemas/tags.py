"""Tags as the API reads and writes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from shared_apps.core.api import Input
from tenant_apps.workspace.models import Tag

TAG_ORDERINGS = ("name", "created_at")


class TagIn(Input):
    """`color`: grey, red, orange, yellow, green, teal, blue, purple, pink."""

    name: str
    color: str = "grey"


class TagPatch(Input):
    """Only what is named changes."""

    name: str = ""
    color: str = ""

    def over(self, tag: Tag) -> dict[str, str]:
        """The tag's values with those that were named."""
        return {"name": tag.name, "color": tag.color} | self.model_dump(exclude_unset=True)


class MergeTagsIn(Input):
    """The tag that everything gets instead."""

    into_id: UUID


class TaggingIn(Input):
    """Tags by their ids, by their names, or both; a name that no tag bears becomes one."""

    tag_ids: list[UUID] = []
    names: list[str] = []


class UntaggingIn(Input):
    tag_ids: list[UUID] = []


class TagOut(Schema):
    id: UUID
    name: str
    color: str
    created_at: datetime


class TagListOut(TagOut):
    record_count: int


class RecordTagsOut(Schema):
    record_type: str
    record_id: UUID
    tags: list[TagOut]


def tag_out(tag: Tag) -> dict[str, Any]:
    return {name: getattr(tag, name) for name in TagOut.model_fields}


def listed_tag_out(tag: Any) -> dict[str, Any]:
    """A tag of `tags_with_counts`."""
    return tag_out(tag) | {"record_count": tag.record_count}


def record_tags_out(record_type: str, record_id: UUID, tags: list[Tag]) -> dict[str, Any]:
    return {"record_type": record_type, "record_id": record_id, "tags": [tag_out(tag) for tag in tags]}
