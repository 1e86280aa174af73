from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import act, done, form_page, page
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import Deal
from tenant_apps.crm.queries import visible_deal
from tenant_apps.invoices import operations
from tenant_apps.invoices.forms import drafts as forms
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.queries import visible_invoice
from tenant_apps.invoices.views import Request, today
from tenant_apps.workspace.queries import profile


@page(Permission.INVOICES_EDIT)
def invoice_create(request: Request) -> HttpResponse:
    organization = profile()
    rate, written = forms.usual_rate(organization), None
    chosen = {name: request.GET[name] for name in ("company_id", "contact_id") if request.GET.get(name)}
    if deal := _deal(request):
        draft = operations.draft_of_deal(deal)
        chosen, written = forms.initial_of_draft(draft), forms.initial_lines(draft.items)
    form = forms.InvoiceForm(by=request.actor, initial=forms.initial_draft(organization, **chosen))
    lines = forms.InvoiceLines(initial=written, vat_rate=rate)
    return _form_page(request, "invoices/invoice_create.html", form, lines)


@invoice_create.act
def create_invoice(request: Request) -> HttpResponse:
    form, lines = _typed(request)
    try:
        if form.is_valid() & lines.is_valid():
            draft = forms.as_draft(form, lines)
            invoice = operations.create_invoice(draft=draft, by=request.actor, at=clock.now())
            return done(
                request, to=invoice, message=_("The draft was saved."), event="invoices.invoice_created"
            )
    except DomainError as refusal:
        forms.add_draft_refusal(form, lines, refusal)
    return _form_page(request, "invoices/invoice_create.html", form, lines)


@page(Permission.INVOICES_EDIT)
def invoice_edit(request: Request, invoice_id: UUID) -> HttpResponse:
    invoice = visible_invoice(invoice_id, request.actor, on=today(request))
    if not invoice.is_draft:
        return redirect(invoice)
    initial = forms.initial_of(invoice)
    form = forms.InvoiceForm(by=request.actor, initial=initial, deal_id=invoice.deal_id)
    written = forms.initial_lines(invoice.items.all())
    lines = forms.InvoiceLines(initial=written, vat_rate=forms.usual_rate(profile()))
    return _form_page(request, "invoices/invoice_edit.html", form, lines, invoice)


@invoice_edit.act
def change_invoice(request: Request, invoice_id: UUID) -> HttpResponse:
    invoice = visible_invoice(invoice_id, request.actor, on=today(request))
    form, lines = _typed(request, invoice)
    try:
        if form.is_valid() & lines.is_valid():
            change = forms.as_change(form, lines)
            operations.change_invoice(invoice_id=invoice_id, change=change, by=request.actor, at=clock.now())
            return done(
                request, to=invoice, message=_("The draft was saved."), event="invoices.invoice_changed"
            )
    except DomainError as refusal:
        forms.add_draft_refusal(form, lines, refusal)
    return _form_page(request, "invoices/invoice_edit.html", form, lines, invoice)


@act(Permission.INVOICES_EDIT)
def delete_draft_invoice(request: Request, invoice_id: UUID) -> HttpResponse:
    operations.delete_draft_invoice(invoice_id=invoice_id, by=request.actor, at=clock.now())
    return done(
        request, to="invoice_list", message=_("The draft was deleted."), event="invoices.invoice_deleted"
    )


@act(Permission.INVOICES_EDIT)
def duplicate_invoice(request: Request, invoice_id: UUID) -> HttpResponse:
    draft = operations.duplicate_invoice(invoice_id=invoice_id, by=request.actor, at=clock.now())
    message = _("This is a new draft with the same client and lines.")
    return done(request, to=draft, message=message, event="invoices.invoice_created")


def _deal(request: Request) -> Deal | None:
    """The deal that the address names, for its invoice."""
    wanted = request.GET.get("deal")
    if not wanted or not request.actor.may(Permission.DEALS_VIEW):
        return None
    try:
        return visible_deal(UUID(wanted), request.actor)
    except ValueError:
        return None


def _typed(request: Request, invoice: Invoice | None = None) -> tuple[forms.InvoiceForm, forms.InvoiceLines]:
    """What came back from the form's page."""
    lines = forms.InvoiceLines(request.POST, vat_rate=forms.usual_rate(profile()))
    deal_id = invoice.deal_id if invoice else None
    return forms.InvoiceForm(request.POST, by=request.actor, deal_id=deal_id), lines


def _form_page(
    request: Request,
    template: str,
    form: forms.InvoiceForm,
    lines: forms.InvoiceLines,
    invoice: Invoice | None = None,
) -> HttpResponse:
    """The form with its lines and what they come to: 422 when either came back with errors."""
    context: dict[str, Any] = {"lines": lines, "totals": lines.totals(), "invoice": invoice}
    answer = form_page(request, template, form, context)
    if lines.is_bound and not lines.is_valid():
        answer.status_code = 422
    return answer
