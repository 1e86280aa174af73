from django.urls import path

from tenant_apps.reconciliation.views import suggestions

PAYMENT = "payments/<uuid:payment_id>"

urlpatterns = [
    path(f"{PAYMENT}/suggestions/", suggestions.payment_suggestions, name="payment_suggestions"),
]
