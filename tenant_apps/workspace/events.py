from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text


class WorkspaceEvent(StrEnum):
    FURNISHED = "workspace.furnished"
    ORGANIZATION_CHANGED = "workspace.organization_changed"
    SERIES_START_CHANGED = "workspace.series_start_changed"
    MEMBER_MIRRORED = "workspace.member_mirrored"


SENTENCES: dict[str, Text] = {
    WorkspaceEvent.FURNISHED: _("%(subject)s was founded"),
    WorkspaceEvent.ORGANIZATION_CHANGED: _("%(actor)s changed the details of %(subject)s"),
    WorkspaceEvent.SERIES_START_CHANGED: _("%(actor)s changed the first number of invoices"),
    WorkspaceEvent.MEMBER_MIRRORED: _("%(subject)s has a place in the team"),
}
