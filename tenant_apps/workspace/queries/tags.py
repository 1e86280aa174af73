from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from tenant_apps.workspace.models import Tag, Tagging

COLORS = ("grey", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")


def tags() -> QuerySet[Tag]:
    """Every tag, by name."""
    return Tag.objects.order_by("name", "id")


def tag(tag_id: UUID) -> Tag:
    return Tag.objects.get(pk=tag_id)


def tags_with_counts() -> QuerySet[Tag]:
    """Every tag with `record_count`, the records that bear it."""
    return tags().annotate(record_count=Count("taggings"))


def with_tags(record_type: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Records with the tags that they bear, in the same statement, for `tags_of_rows`."""
    borne = Tagging.objects.filter(record_type=record_type, record_id=OuterRef("pk")).order_by("tag__name")
    told = JSONObject(id="tag_id", name="tag__name", color="tag__color")
    return rows.annotate(kept_tags=ArraySubquery(borne.values(told=told)))


def tags_of_rows(record_type: str, records: Sequence[Any]) -> dict[UUID, list[Tag]]:
    """Record id → its tags by name; asked for unless `with_tags` brought them."""
    if not all(hasattr(record, "kept_tags") for record in records):
        return tags_of(record_type, [record.pk for record in records])
    return {record.pk: [Tag(**told) for told in record.kept_tags] for record in records}


def tags_of(record_type: str, record_ids: Iterable[UUID]) -> dict[UUID, list[Tag]]:
    """Record id → its tags by name, in one statement."""
    found: dict[UUID, list[Tag]] = defaultdict(list)
    for one in taggings_of(record_type, record_ids):
        found[one.record_id].append(one.tag)
    return dict(found)


def taggings_of(record_type: str, record_ids: Iterable[UUID]) -> QuerySet[Tagging]:
    """Which tags records bear, by the name of the tag."""
    borne = Tagging.objects.filter(record_type=record_type, record_id__in=list(record_ids))
    return borne.select_related("tag").order_by("tag__name")
