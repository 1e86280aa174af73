from django.http import HttpResponse
from django.shortcuts import render

from shared_apps.core.http import page
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import queries
from tenant_apps.invoices.views import Request


@page(Permission.RECORDS_VIEW_ALL)
def series_audit(request: Request) -> HttpResponse:
    """Whether the numbers of every series are whole, with what is wrong where something is."""
    audits = queries.audit_series(request.actor)
    context = {"audits": audits, "is_right": all(audit.is_right for audit in audits)}
    return render(request, "invoices/series_audit.html", context)
