"""Payments matched with invoices, and what their links teach."""

from tenant_apps.reconciliation.operations.accepting import accept_suggestion as accept_suggestion
from tenant_apps.reconciliation.operations.matching import Matching as Matching
from tenant_apps.reconciliation.operations.matching import match_payments as match_payments
from tenant_apps.reconciliation.operations.matching import settle_matching as settle_matching
from tenant_apps.reconciliation.operations.matching import share_out_matching as share_out_matching
from tenant_apps.reconciliation.operations.payers import learn_payers as learn_payers
