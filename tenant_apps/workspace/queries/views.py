from uuid import UUID

from django.db.models import Q, QuerySet

from shared_apps.core.actors import Actor
from tenant_apps.workspace.models import SavedView


def saved_views(actor: Actor, entity: str = "") -> QuerySet[SavedView]:
    """The actor's own views and the team's, the pinned first."""
    theirs = Q(owner_id=actor.id) if actor.id else Q()
    found = SavedView.objects.filter(Q(owner_id=None) | theirs)
    found = found.filter(entity=entity) if entity else found
    return found.order_by("-is_pinned", "position", "name", "id")


def saved_view(view_id: UUID, actor: Actor) -> SavedView:
    """One view; `DoesNotExist` for one of somebody else."""
    return saved_views(actor).get(pk=view_id)
