from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from shared_apps.core.http import page
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import queries
from tenant_apps.invoices.adapters import render_annulment_pdf, written_annulment
from tenant_apps.invoices.views import Request


@page(Permission.INVOICES_VIEW)
def annulment_protocol(request: Request, annulled_id: UUID) -> HttpResponse:
    """The protocol of an annulled document, as it prints, and the way to what takes its place."""
    annulment = queries.annulment_of(annulled_id, request.actor)
    sheet = written_annulment(queries.annulment_paper(annulment), annulment.invoice.language)
    context = {"annulment": annulment, "invoice": annulment.invoice, "sheet": sheet}
    return render(request, "invoices/annulment_protocol.html", context)


@page(Permission.INVOICES_VIEW)
def annulment_pdf(request: Request, annulled_id: UUID) -> HttpResponse:
    """The protocol as PDF, made anew each time: a replacement may follow."""
    annulment = queries.annulment_of(annulled_id, request.actor)
    content = render_annulment_pdf(queries.annulment_paper(annulment), annulment.invoice.language)
    headers = {"Content-Disposition": f'inline; filename="{annulment.invoice.number}-protocol.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
