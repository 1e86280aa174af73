"""A small rest of an invoice that is not waited for."""

from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import add_refusal, done, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import operations, queries
from tenant_apps.invoices.forms.payments import ReasonForm, WriteOffForm
from tenant_apps.invoices.models import WriteOffKind
from tenant_apps.invoices.views import Request


@page(Permission.INVOICES_WRITE_OFF)
def write_off(request: Request, invoice_id: UUID) -> HttpResponse:
    """Asks how much is not waited for any more, and why."""
    invoice = queries.visible_invoice(invoice_id, request.actor)
    start = {"amount": invoice.outstanding, "kind": WriteOffKind.BANK_FEE}
    return _page(request, invoice_id, WriteOffForm(initial=start), "write_off")


@write_off.act
def write_off_with_reason(request: Request, invoice_id: UUID) -> HttpResponse:
    form = WriteOffForm(request.POST)
    try:
        if form.is_valid():
            written_off = operations.write_off(
                invoice_id=invoice_id, **form.cleaned_data, by=request.actor, at=clock.now()
            )
            message = _("The rest was written off.")
            return done(
                request, to=written_off.invoice, message=message, event="invoices.invoice_written_off"
            )
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _page(request, invoice_id, form, "write_off")


@page(Permission.INVOICES_WRITE_OFF)
def undo_write_off(request: Request, invoice_id: UUID) -> HttpResponse:
    """Asks why the rest is waited for again."""
    return _page(request, invoice_id, ReasonForm(), "undo_write_off")


@undo_write_off.act
def undo_write_off_with_reason(request: Request, invoice_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    try:
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            invoice = operations.undo_write_off(
                invoice_id=invoice_id, reason=reason, by=request.actor, at=clock.now()
            )
            message = _("The invoice waits for the whole again.")
            return done(request, to=invoice, message=message, event="invoices.write_off_undone")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _page(request, invoice_id, form, "undo_write_off")


def _page(request: Request, invoice_id: UUID, form: Form, name: str) -> HttpResponse:
    invoice = queries.visible_invoice(invoice_id, request.actor)
    context, status = {"form": form, "invoice": invoice}, 422 if form.errors else 200
    return partial(request, f"invoices/{name}.html", "panel", context, status=status)
