"""What this app shows on the pages of lower ones."""

from uuid import UUID

from tenant_apps.workspace.models import Member


def people_of_the_audit() -> list[tuple[UUID, str]]:
    """Everybody whose deeds the audit page can be narrowed to, by name; those who left too."""
    return [(member.user_id, str(member)) for member in Member.objects.order_by("name", "id")]
