"""The API of the app, one router for each noun."""

from tenant_apps.invoices.api.books import router as books
from tenant_apps.invoices.api.documents import router as invoices
from tenant_apps.invoices.api.offers import router as offers
from tenant_apps.invoices.api.payments import router as payments
from tenant_apps.invoices.api.recurring import router as recurring_invoices

__all__ = ["books", "invoices", "offers", "payments", "recurring_invoices"]
