"""Tags of rows: added to those that a record bears."""

from datetime import datetime
from uuid import UUID

from shared_apps.core.actors import Actor
from tenant_apps.workspace.operations import set_tags
from tenant_apps.workspace.queries import tags_of


def add_tags(entity: str, record_id: UUID, names: list[str], by: Actor, at: datetime) -> list[str]:
    """Let the record bear these tags too; the names of those that it did not bear."""
    borne = tags_of(entity, [record_id]).get(record_id, [])
    known = {tag.name.lower() for tag in borne}
    new = [name[:60] for name in names if name[:60].lower() not in known]
    if new:
        set_tags(
            record_type=entity,
            record_id=record_id,
            tag_ids=[tag.pk for tag in borne],
            new_names=new,
            by=by,
            at=at,
        )
    return new


def drop_tags(entity: str, record_id: UUID, names: list[str], by: Actor, at: datetime) -> None:
    """Take these tags off the record."""
    unwanted = {name.lower() for name in names}
    kept = [
        tag.pk for tag in tags_of(entity, [record_id]).get(record_id, []) if tag.name.lower() not in unwanted
    ]
    set_tags(record_type=entity, record_id=record_id, tag_ids=kept, by=by, at=at)
