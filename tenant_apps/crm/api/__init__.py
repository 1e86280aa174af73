"""The API of the app, one router for each noun."""

from tenant_apps.crm.api.automatic import router as automation
from tenant_apps.crm.api.clients import router as router
from tenant_apps.crm.api.deals import router as deals
from tenant_apps.crm.api.merges import router as merges
from tenant_apps.crm.api.notes import router as notes
from tenant_apps.crm.api.tasks import router as tasks
from tenant_apps.crm.api.time import router as time

__all__ = ["automation", "deals", "merges", "notes", "router", "tasks", "time"]
