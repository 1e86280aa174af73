from tenant_apps.reconciliation.models.payers import KnownPayer as KnownPayer
