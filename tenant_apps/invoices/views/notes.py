"""Documents that others lead to: notes, the invoice of a proforma, advances taken off."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import act, add_refusal, done, page, partial
from shared_apps.core.ids import ids_in
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import operations, rules
from tenant_apps.invoices.forms.payments import ReasonForm
from tenant_apps.invoices.queries import visible_invoice
from tenant_apps.invoices.views import Request, today


@page(Permission.INVOICES_EDIT)
def note_create(request: Request, invoice_id: UUID) -> HttpResponse:
    """Asks why: `?kind=credit_note` or `debit_note`, in the side panel or on a page of its own."""
    return _note_page(request, invoice_id, ReasonForm())


@note_create.act
def create_note(request: Request, invoice_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    try:
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            note = operations.create_note(
                invoice_id=invoice_id, kind=_kind(request), reason=reason, by=request.actor, at=clock.now()
            )
            message = _("This is the draft of the note. Cut it down to what it amends, then issue it.")
            return done(request, to=reverse("invoice_edit", args=[note.pk]), message=message)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _note_page(request, invoice_id, form)


@act(Permission.INVOICES_EDIT)
def follow_proforma(request: Request, invoice_id: UUID) -> HttpResponse:
    is_advance = bool(request.POST.get("is_advance"))
    draft = operations.follow_proforma(
        invoice_id=invoice_id, is_advance=is_advance, by=request.actor, at=clock.now()
    )
    return done(request, to=draft, message=_("This is the draft of the invoice for the proforma."))


@act(Permission.INVOICES_EDIT)
def deduct_advances(request: Request, invoice_id: UUID) -> HttpResponse:
    wanted = ids_in(request.POST.getlist("advance_ids"))
    draft = operations.deduct_advances(
        invoice_id=invoice_id, advance_ids=wanted, by=request.actor, at=clock.now()
    )
    return done(request, to=draft, message=_("The advances were taken off."))


def _kind(request: Request) -> str:
    said = request.GET.get("kind", "")
    return said if said in rules.NOTES else rules.CREDIT_NOTE


def _note_page(request: Request, invoice_id: UUID, form: ReasonForm) -> HttpResponse:
    invoice = visible_invoice(invoice_id, request.actor, on=today(request))
    context = {"invoice": invoice, "form": form, "is_credit": _kind(request) == rules.CREDIT_NOTE}
    status = 422 if form.errors else 200
    return partial(request, "invoices/note_create.html", "panel", context, status=status)
