"""Bank accounts, statements, their rows, and the lines that they brought."""

from tenant_apps.reconciliation.queries.lines import LineTotal as LineTotal
from tenant_apps.reconciliation.queries.lines import ids_explained_by_rule as ids_explained_by_rule
from tenant_apps.reconciliation.queries.lines import ids_of_unexplained_lines as ids_of_unexplained_lines
from tenant_apps.reconciliation.queries.lines import line_candidates as line_candidates
from tenant_apps.reconciliation.queries.lines import lines_of_statement as lines_of_statement
from tenant_apps.reconciliation.queries.lines import live_rules as live_rules
from tenant_apps.reconciliation.queries.lines import lock_line as lock_line
from tenant_apps.reconciliation.queries.lines import look_alikes as look_alikes
from tenant_apps.reconciliation.queries.lines import recorded_elsewhere as recorded_elsewhere
from tenant_apps.reconciliation.queries.lines import refundable_payments as refundable_payments
from tenant_apps.reconciliation.queries.lines import rules_with_counts as rules_with_counts
from tenant_apps.reconciliation.queries.lines import unexplained_lines as unexplained_lines
from tenant_apps.reconciliation.queries.lines import unexplained_totals as unexplained_totals
from tenant_apps.reconciliation.queries.lines import visible_line as visible_line
from tenant_apps.reconciliation.queries.lines import visible_lines as visible_lines
from tenant_apps.reconciliation.queries.lines import waiting_lines as waiting_lines
from tenant_apps.reconciliation.queries.statements import accounts_with_facts as accounts_with_facts
from tenant_apps.reconciliation.queries.statements import all_accounts as all_accounts
from tenant_apps.reconciliation.queries.statements import failed_rows as failed_rows
from tenant_apps.reconciliation.queries.statements import last_alike as last_alike
from tenant_apps.reconciliation.queries.statements import own_accounts as own_accounts
from tenant_apps.reconciliation.queries.statements import own_ibans as own_ibans
from tenant_apps.reconciliation.queries.statements import statement_parts as statement_parts
from tenant_apps.reconciliation.queries.statements import visible_row as visible_row
from tenant_apps.reconciliation.queries.statements import visible_statement as visible_statement
from tenant_apps.reconciliation.queries.statements import visible_statements as visible_statements
