from uuid import UUID

from tenant_apps.workspace.models import SavedView


def layout_of(entity: str, user_id: UUID | None) -> str:
    """How a person last arranged a page for themselves, as the part of the address after `?`."""
    rows = SavedView.objects.filter(entity=entity, owner_id=user_id, is_default=True)
    return rows.values_list("query", flat=True).first() or "" if user_id else ""
