from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class CrmEvent(StrEnum):
    COMPANY_CREATED = "crm.company_created"
    COMPANY_CHANGED = "crm.company_changed"
    COMPANY_ARCHIVED = "crm.company_archived"
    COMPANY_UNARCHIVED = "crm.company_unarchived"
    COMPANY_ASSIGNED = "crm.company_assigned"
    CONTACT_CREATED = "crm.contact_created"
    CONTACT_CHANGED = "crm.contact_changed"
    CONTACT_ARCHIVED = "crm.contact_archived"
    CONTACT_UNARCHIVED = "crm.contact_unarchived"
    PIPELINE_CREATED = "crm.pipeline_created"
    PIPELINE_CHANGED = "crm.pipeline_changed"
    PIPELINE_ARCHIVED = "crm.pipeline_archived"
    PIPELINE_UNARCHIVED = "crm.pipeline_unarchived"
    PIPELINES_ARRANGED = "crm.pipelines_arranged"
    STAGE_CREATED = "crm.stage_created"
    STAGE_CHANGED = "crm.stage_changed"
    STAGE_ARCHIVED = "crm.stage_archived"
    STAGE_UNARCHIVED = "crm.stage_unarchived"
    STAGES_ARRANGED = "crm.stages_arranged"
    DEAL_CREATED = "crm.deal_created"
    DEAL_CHANGED = "crm.deal_changed"
    DEAL_MOVED = "crm.deal_moved"
    DEAL_WON = "crm.deal_won"
    DEAL_LOST = "crm.deal_lost"
    DEAL_REOPENED = "crm.deal_reopened"
    DEAL_ARCHIVED = "crm.deal_archived"
    DEAL_UNARCHIVED = "crm.deal_unarchived"
    DEAL_PAID = "crm.deal_paid"
    DEAL_UNPAID = "crm.deal_unpaid"
    DEAL_QUESTIONED = "crm.deal_questioned"
    AUTOMATIC_MOVE_UNDONE = "crm.automatic_move_undone"
    MOVING_RULE_TURNED_ON = "crm.moving_rule_turned_on"
    MOVING_RULE_TURNED_OFF = "crm.moving_rule_turned_off"
    CONTACT_ASSIGNED = "crm.contact_assigned"
    COMPANY_MERGED = "crm.company_merged"
    COMPANY_ABSORBED = "crm.company_absorbed"
    COMPANY_MERGE_UNDONE = "crm.company_merge_undone"
    COMPANIES_TOLD_APART = "crm.companies_told_apart"
    CONTACT_MERGED = "crm.contact_merged"
    CONTACT_ABSORBED = "crm.contact_absorbed"
    CONTACT_MERGE_UNDONE = "crm.contact_merge_undone"
    CONTACTS_TOLD_APART = "crm.contacts_told_apart"
    TASK_CREATED = "crm.task_created"
    TASK_CHANGED = "crm.task_changed"
    TASK_DONE = "crm.task_done"
    TASK_REOPENED = "crm.task_reopened"
    TASK_ARCHIVED = "crm.task_archived"
    TASK_UNARCHIVED = "crm.task_unarchived"
    TASK_REMINDED = "crm.task_reminded"
    TIME_LOGGED = "crm.time_logged"
    TIME_CHANGED = "crm.time_entry_changed"
    TIME_DELETED = "crm.time_entry_deleted"
    TIME_BILLED = "crm.time_billed"
    TIME_FREED = "crm.time_freed"
    NOTE_WRITTEN = "crm.note_written"
    NOTE_CHANGED = "crm.note_changed"
    NOTE_PINNED = "crm.note_pinned"
    NOTE_UNPINNED = "crm.note_unpinned"
    NOTE_ARCHIVED = "crm.note_archived"
    NOTE_UNARCHIVED = "crm.note_unarchived"
    CONVERSATION_LOGGED = "crm.conversation_logged"
    CONVERSATION_CHANGED = "crm.conversation_changed"
    CONVERSATION_ARCHIVED = "crm.conversation_archived"
    CONVERSATION_UNARCHIVED = "crm.conversation_unarchived"
    FILE_ATTACHED = "crm.file_attached"
    ATTACHMENT_ARCHIVED = "crm.attachment_archived"
    ATTACHMENT_UNARCHIVED = "crm.attachment_unarchived"


SENTENCES = {
    CrmEvent.COMPANY_CREATED: _("%(actor)s added the company %(subject)s"),
    CrmEvent.COMPANY_CHANGED: _("%(actor)s changed the company %(subject)s"),
    CrmEvent.COMPANY_ARCHIVED: _("%(actor)s archived the company %(subject)s"),
    CrmEvent.COMPANY_UNARCHIVED: _("%(actor)s brought the company %(subject)s back from the archive"),
    CrmEvent.CONTACT_CREATED: _("%(actor)s added the contact %(subject)s"),
    CrmEvent.CONTACT_CHANGED: _("%(actor)s changed the contact %(subject)s"),
    CrmEvent.CONTACT_ARCHIVED: _("%(actor)s archived the contact %(subject)s"),
    CrmEvent.CONTACT_UNARCHIVED: _("%(actor)s brought the contact %(subject)s back from the archive"),
    CrmEvent.PIPELINE_CREATED: _("%(actor)s added the pipeline %(subject)s"),
    CrmEvent.PIPELINE_CHANGED: _("%(actor)s changed the pipeline %(subject)s"),
    CrmEvent.PIPELINE_ARCHIVED: _("%(actor)s archived the pipeline %(subject)s"),
    CrmEvent.PIPELINE_UNARCHIVED: _("%(actor)s brought the pipeline %(subject)s back from the archive"),
    CrmEvent.PIPELINES_ARRANGED: _("%(actor)s put the pipelines in another order, %(subject)s first"),
    CrmEvent.STAGE_CREATED: _("%(actor)s added the stage %(subject)s"),
    CrmEvent.STAGE_CHANGED: _("%(actor)s changed the stage %(subject)s"),
    CrmEvent.STAGE_ARCHIVED: _("%(actor)s archived the stage %(subject)s"),
    CrmEvent.STAGE_UNARCHIVED: _("%(actor)s brought the stage %(subject)s back from the archive"),
    CrmEvent.STAGES_ARRANGED: _("%(actor)s put the stages of %(subject)s in another order"),
    CrmEvent.DEAL_CREATED: _("%(actor)s added the deal %(subject)s"),
    CrmEvent.DEAL_CHANGED: _("%(actor)s changed the deal %(subject)s"),
    CrmEvent.DEAL_MOVED: _("%(actor)s moved the deal %(subject)s"),
    CrmEvent.DEAL_WON: _("%(actor)s won the deal %(subject)s"),
    CrmEvent.DEAL_LOST: _("%(actor)s marked the deal %(subject)s as lost"),
    CrmEvent.DEAL_REOPENED: _("%(actor)s reopened the deal %(subject)s"),
    CrmEvent.DEAL_ARCHIVED: _("%(actor)s archived the deal %(subject)s"),
    CrmEvent.DEAL_UNARCHIVED: _("%(actor)s brought the deal %(subject)s back from the archive"),
    CrmEvent.DEAL_PAID: _("Everything that was invoiced for the deal %(subject)s is paid"),
    CrmEvent.DEAL_UNPAID: _("The deal %(subject)s is no longer paid in full"),
    CrmEvent.DEAL_QUESTIONED: _(
        "An offer was declined, and the owner of the deal %(subject)s was asked what comes next"
    ),
    CrmEvent.AUTOMATIC_MOVE_UNDONE: _("%(actor)s undid an automatic move of the deal %(subject)s"),
    CrmEvent.MOVING_RULE_TURNED_ON: _("%(actor)s turned on the rule “%(subject)s”"),
    CrmEvent.MOVING_RULE_TURNED_OFF: _("%(actor)s turned off the rule “%(subject)s”"),
    CrmEvent.COMPANY_ASSIGNED: _("%(actor)s changed the owner of the company %(subject)s"),
    CrmEvent.CONTACT_ASSIGNED: _("%(actor)s changed the owner of the contact %(subject)s"),
    CrmEvent.COMPANY_MERGED: _("%(actor)s merged another company into %(subject)s"),
    CrmEvent.COMPANY_ABSORBED: _("%(actor)s merged the company %(subject)s into another"),
    CrmEvent.COMPANY_MERGE_UNDONE: _("%(actor)s undid a merge of the company %(subject)s"),
    CrmEvent.COMPANIES_TOLD_APART: _("%(actor)s marked %(subject)s and another company as not the same"),
    CrmEvent.CONTACT_MERGED: _("%(actor)s merged another contact into %(subject)s"),
    CrmEvent.CONTACT_ABSORBED: _("%(actor)s merged the contact %(subject)s into another"),
    CrmEvent.CONTACT_MERGE_UNDONE: _("%(actor)s undid a merge of the contact %(subject)s"),
    CrmEvent.CONTACTS_TOLD_APART: _("%(actor)s marked %(subject)s and another contact as not the same"),
    CrmEvent.TASK_CREATED: _("%(actor)s added the task %(subject)s"),
    CrmEvent.TASK_CHANGED: _("%(actor)s changed the task %(subject)s"),
    CrmEvent.TASK_DONE: _("%(actor)s did the task %(subject)s"),
    CrmEvent.TASK_REOPENED: _("%(actor)s reopened the task %(subject)s"),
    CrmEvent.TASK_ARCHIVED: _("%(actor)s archived the task %(subject)s"),
    CrmEvent.TASK_UNARCHIVED: _("%(actor)s brought the task %(subject)s back from the archive"),
    CrmEvent.TASK_REMINDED: _("A reminder of the task %(subject)s went out"),
    CrmEvent.TIME_LOGGED: _("%(actor)s logged time: %(subject)s"),
    CrmEvent.TIME_CHANGED: _("%(actor)s changed logged time: %(subject)s"),
    CrmEvent.TIME_DELETED: _("%(actor)s deleted logged time: %(subject)s"),
    CrmEvent.TIME_BILLED: _("%(actor)s billed time of %(subject)s"),
    CrmEvent.TIME_FREED: _("Time of %(subject)s is no longer billed"),
    CrmEvent.NOTE_WRITTEN: _("%(actor)s wrote the note “%(subject)s”"),
    CrmEvent.NOTE_CHANGED: _("%(actor)s changed the note “%(subject)s”"),
    CrmEvent.NOTE_PINNED: _("%(actor)s pinned the note “%(subject)s”"),
    CrmEvent.NOTE_UNPINNED: _("%(actor)s unpinned the note “%(subject)s”"),
    CrmEvent.NOTE_ARCHIVED: _("%(actor)s archived the note “%(subject)s”"),
    CrmEvent.NOTE_UNARCHIVED: _("%(actor)s brought the note “%(subject)s” back from the archive"),
    CrmEvent.CONVERSATION_LOGGED: _("%(actor)s logged the conversation “%(subject)s”"),
    CrmEvent.CONVERSATION_CHANGED: _("%(actor)s changed the conversation “%(subject)s”"),
    CrmEvent.CONVERSATION_ARCHIVED: _("%(actor)s archived the conversation “%(subject)s”"),
    CrmEvent.CONVERSATION_UNARCHIVED: _(
        "%(actor)s brought the conversation “%(subject)s” back from the archive"
    ),
    CrmEvent.FILE_ATTACHED: _("%(actor)s attached the file %(subject)s"),
    CrmEvent.ATTACHMENT_ARCHIVED: _("%(actor)s archived the file %(subject)s"),
    CrmEvent.ATTACHMENT_UNARCHIVED: _("%(actor)s brought the file %(subject)s back from the archive"),
}
