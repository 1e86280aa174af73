from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text


class WorkspaceEvent(StrEnum):
    FURNISHED = "workspace.furnished"
    ORGANIZATION_CHANGED = "workspace.organization_changed"
    SERIES_START_CHANGED = "workspace.series_start_changed"
    SERIES_ADDED = "workspace.series_added"
    MEMBER_MIRRORED = "workspace.member_mirrored"
    TAG_CREATED = "workspace.tag_created"
    TAG_CHANGED = "workspace.tag_changed"
    TAGS_MERGED = "workspace.tags_merged"
    TAG_DELETED = "workspace.tag_deleted"
    RECORD_TAGGED = "workspace.record_tagged"
    VIEW_SAVED = "workspace.view_saved"
    VIEW_CHANGED = "workspace.view_changed"
    VIEW_DELETED = "workspace.view_deleted"
    BULK_STARTED = "workspace.bulk_started"
    BULK_UNDONE = "workspace.bulk_undone"
    LIST_EXPORTED = "workspace.list_exported"
    FIELD_CREATED = "workspace.field_created"
    FIELD_CHANGED = "workspace.field_changed"
    FIELD_ARCHIVED = "workspace.field_archived"
    FIELD_UNARCHIVED = "workspace.field_unarchived"
    FIELD_DELETED = "workspace.field_deleted"
    FIELDS_ARRANGED = "workspace.fields_arranged"


SENTENCES: dict[str, Text] = {
    WorkspaceEvent.FURNISHED: _("%(subject)s was founded"),
    WorkspaceEvent.ORGANIZATION_CHANGED: _("%(actor)s changed the details of %(subject)s"),
    WorkspaceEvent.SERIES_START_CHANGED: _("%(actor)s changed the first number of invoices"),
    WorkspaceEvent.SERIES_ADDED: _("%(actor)s opened the number series %(subject)s"),
    WorkspaceEvent.MEMBER_MIRRORED: _("%(subject)s has a place in the team"),
    WorkspaceEvent.TAG_CREATED: _("%(actor)s made the tag %(subject)s"),
    WorkspaceEvent.TAG_CHANGED: _("%(actor)s changed the tag %(subject)s"),
    WorkspaceEvent.TAGS_MERGED: _("%(actor)s merged a tag into %(subject)s"),
    WorkspaceEvent.TAG_DELETED: _("%(actor)s deleted the tag %(subject)s"),
    WorkspaceEvent.RECORD_TAGGED: _("%(actor)s changed the tags of %(subject)s"),
    WorkspaceEvent.VIEW_SAVED: _("%(actor)s saved the view %(subject)s"),
    WorkspaceEvent.VIEW_CHANGED: _("%(actor)s changed the view %(subject)s"),
    WorkspaceEvent.VIEW_DELETED: _("%(actor)s deleted the view %(subject)s"),
    WorkspaceEvent.BULK_STARTED: _("%(actor)s changed many records: %(subject)s"),
    WorkspaceEvent.BULK_UNDONE: _("%(actor)s undid a change of many records: %(subject)s"),
    WorkspaceEvent.LIST_EXPORTED: _("%(actor)s exported a list: %(subject)s"),
    WorkspaceEvent.FIELD_CREATED: _("%(actor)s added the field %(subject)s"),
    WorkspaceEvent.FIELD_CHANGED: _("%(actor)s changed the field %(subject)s"),
    WorkspaceEvent.FIELD_ARCHIVED: _("%(actor)s archived the field %(subject)s"),
    WorkspaceEvent.FIELD_UNARCHIVED: _("%(actor)s brought back the field %(subject)s"),
    WorkspaceEvent.FIELD_DELETED: _("%(actor)s deleted the field %(subject)s for good"),
    WorkspaceEvent.FIELDS_ARRANGED: _("%(actor)s arranged the fields of a form"),
}
