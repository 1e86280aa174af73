"""What happens to statements and their lines. Links between payments and invoices are told by `invoices`."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import Text


class BankEvent(StrEnum):
    ACCOUNT_CREATED = "reconciliation.bank_account_created"
    ACCOUNT_CHANGED = "reconciliation.bank_account_changed"
    ACCOUNT_ARCHIVED = "reconciliation.bank_account_archived"
    ACCOUNT_UNARCHIVED = "reconciliation.bank_account_unarchived"
    STATEMENT_UPLOADED = "reconciliation.statement_uploaded"
    STATEMENT_MAPPED = "reconciliation.statement_mapped"
    STATEMENT_STARTED = "reconciliation.statement_started"
    STATEMENT_REHEARSED = "reconciliation.statement_rehearsed"
    STATEMENT_IMPORTED = "reconciliation.statement_imported"
    STATEMENT_STOPPED = "reconciliation.statement_stopped"
    STATEMENT_DISCARDED = "reconciliation.statement_discarded"
    STATEMENT_UNDO_STARTED = "reconciliation.statement_undo_started"
    STATEMENT_UNDONE = "reconciliation.statement_undone"
    ROW_CORRECTED = "reconciliation.statement_row_corrected"
    ROW_DISMISSED = "reconciliation.statement_row_dismissed"
    LINE_EXPLAINED = "reconciliation.bank_line_explained"
    LINE_REOPENED = "reconciliation.bank_line_reopened"
    LINE_REVERSED = "reconciliation.bank_line_reversed"
    RULE_CREATED = "reconciliation.line_rule_created"
    RULE_CHANGED = "reconciliation.line_rule_changed"
    RULE_ARCHIVED = "reconciliation.line_rule_archived"
    RULE_UNARCHIVED = "reconciliation.line_rule_unarchived"
    RULE_TAKEN_BACK = "reconciliation.line_rule_taken_back"
    CERTAIN_ACCEPTED = "reconciliation.certain_accepted"
    DECISION_STOPPED = "reconciliation.decision_stopped"
    DECISION_UNDO_STARTED = "reconciliation.decision_undo_started"
    DECISION_UNDONE = "reconciliation.decision_undone"


SENTENCES: dict[str, Text] = {
    BankEvent.ACCOUNT_CREATED: _("%(actor)s added the bank account %(subject)s"),
    BankEvent.ACCOUNT_CHANGED: _("%(actor)s changed the bank account %(subject)s"),
    BankEvent.ACCOUNT_ARCHIVED: _("%(actor)s archived the bank account %(subject)s"),
    BankEvent.ACCOUNT_UNARCHIVED: _("%(actor)s took the bank account %(subject)s back into use"),
    BankEvent.STATEMENT_UPLOADED: _("%(actor)s brought in the statement %(subject)s"),
    BankEvent.STATEMENT_MAPPED: _("%(actor)s said what the columns of %(subject)s mean"),
    BankEvent.STATEMENT_STARTED: _("%(actor)s started the import of the statement %(subject)s"),
    BankEvent.STATEMENT_REHEARSED: _("The import of the statement %(subject)s was rehearsed"),
    BankEvent.STATEMENT_IMPORTED: _("The statement %(subject)s was imported"),
    BankEvent.STATEMENT_STOPPED: _("The import of the statement %(subject)s was stopped"),
    BankEvent.STATEMENT_DISCARDED: _("%(actor)s discarded the statement %(subject)s"),
    BankEvent.STATEMENT_UNDO_STARTED: _("%(actor)s began to take the statement %(subject)s back"),
    BankEvent.STATEMENT_UNDONE: _("The statement %(subject)s was taken back"),
    BankEvent.ROW_CORRECTED: _("%(actor)s corrected an entry of the statement %(subject)s"),
    BankEvent.ROW_DISMISSED: _("%(actor)s left out an entry of the statement %(subject)s"),
    BankEvent.LINE_EXPLAINED: _("%(actor)s said what the line of %(subject)s is"),
    BankEvent.LINE_REOPENED: _("%(actor)s took back what the line of %(subject)s is"),
    BankEvent.LINE_REVERSED: _("The bank took back the line of %(subject)s"),
    BankEvent.RULE_CREATED: _("%(actor)s added the rule %(subject)s for bank lines"),
    BankEvent.RULE_CHANGED: _("%(actor)s changed the rule %(subject)s for bank lines"),
    BankEvent.RULE_ARCHIVED: _("%(actor)s archived the rule %(subject)s for bank lines"),
    BankEvent.RULE_UNARCHIVED: _("%(actor)s took the rule %(subject)s for bank lines back into use"),
    BankEvent.RULE_TAKEN_BACK: _("%(actor)s took back what the rule %(subject)s said"),
    BankEvent.CERTAIN_ACCEPTED: _("%(actor)s accepted all that is certain at the workbench"),
    BankEvent.DECISION_STOPPED: _(
        "Stopped at the workbench, because whoever began it may decide no more: %(subject)s"
    ),
    BankEvent.DECISION_UNDO_STARTED: _("%(actor)s began to take back at the workbench: %(subject)s"),
    BankEvent.DECISION_UNDONE: _("%(actor)s took back at the workbench: %(subject)s"),
}
