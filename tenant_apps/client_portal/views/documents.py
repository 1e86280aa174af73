"""An invoice, a note, a proforma, as its client sees it: what it says, what is to be paid and how."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.bulgaria.iban import format_iban
from shared_apps.core.rates import seconds_to_wait
from tenant_apps.client_portal import queries, rules
from tenant_apps.client_portal.views import statements
from tenant_apps.client_portal.views.door import Request, as_file, frame, opened, too_often
from tenant_apps.invoices.models import DocumentKind, Invoice
from tenant_apps.invoices.operations import (
    e_invoice_bytes,
    invoice_pdf_bytes,
    offer_pdf_bytes,
    transfer_code_bytes,
)
from tenant_apps.invoices.queries import groups_of
from tenants.context import current_organization

PDFS_PER_MINUTE = 10  # of one link: to draw one takes far longer than to show a page


def invoice_page(request: Request) -> HttpResponse:
    """The page of an invoice, note or proforma."""
    visit, today = request.visit, clock.today(current_organization().time_zone)
    shown = queries.shown_invoice(visit.opened)
    invoice, transfer = shown.invoice, shown.transfer
    context = {
        **frame(request),
        "shown": shown,
        "invoice": invoice,
        "title": title_of(invoice),
        "status": invoice.status_on(today),
        "groups": groups_of(invoice),
        "iban": format_iban(transfer.iban) if transfer else "",
        "plain_amount": f"{transfer.amount:.2f}" if transfer else "",
        "code_url": visit.url("public_transfer_code") if transfer and transfer.is_sepa else "",
        "pay_url": visit.url("pay_public_invoice"),
        "pdf_url": visit.url("public_pdf"),
        "ubl_url": visit.url("public_ubl") if may_be_e_invoice(invoice) else "",
    }
    return render(request, "client_portal/invoice.html", context)


def title_of(invoice: Invoice) -> str:
    """What it is and its number."""
    kind = _("Advance invoice") if invoice.is_advance else DocumentKind(invoice.kind).label
    return f"{kind} {invoice.number}"


def may_be_e_invoice(invoice: Invoice) -> bool:
    return invoice.is_issued and invoice.kind != DocumentKind.PROFORMA


@opened(*rules.PERMISSIONS)
def public_pdf(request: Request) -> HttpResponse:
    """The PDF of whatever the link opens."""
    opened, now = request.visit.opened, clock.now()
    if wait := seconds_to_wait(f"portal-pdf:{opened.link.pk}", per_minute=PDFS_PER_MINUTE):
        return too_often(request, wait)
    if opened.kind in rules.STATEMENTS:
        return statements.statement_pdf(request)
    if opened.kind == rules.OFFER:
        content = offer_pdf_bytes(offer_id=opened.record.pk, by=opened.client, at=now)
        name = f"{opened.record.number}-v{opened.record.version}.pdf"
    else:
        content = invoice_pdf_bytes(invoice_id=opened.record.pk, by=opened.client, at=now)
        name = f"{opened.record.number}.pdf"
    return as_file(content, name, "application/pdf")


@opened(rules.INVOICE)
def public_ubl(request: Request) -> HttpResponse:
    """The e-invoice, for the client's accountant."""
    opened = request.visit.opened
    content = e_invoice_bytes(invoice_id=opened.record.pk, by=opened.client)
    return as_file(content, f"{opened.record.number}.xml", "application/xml")


@opened(rules.INVOICE)
def public_transfer_code(request: Request) -> HttpResponse:
    """The code by which a bank's app pays what is left."""
    opened = request.visit.opened
    content = transfer_code_bytes(invoice_id=opened.record.pk, by=opened.client)
    if content is None:
        raise ObjectDoesNotExist()
    return HttpResponse(content, content_type="image/png", headers={"Content-Disposition": "inline"})
