from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, QuerySet

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


def tags_of(record_type: str, record_ids: Iterable[UUID]) -> dict[UUID, list[Tag]]:
    """Record id → its tags by name, in one statement."""
    found: dict[UUID, list[Tag]] = defaultdict(list)
    borne = Tagging.objects.filter(record_type=record_type, record_id__in=list(record_ids))
    for one in borne.select_related("tag").order_by("tag__name"):
        found[one.record_id].append(one.tag)
    return dict(found)
