from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class CrmEvent(StrEnum):
    COMPANY_CREATED = "crm.company_created"
    COMPANY_CHANGED = "crm.company_changed"
    COMPANY_ARCHIVED = "crm.company_archived"
    COMPANY_UNARCHIVED = "crm.company_unarchived"
    CONTACT_CREATED = "crm.contact_created"
    CONTACT_CHANGED = "crm.contact_changed"
    CONTACT_ARCHIVED = "crm.contact_archived"
    CONTACT_UNARCHIVED = "crm.contact_unarchived"


SENTENCES = {
    CrmEvent.COMPANY_CREATED: _("%(actor)s added the company %(subject)s"),
    CrmEvent.COMPANY_CHANGED: _("%(actor)s changed the company %(subject)s"),
    CrmEvent.COMPANY_ARCHIVED: _("%(actor)s archived the company %(subject)s"),
    CrmEvent.COMPANY_UNARCHIVED: _("%(actor)s brought the company %(subject)s back from the archive"),
    CrmEvent.CONTACT_CREATED: _("%(actor)s added the contact %(subject)s"),
    CrmEvent.CONTACT_CHANGED: _("%(actor)s changed the contact %(subject)s"),
    CrmEvent.CONTACT_ARCHIVED: _("%(actor)s archived the contact %(subject)s"),
    CrmEvent.CONTACT_UNARCHIVED: _("%(actor)s brought the contact %(subject)s back from the archive"),
}
