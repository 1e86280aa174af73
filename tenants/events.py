from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class OrganizationEvent(StrEnum):
    FOUNDED = "tenants.organization_founded"
    SUSPENDED = "tenants.organization_suspended"
    RESUMED = "tenants.organization_resumed"


SENTENCES = {
    OrganizationEvent.FOUNDED: _("%(actor)s founded the organization %(subject)s"),
    OrganizationEvent.SUSPENDED: _("%(actor)s suspended the organization %(subject)s"),
    OrganizationEvent.RESUMED: _("%(actor)s resumed the organization %(subject)s"),
}
