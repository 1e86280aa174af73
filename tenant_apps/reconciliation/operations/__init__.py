"""Payments matched with invoices."""

from tenant_apps.reconciliation.operations.matching import Matching as Matching
from tenant_apps.reconciliation.operations.matching import match_payments as match_payments
from tenant_apps.reconciliation.operations.matching import settle_matching as settle_matching
