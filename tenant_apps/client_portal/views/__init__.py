"""What a client link opens; each kind of record has its own module."""

from django.http import HttpResponse

from tenant_apps.client_portal import rules
from tenant_apps.client_portal.views import documents, offers, statements
from tenant_apps.client_portal.views.door import Request, note_opening, opened

PAGES = {
    rules.INVOICE: documents.invoice_page,
    rules.OFFER: offers.offer_page,
    rules.COMPANY: statements.statement_page,
    rules.CONTACT: statements.statement_page,
}


@opened(*PAGES)
def public_page(request: Request) -> HttpResponse:
    """What the link opens, as its client sees it."""
    response = PAGES[request.visit.opened.kind](request)
    note_opening(request)
    return response
