"""Every read of reconciliation."""

from tenant_apps.reconciliation.queries.matching import client_of_invoice as client_of_invoice
from tenant_apps.reconciliation.queries.matching import invoice_facts as invoice_facts
from tenant_apps.reconciliation.queries.matching import payment_facts as payment_facts
from tenant_apps.reconciliation.queries.payers import Client as Client
from tenant_apps.reconciliation.queries.payers import client_of_iban as client_of_iban
from tenant_apps.reconciliation.queries.payers import clients_paid_for as clients_paid_for
from tenant_apps.reconciliation.queries.payers import known_payers as known_payers
from tenant_apps.reconciliation.queries.suggestions import Advice as Advice
from tenant_apps.reconciliation.queries.suggestions import Suggestion as Suggestion
from tenant_apps.reconciliation.queries.suggestions import advice_for as advice_for
from tenant_apps.reconciliation.queries.suggestions import advice_for_many as advice_for_many
from tenant_apps.reconciliation.queries.suggestions import suggestions_for as suggestions_for
from tenant_apps.reconciliation.queries.suggestions import suggestions_for_many as suggestions_for_many
