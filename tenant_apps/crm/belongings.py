"""What goes over when two companies or two contacts are merged."""

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text
from shared_apps.core.merging import Belonging, moves_with
from tenant_apps.crm.models import (
    Address,
    Attachment,
    Company,
    Contact,
    ContactDetail,
    Conversation,
    Deal,
    DealContact,
    Note,
    Task,
    TimeEntry,
)
from tenant_apps.sharing.models import MemberRecordPermission
from tenant_apps.workspace.models import CustomValue, Tagging

_OF_BOTH: tuple[tuple[type[Model], Text], ...] = (
    (Task, _("Tasks")),
    (Note, _("Notes")),
    (Conversation, _("Conversations")),
    (Attachment, _("Files")),
    (ContactDetail, _("Further e-mails, phones and links")),
    (Address, _("Further addresses")),
)
_BY_RECORD = (
    Belonging(Tagging, "record_id", _("Tags"), once_for=("tag_id",)),
    Belonging(CustomValue, "record_id", _("Custom fields"), once_for=("field_id",)),
    Belonging(MemberRecordPermission, "object_pk", _("Shared with"), once_for=("user_id", "permission_id")),
)


def name_belongings() -> None:
    """Register them; apps above name their own."""
    moves_with(
        "company",
        Belonging(Contact, "company_id", _("Contacts")),
        Belonging(Deal, "company_id", _("Deals")),
        Belonging(TimeEntry, "company_id", _("Time")),
        Belonging(Company, "parent_id", _("Companies below")),
        Belonging(Company, "merged_into_id", _("Merged before")),
        *(Belonging(model, "company_id", title) for model, title in _OF_BOTH),
        *_BY_RECORD,
    )
    moves_with(
        "contact",
        Belonging(DealContact, "contact_id", _("Deals"), once_for=("deal_id",), gives_way=True),
        Belonging(Contact, "merged_into_id", _("Merged before")),
        *(Belonging(model, "contact_id", title) for model, title in _OF_BOTH),
        *_BY_RECORD,
    )
