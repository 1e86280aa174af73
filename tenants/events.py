from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class OrganizationEvent(StrEnum):
    FOUNDED = "tenants.organization_founded"
    SUSPENDED = "tenants.organization_suspended"
    RESUMED = "tenants.organization_resumed"
    RENAMED = "tenants.organization_renamed"
    ADDRESS_FREED = "tenants.address_freed"
    ARCHIVE_ASKED = "tenants.archive_asked"
    EXPORTED = "tenants.organization_exported"
    ARCHIVE_TAKEN = "tenants.archive_taken"
    ARCHIVE_FORGOTTEN = "tenants.archive_forgotten"
    RESTORED = "tenants.organization_restored"
    CLOSED = "tenants.organization_closed"
    REOPENED = "tenants.organization_reopened"
    ERASED = "tenants.organization_erased"


SENTENCES = {
    OrganizationEvent.FOUNDED: _("%(actor)s founded the organization %(subject)s"),
    OrganizationEvent.SUSPENDED: _("%(actor)s suspended the organization %(subject)s"),
    OrganizationEvent.RESUMED: _("%(actor)s resumed the organization %(subject)s"),
    OrganizationEvent.RENAMED: _("%(actor)s moved the organization %(subject)s to another address"),
    OrganizationEvent.ADDRESS_FREED: _("The old address %(subject)s was freed"),
    OrganizationEvent.ARCHIVE_ASKED: _("%(actor)s asked for an archive of %(subject)s"),
    OrganizationEvent.EXPORTED: _("%(actor)s made an archive of %(subject)s"),
    OrganizationEvent.ARCHIVE_TAKEN: _("%(actor)s downloaded the archive %(subject)s"),
    OrganizationEvent.ARCHIVE_FORGOTTEN: _("%(actor)s deleted the archive %(subject)s"),
    OrganizationEvent.RESTORED: _("%(actor)s restored the organization %(subject)s from an archive"),
    OrganizationEvent.CLOSED: _("%(actor)s closed the organization %(subject)s"),
    OrganizationEvent.REOPENED: _("%(actor)s reopened the organization %(subject)s"),
    OrganizationEvent.ERASED: _("%(actor)s erased the data of %(subject)s"),
}
