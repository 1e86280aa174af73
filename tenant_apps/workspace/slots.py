"""What this app shows on the pages of lower ones, and what it adds to every list: people and tags."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shared_apps.core.listing import Column, Extension, Field, Kind, Listing, Reading, Test
from tenant_apps.workspace.models import Member, Tagging
from tenant_apps.workspace.queries import tags, tags_of


def people_of_the_audit() -> list[tuple[UUID, str]]:
    """Everybody whose deeds the audit page can be narrowed to, by name; those who left too."""
    return [(member.user_id, str(member)) for member in Member.objects.order_by("name", "id")]


def people_of_lists(*, reading: Reading) -> list[tuple[str, str]]:
    """Everybody whom a list can be asked for, by name; asked once for each reading."""
    if "people" not in reading.memory:
        reading.memory["people"] = [(str(user_id), name) for user_id, name in people_of_the_audit()]
    found: list[tuple[str, str]] = reading.memory["people"]
    return found


def tags_of_lists(listing: Listing, reading: Reading) -> Extension:
    """The tags of a list's records: a field and a column."""
    if not listing.has_tags:
        return Extension()

    def borne(records: Sequence[Any], reading: Reading) -> Mapping[Any, Any]:
        return tags_of(listing.entity, [record.pk for record in records])

    def where(test: Test) -> Q:
        return _tagged(listing.entity, test)

    return Extension(
        fields=(Field("tags", _("Tags"), Kind.TAGS, choices=tag_choices, where=where),),
        columns=(Column("tags", _("Tags"), Kind.TAGS, many=borne, is_shown=False),),
    )


def tag_choices(reading: Reading) -> list[tuple[str, str]]:
    """Every tag by name; asked once for each reading."""
    if "tags" not in reading.memory:
        reading.memory["tags"] = [(str(tag.pk), tag.name) for tag in tags()]
    found: list[tuple[str, str]] = reading.memory["tags"]
    return found


def _tagged(entity: str, test: Test) -> Q:
    """Rows that bear tags as the test wants, without a join that would show a row twice."""
    of_entity = Tagging.objects.filter(record_type=entity)
    if test.operator in ("empty", "filled"):
        some = Q(pk__in=of_entity.values("record_id"))
        return some if test.operator == "filled" else ~some
    if test.operator == "all":
        wanted = Q()
        for tag_id in test.values:
            wanted &= Q(pk__in=of_entity.filter(tag_id=tag_id).values("record_id"))
        return wanted
    bearing = Q(pk__in=of_entity.filter(tag_id__in=test.values).values("record_id"))
    return bearing if test.operator == "any" else ~bearing
