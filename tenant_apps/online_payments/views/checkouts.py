from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.asking import answered
from shared_apps.core.errors import DomainError
from shared_apps.core.http import ActorRequest, act, add_refusal, done, page, partial
from shared_apps.core.permissions import Permission
from tenant_apps.invoices.queries import visible_invoice
from tenant_apps.online_payments import operations, queries
from tenant_apps.online_payments.forms import CardRefundForm
from tenant_apps.online_payments.slots import card_payment_of_invoice


@page(Permission.INVOICES_VIEW, to_act=Permission.CARDS_CHARGE)
def request_checkout(request: ActorRequest, invoice_id: UUID) -> HttpResponse:
    """How card payments of an invoice stand: a part of its page, which asks again while one is being
    prepared.
    """
    invoice = visible_invoice(invoice_id, request.actor)
    part = answered(card_payment_of_invoice(invoice=invoice, actor=request.actor))
    context = {"part": part, "invoice": invoice}
    return render(request, "online_payments/components/card_payment_of_invoice.html", context)


@request_checkout.act
def request_checkout_of_invoice(request: ActorRequest, invoice_id: UUID) -> HttpResponse:
    """Have the page made at Stripe; the invoice's page shows it when it is there."""
    back = reverse("invoice_detail", args=[invoice_id])
    operations.request_checkout(invoice_id=invoice_id, by=request.actor, at=clock.now())
    return done(request, to=back, message=_("The payment page is being prepared."))


@act(Permission.CARDS_CHARGE)
def ask_again(request: ActorRequest, checkout_id: UUID) -> HttpResponse:
    checkout = operations.ask_again(checkout_id=checkout_id, by=request.actor, at=clock.now())
    return done(request, to=checkout.invoice, message=_("Stripe is being asked."))


@page(Permission.PAYMENTS_REFUND)
def refund_card_payment(request: ActorRequest, payment_id: UUID) -> HttpResponse:
    """Asks how much goes back, and why."""
    card = queries.visible_card_payment(payment_id, request.actor)
    return _refund_page(request, payment_id, CardRefundForm.of(queries.refundable(card)))


@refund_card_payment.act
def refund_with_reason(request: ActorRequest, payment_id: UUID) -> HttpResponse:
    form = CardRefundForm(request.POST)
    try:
        if form.is_valid():
            operations.refund_card_payment(
                payment_id=payment_id, **form.cleaned_data, by=request.actor, at=clock.now()
            )
            to, message = reverse("payment_detail", args=[payment_id]), _("Stripe is asked to give it back.")
            return done(request, to=to, message=message, event="online_payments.card_refund_requested")
    except DomainError as refusal:
        add_refusal(form, refusal)
    return _refund_page(request, payment_id, form)


def _refund_page(request: ActorRequest, payment_id: UUID, form: CardRefundForm) -> HttpResponse:
    card = queries.visible_card_payment(payment_id, request.actor)
    context = {"form": form, "card": card, "payment": card.payment, "left": queries.refundable(card)}
    status = 422 if form.errors else 200
    return partial(request, "online_payments/refund_card_payment.html", "panel", context, status=status)
