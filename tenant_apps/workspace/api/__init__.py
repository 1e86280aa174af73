"""The API of the app, one router for each noun."""

from tenant_apps.workspace.api.lists import router as lists
from tenant_apps.workspace.api.organization import router as router
from tenant_apps.workspace.api.tags import router as tags

__all__ = ["lists", "router", "tags"]
