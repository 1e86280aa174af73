from django.urls import path

from tenant_apps.reconciliation.views import (
    accounts,
    decisions,
    line_rules,
    lines,
    statements,
    suggestions,
    workbench,
)

urlpatterns = [
    path(
        "payments/<uuid:payment_id>/suggestions/", suggestions.payment_suggestions, name="payment_suggestions"
    ),
    path("workbench/", workbench.workbench, name="workbench"),
    path("workbench/certain/", workbench.certain_list, name="certain_list"),
    path("workbench/certain/accept/", decisions.accept_certain, name="accept_certain"),
    path("workbench/undo/", decisions.undo_last_decision, name="undo_last_decision"),
    path("workbench/decisions/<uuid:decision_id>/", workbench.decision_detail, name="decision_detail"),
    path("workbench/decisions/<uuid:decision_id>/undo/", decisions.undo_decision, name="undo_decision"),
    path("workbench/<uuid:item_id>/", workbench.waiting_detail, name="waiting_detail"),
    path("workbench/<uuid:item_id>/accept/", decisions.accept_candidate, name="accept_candidate"),
    path("workbench/<uuid:item_id>/split/", decisions.split_payment, name="split_payment"),
    path("workbench/<uuid:item_id>/client/", decisions.give_to_client, name="give_to_client"),
    path("workbench/<uuid:item_id>/mark/", decisions.mark_waiting, name="mark_waiting"),
    path("workbench/<uuid:item_id>/same/", decisions.recognize_payment, name="recognize_payment"),
    path("workbench/<uuid:item_id>/record/", decisions.record_waiting, name="record_waiting"),
    path("workbench/<uuid:item_id>/refund/", decisions.recognize_refund, name="recognize_refund"),
    path("workbench/<uuid:item_id>/rule/", decisions.make_rule_from_line, name="make_rule_from_line"),
    path("bank/statements/", statements.statement_list, name="statement_list"),
    path("bank/statements/new/", statements.statement_create, name="statement_create"),
    path("bank/statements/<uuid:statement_id>/", statements.statement_detail, name="statement_detail"),
    path(
        "bank/statements/<uuid:statement_id>/columns/", statements.statement_mapping, name="statement_mapping"
    ),
    path("bank/statements/<uuid:statement_id>/import/", statements.import_statement, name="import_statement"),
    path("bank/statements/<uuid:statement_id>/resume/", statements.resume_statement, name="resume_statement"),
    path(
        "bank/statements/<uuid:statement_id>/discard/", statements.discard_statement, name="discard_statement"
    ),
    path("bank/statements/<uuid:statement_id>/undo/", statements.undo_statement, name="undo_statement"),
    path("bank/statements/<uuid:statement_id>/file/", statements.statement_file, name="statement_file"),
    path("bank/rows/<uuid:row_id>/", statements.statement_row, name="statement_row"),
    path("bank/rows/<uuid:row_id>/dismiss/", statements.dismiss_statement_row, name="dismiss_statement_row"),
    path("bank/lines/", lines.bank_line_list, name="bank_line_list"),
    path("bank/lines/<uuid:line_id>/", lines.bank_line_detail, name="bank_line_detail"),
    path("bank/lines/<uuid:line_id>/mark/", lines.mark_bank_line, name="mark_bank_line"),
    path("bank/lines/<uuid:line_id>/reopen/", lines.reopen_bank_line, name="reopen_bank_line"),
    path("bank/lines/<uuid:line_id>/explain/", lines.explain_by_payment, name="explain_by_payment"),
    path("bank/lines/<uuid:line_id>/record/", lines.record_line_payment, name="record_line_payment"),
    path("bank/lines/<uuid:line_id>/refund/", lines.explain_as_refund, name="explain_as_refund"),
    path("settings/bank-accounts/", accounts.bank_account_list, name="bank_account_list"),
    path("settings/bank-accounts/new/", accounts.bank_account_create, name="bank_account_create"),
    path(
        "settings/bank-accounts/<uuid:bank_account_id>/", accounts.bank_account_edit, name="bank_account_edit"
    ),
    path(
        "settings/bank-accounts/<uuid:bank_account_id>/archive/",
        accounts.archive_bank_account,
        name="archive_bank_account",
    ),
    path(
        "settings/bank-accounts/<uuid:bank_account_id>/unarchive/",
        accounts.unarchive_bank_account,
        name="unarchive_bank_account",
    ),
    path("settings/bank-rules/", line_rules.line_rule_list, name="line_rule_list"),
    path("settings/bank-rules/new/", line_rules.line_rule_create, name="line_rule_create"),
    path("settings/bank-rules/apply/", line_rules.apply_line_rules, name="apply_line_rules"),
    path("settings/bank-rules/<uuid:rule_id>/", line_rules.line_rule_edit, name="line_rule_edit"),
    path(
        "settings/bank-rules/<uuid:rule_id>/archive/", line_rules.archive_line_rule, name="archive_line_rule"
    ),
    path(
        "settings/bank-rules/<uuid:rule_id>/unarchive/",
        line_rules.unarchive_line_rule,
        name="unarchive_line_rule",
    ),
    path(
        "settings/bank-rules/<uuid:rule_id>/take-back/",
        line_rules.take_back_line_rule,
        name="take_back_line_rule",
    ),
]
