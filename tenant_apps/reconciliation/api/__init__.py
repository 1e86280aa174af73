from tenant_apps.reconciliation.api.bank import router as bank
from tenant_apps.reconciliation.api.suggestions import router as suggestions
from tenant_apps.reconciliation.api.workbench import router as workbench

__all__ = ["bank", "suggestions", "workbench"]
