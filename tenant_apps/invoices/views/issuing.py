from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.errors import DomainError
from shared_apps.core.http import act, add_refusal, done, is_htmx, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.crm.models import AutomaticMove
from tenant_apps.crm.queries import win_by_document
from tenant_apps.invoices import operations
from tenant_apps.invoices.forms.payments import ReasonForm
from tenant_apps.invoices.forms.sending import LetterForm
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.queries import visible_invoice
from tenant_apps.invoices.views import Request, today
from tenant_apps.invoices.views.invoices import document_page


@act(Permission.INVOICES_ISSUE)
def issue_invoice(request: Request, invoice_id: UUID) -> HttpResponse:
    """A draft that breaks rules comes back with what is wrong beside its paper."""
    try:
        invoice = operations.issue_invoice(invoice_id=invoice_id, by=request.actor, at=clock.now())
    except operations.DocumentInvalid:
        if is_htmx(request):
            raise
        draft = visible_invoice(invoice_id, request.actor, on=today(request))
        return document_page(request, draft, was_refused=True)
    message, undo = _("Invoice %(number)s was issued."), ""
    if won := _win_to_undo(invoice, request):
        message = _("Invoice %(number)s was issued, and with it the deal “%(deal)s” is won.")
        undo = reverse("undo_automatic_move", args=[won.pk])
    told = message % {"number": invoice.number, "deal": won.deal if won else ""}
    return done(request, to=invoice, message=told, event="invoices.invoice_issued", undo=undo)


@page(Permission.INVOICES_SEND)
def send_invoice(request: Request, invoice_id: UUID) -> HttpResponse:
    """The letter as it usually is, to be changed before it leaves."""
    invoice = visible_invoice(invoice_id, request.actor, on=today(request))
    if not invoice.is_issued:
        raise operations.NotIssued()
    return _send_page(request, invoice, LetterForm.of(invoice))


@send_invoice.act
def send_invoice_with_letter(request: Request, invoice_id: UUID) -> HttpResponse:
    """Send it: with the letter that was typed, or as usual where nothing was (a button elsewhere)."""
    form = LetterForm(request.POST)
    if "subject" not in request.POST:
        return _sent(
            request, operations.send_invoice(invoice_id=invoice_id, by=request.actor, at=clock.now())
        )
    try:
        if form.is_valid():
            invoice = operations.send_invoice(
                invoice_id=invoice_id, letter=form.letter(), by=request.actor, at=clock.now()
            )
            return _sent(request, invoice)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _send_page(request, visible_invoice(invoice_id, request.actor, on=today(request)), form)


def _sent(request: Request, invoice: Invoice) -> HttpResponse:
    message = _("Invoice %(number)s is on its way to the client.") % {"number": invoice.number}
    return done(request, to=invoice, message=message, event="invoices.invoice_sent")


def _send_page(request: Request, invoice: Invoice, form: LetterForm) -> HttpResponse:
    context = {"form": form, "invoice": invoice}
    status = 422 if form.errors else 200
    return partial(request, "invoices/send_invoice.html", "panel", context, status=status)


@page(Permission.INVOICES_ANNUL)
def annul_invoice(request: Request, invoice_id: UUID) -> HttpResponse:
    """Asks for the reason: in the side panel, or on a page of its own."""
    return _annul_page(request, invoice_id, ReasonForm())


@annul_invoice.act
def annul_invoice_with_reason(request: Request, invoice_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    try:
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            invoice = operations.annul_invoice(
                invoice_id=invoice_id, reason=reason, by=request.actor, at=clock.now()
            )
            return _annulled(request, invoice)
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _annul_page(request, invoice_id, form)


def _annulled(request: Request, invoice: Invoice) -> HttpResponse:
    """Says, too, that the deal which it won is still won, and offers to undo that."""
    message, undo = _("Invoice %(number)s was annulled."), ""
    if won := _win_to_undo(invoice, request):
        message = _("Invoice %(number)s was annulled. The deal “%(deal)s” that it won stays won.")
        undo = reverse("undo_automatic_move", args=[won.pk])
    told = message % {"number": invoice.number, "deal": won.deal if won else ""}
    return done(request, to=invoice, message=told, event="invoices.invoice_annulled", undo=undo)


def _win_to_undo(invoice: Invoice, request: Request) -> AutomaticMove | None:
    """How the invoice won its deal, for one who may undo it."""
    if invoice.deal_id is None or not request.actor.may(Permission.DEALS_EDIT):
        return None
    return win_by_document(invoice.pk, request.actor)


def _annul_page(request: Request, invoice_id: UUID, form: ReasonForm) -> HttpResponse:
    invoice = visible_invoice(invoice_id, request.actor, on=today(request))
    context = {"form": form, "invoice": invoice}
    return partial(
        request, "invoices/annul_invoice.html", "panel", context, status=422 if form.errors else 200
    )
