from datetime import datetime

from shared_apps.core.actors import Actor
from shared_apps.core.operation import operation
from tenant_apps.workspace.models import SavedView


@operation(permission=None, event=None, why="how one likes a page is one's own affair")
def remember_layout(*, entity: str, query: str, by: Actor, at: datetime) -> SavedView:
    """Keep how the person arranged a page (`query`: the part of the address after `?`), for the next time."""
    kept, _created = SavedView.objects.update_or_create(
        entity=entity,
        owner_id=by.id,
        is_default=True,
        defaults={"query": query, "updated_at": at},
        create_defaults={"query": query, "name": entity, "created_at": at, "updated_at": at},
    )
    return kept
