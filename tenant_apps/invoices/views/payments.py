from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.asking import Asking, together
from shared_apps.core.bulgaria.iban import normalize_iban
from shared_apps.core.errors import DomainError
from shared_apps.core.http import add_refusal, done, page, partial
from shared_apps.core.ids import id_in
from shared_apps.core.permissions import Permission
from shared_apps.core.search import matching
from shared_apps.core.slots import fill, filling
from tenant_apps.activity.queries import timeline
from tenant_apps.invoices import filters, operations, queries
from tenant_apps.invoices.forms.payments import (
    AllocationForm,
    ClientForm,
    PaidForm,
    PaymentForm,
    ReasonForm,
    RefundForm,
    initial_payment,
)
from tenant_apps.invoices.models import Invoice, Payment, PaymentMethod
from tenant_apps.invoices.views import Request, today
from tenant_apps.workspace.queries import listed, profile

CANDIDATES = 8


@page(Permission.PAYMENTS_VIEW)
def payment_list(request: Request) -> HttpResponse:
    """The list; an address of old leads to today's."""
    if anew := filters.said_anew(request.GET, "received_on"):
        return redirect(f"{request.path}?{anew}")
    shown = listed("payment", request.GET, request.actor, clock.now())
    return partial(request, "invoices/payment_list.html", "list", {"list": shown})


@page(Permission.PAYMENTS_VIEW)
def payment_detail(request: Request, payment_id: UUID) -> HttpResponse:
    return _payment_page(request, payment_id, AllocationForm())


@page(Permission.PAYMENTS_RECORD)
def payment_create(request: Request) -> HttpResponse:
    """A payment alone, or (`?invoice=`) one for an invoice, with all that is known filled in."""
    invoice = _invoice_asked_for(request)
    initial = initial_payment(invoice, profile(), today(request))
    form = PaymentForm(by=request.actor, initial=initial)
    return partial(request, "invoices/payment_create.html", "panel", {"form": form, "invoice": invoice})


@payment_create.act
def record_payment(request: Request) -> HttpResponse:
    """Record it. Money that may be there already is shown first; whoever says `anyway` means another."""
    invoice, alike = _invoice_asked_for(request), []
    form = PaymentForm(request.POST, by=request.actor)
    try:
        if form.is_valid():
            alike = [] if "anyway" in request.POST else _money_alike(form.as_payment(), request)
            if not alike:
                return _recorded(request, form.as_payment(), invoice)
    except DomainError as refusal:
        add_refusal(form, refusal)
    context = {"form": form, "invoice": invoice, "alike": alike}
    return partial(request, "invoices/payment_create.html", "panel", context, status=422)


@page(Permission.PAYMENTS_RECORD)
def mark_invoice_paid(request: Request, invoice_id: UUID) -> HttpResponse:
    """Asks when and how the money came: in the side panel, or on a page of its own."""
    initial = {"received_on": today(request), "method": PaymentMethod.BANK_TRANSFER}
    return _paid_page(request, invoice_id, PaidForm(initial=initial))


@mark_invoice_paid.act
def mark_paid(request: Request, invoice_id: UUID) -> HttpResponse:
    form = PaidForm(request.POST)
    try:
        if form.is_valid():
            operations.mark_invoice_paid(
                invoice_id=invoice_id, **form.cleaned_data, by=request.actor, at=clock.now()
            )
            to = reverse("invoice_detail", args=[invoice_id])
            return done(request, to=to, message=_("The invoice is paid."), event="invoices.invoice_paid")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _paid_page(request, invoice_id, form)


@page(Permission.PAYMENTS_MATCH)
def allocate_payment(request: Request, payment_id: UUID) -> HttpResponse:
    """The invoices that the payment may be for, found by number or client."""
    return _payment_page(request, payment_id, AllocationForm(), part="candidates")


@allocate_payment.act
def allocate_payment_to_invoice(request: Request, payment_id: UUID) -> HttpResponse:
    form = AllocationForm(request.POST)
    try:
        if form.is_valid():
            operations.allocate_payment(
                payment_id=payment_id, **form.cleaned_data, by=request.actor, at=clock.now()
            )
            to = reverse("payment_detail", args=[payment_id])
            message = _("The payment was linked to the invoice.")
            return done(request, to=to, message=message, event="invoices.payment_allocated")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _payment_page(request, payment_id, form, part="candidates")


@page(Permission.PAYMENTS_MATCH)
def deallocate_payment(request: Request, payment_id: UUID, invoice_id: UUID) -> HttpResponse:
    """Asks why the payment is taken back from the invoice."""
    return _unlink_page(request, payment_id, invoice_id, ReasonForm())


@deallocate_payment.act
def deallocate_payment_with_reason(request: Request, payment_id: UUID, invoice_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    try:
        if form.is_valid():
            reason, at = form.cleaned_data["reason"], clock.now()
            payment = operations.deallocate_payment(
                payment_id=payment_id, invoice_id=invoice_id, reason=reason, by=request.actor, at=at
            )
            message = _("The payment was unlinked from the invoice.")
            return done(request, to=payment, message=message, event="invoices.payment_deallocated")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _unlink_page(request, payment_id, invoice_id, form)


@page(Permission.PAYMENTS_VOID)
def void_payment(request: Request, payment_id: UUID) -> HttpResponse:
    """Asks why the payment was a mistake."""
    return _void_page(request, payment_id, ReasonForm())


@void_payment.act
def void_payment_with_reason(request: Request, payment_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    try:
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            payment = operations.void_payment(
                payment_id=payment_id, reason=reason, by=request.actor, at=clock.now()
            )
            return done(
                request, to=payment, message=_("The payment is void."), event="invoices.payment_voided"
            )
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _void_page(request, payment_id, form)


@page(Permission.PAYMENTS_MATCH)
def set_payment_client(request: Request, payment_id: UUID) -> HttpResponse:
    """Asks whose the money is."""
    payment = queries.visible_payment(payment_id, request.actor)
    known = {"company_id": payment.company_id, "contact_id": payment.contact_id}
    return _client_page(request, payment_id, ClientForm(by=request.actor, initial=known))


@set_payment_client.act
def set_client(request: Request, payment_id: UUID) -> HttpResponse:
    form = ClientForm(request.POST, by=request.actor)
    try:
        if form.is_valid():
            payment = operations.set_payment_client(
                payment_id=payment_id, **form.cleaned_data, by=request.actor, at=clock.now()
            )
            message = _("The client of the payment was set.")
            return done(request, to=payment, message=message, event="invoices.payment_client_set")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _client_page(request, payment_id, form)


@page(Permission.PAYMENTS_REFUND)
def refund_payment(request: Request, payment_id: UUID) -> HttpResponse:
    """Asks how much went back, when and why."""
    payment = queries.visible_payment(payment_id, request.actor)
    return _refund_page(request, payment, RefundForm(payment=payment, on=today(request)))


@refund_payment.act
def refund(request: Request, payment_id: UUID) -> HttpResponse:
    payment = queries.visible_payment(payment_id, request.actor)
    form = RefundForm(request.POST, payment=payment, on=today(request))
    try:
        if form.is_valid():
            operations.refund_payment(
                payment_id=payment_id, **form.cleaned_data, by=request.actor, at=clock.now()
            )
            message = _("The refund was recorded.")
            return done(request, to=payment, message=message, event="invoices.payment_refunded")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _refund_page(request, payment, form)


@page(Permission.PAYMENTS_REFUND)
def undo_refund(request: Request, payment_id: UUID, refund_id: UUID) -> HttpResponse:
    """Asks why a refund is taken back."""
    return _undo_refund_page(request, payment_id, refund_id, ReasonForm())


@undo_refund.act
def undo_refund_with_reason(request: Request, payment_id: UUID, refund_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    try:
        if form.is_valid():
            operations.undo_refund(
                payment_id=payment_id,
                refund_id=refund_id,
                reason=form.cleaned_data["reason"],
                by=request.actor,
                at=clock.now(),
            )
            to = reverse("payment_detail", args=[payment_id])
            message = _("The refund was taken back.")
            return done(request, to=to, message=message, event="invoices.refund_undone")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _undo_refund_page(request, payment_id, refund_id, form)


def _invoice_asked_for(request: Request) -> Invoice | None:
    invoice_id = id_in(request.GET.get("invoice", ""))
    return queries.visible_invoice(invoice_id, request.actor) if invoice_id else None


def _payment_page(
    request: Request, payment_id: UUID, form: AllocationForm, part: str = "panel"
) -> HttpResponse:
    payment = queries.visible_payment(payment_id, request.actor)
    about: dict[str, Any] = {"payment": payment, "actor": request.actor}
    told, candidates, related = together(
        timeline(payment_id, by=request.actor),
        _candidates(request, payment),
        filling("payment.related", **about),
    )
    context: dict[str, Any] = {
        "payment": payment,
        "form": form,
        "related": related,
        "timeline": told,
        "parts": fill("payment.suggestions", **about) if part == "panel" else [],
        "candidates": candidates,
        "search": request.GET.get("search", ""),
    }
    status = 422 if form.errors else 200
    return partial(request, "invoices/payment_detail.html", part, context, status=status)


def _money_alike(wanted: operations.PaymentInput, request: Request) -> list[Payment]:
    return queries.money_alike(
        amount=wanted.amount,
        currency=wanted.currency,
        received_on=wanted.received_on,
        payer_iban=normalize_iban(wanted.payer_iban),
        company_id=wanted.company_id,
        contact_id=wanted.contact_id,
        actor=request.actor,
    )


def _recorded(request: Request, wanted: operations.PaymentInput, invoice: Invoice | None) -> HttpResponse:
    payment = operations.record_payment(payment=wanted, by=request.actor, at=clock.now())
    to = f"{reverse('invoice_detail', args=[invoice.pk])}?payment={payment.pk}" if invoice else payment
    message = _("The payment was recorded.")
    return done(request, to=to, message=message, event="invoices.payment_recorded")


def _candidates(request: Request, payment: Payment) -> Asking[list[Invoice]]:
    """The open invoices that the search finds, the likeliest first; none when no money is left."""
    if not payment.unallocated or not request.actor.may(Permission.PAYMENTS_MATCH):
        return []
    likely = queries.likely_invoices(payment, request.actor, on=today(request))
    (found,) = yield [matching(likely, request.GET.get("search", ""))[:CANDIDATES]]
    return found


def _paid_page(request: Request, invoice_id: UUID, form: PaidForm) -> HttpResponse:
    invoice = queries.visible_invoice(invoice_id, request.actor, on=today(request))
    context = {
        "form": form,
        "invoice": invoice,
        "waiting": queries.money_that_may_pay(invoice, request.actor),
    }
    status = 422 if form.errors else 200
    return partial(request, "invoices/mark_invoice_paid.html", "panel", context, status=status)


def _unlink_page(request: Request, payment_id: UUID, invoice_id: UUID, form: ReasonForm) -> HttpResponse:
    invoice = queries.visible_invoice(invoice_id, request.actor, on=today(request))
    payment = queries.visible_payment(payment_id, request.actor)
    context, status = {"form": form, "invoice": invoice, "payment": payment}, 422 if form.errors else 200
    return partial(request, "invoices/deallocate_payment.html", "panel", context, status=status)


def _void_page(request: Request, payment_id: UUID, form: ReasonForm) -> HttpResponse:
    context = {"form": form, "payment": queries.visible_payment(payment_id, request.actor)}
    status = 422 if form.errors else 200
    return partial(request, "invoices/void_payment.html", "panel", context, status=status)


def _client_page(request: Request, payment_id: UUID, form: ClientForm) -> HttpResponse:
    context = {"form": form, "payment": queries.visible_payment(payment_id, request.actor)}
    status = 422 if form.errors else 200
    return partial(request, "invoices/set_payment_client.html", "panel", context, status=status)


def _refund_page(request: Request, payment: Payment, form: RefundForm) -> HttpResponse:
    context, status = {"form": form, "payment": payment}, 422 if form.errors else 200
    return partial(request, "invoices/refund_payment.html", "panel", context, status=status)


def _undo_refund_page(request: Request, payment_id: UUID, refund_id: UUID, form: ReasonForm) -> HttpResponse:
    payment = queries.visible_payment(payment_id, request.actor)
    refund = payment.refunds.get(pk=refund_id, undoes=None)
    context, status = {"form": form, "payment": payment, "refund": refund}, 422 if form.errors else 200
    return partial(request, "invoices/undo_refund.html", "panel", context, status=status)
