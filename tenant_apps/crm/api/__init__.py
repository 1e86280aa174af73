"""The API of the app, one router for each noun."""

from tenant_apps.crm.api.clients import router as router
from tenant_apps.crm.api.deals import router as deals
