"""What card payments show on the pages of invoices and payments."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.asking import Asking
from shared_apps.core.permissions import Permission
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.online_payments.connection_texts import error_words
from tenant_apps.online_payments.models import (
    CardPayment,
    Checkout,
    CheckoutState,
    DisputeState,
    RefundState,
)
from tenant_apps.online_payments.operations import EVIDENCE
from tenant_apps.online_payments.queries import (
    card_payment_of,
    checkouts_of_invoice,
    connections_that_charge,
    refundable,
    settings_that_are_on,
)
from tenant_apps.online_payments.rules import is_stuck as is_page_stuck

SHOWN = 5


@dataclass(frozen=True)
class CardPaymentOfInvoice:
    """The newest checkouts of an invoice: open, processing, paid. `is_awaited`: the page of the newest one is
    being made and will be there in a moment.
    """

    invoice: Invoice
    checkouts: tuple[Checkout, ...]
    may_request: bool
    is_awaited: bool
    template: str = "online_payments/components/card_payment_of_invoice.html"

    @property
    def newest(self) -> Checkout | None:
        return self.checkouts[0] if self.checkouts else None

    @property
    def failure(self) -> str:
        """Why the newest one failed, in words."""
        newest = self.newest
        return error_words(newest.error) if newest and newest.error and newest.state == "failed" else ""


@dataclass(frozen=True)
class CardPaymentOfPayment:
    """What Stripe knows of a payment, its refunds and disputes, and where it is given back."""

    card: CardPayment
    may_refund: bool
    template: str = "online_payments/components/card_payment_of_payment.html"

    @property
    def is_disputed(self) -> bool:
        return any(one.state == DisputeState.OPEN for one in self.card.disputes.all())

    @property
    def refunds(self) -> list[tuple[Any, str]]:
        """Each with why it failed."""
        return [
            (one, error_words(one.error) if one.error and one.state == RefundState.FAILED else "")
            for one in self.card.refunds.all()
        ]


def card_payment_of_invoice(
    *, invoice: Invoice, actor: Actor, **unknown: Any
) -> Asking[CardPaymentOfInvoice | None]:
    """None for an invoice that nobody wanted to pay by card or can, and for one who may not see payments."""
    if invoice.is_draft or not actor.may(Permission.PAYMENTS_VIEW):
        return None
    found, on, accounts = yield [
        checkouts_of_invoice(invoice.pk)[:SHOWN],
        settings_that_are_on(),
        connections_that_charge(),
    ]
    newest, now = found[:1], clock.now()
    is_stuck = any(is_page_stuck(one.state, one.created_at, now) for one in newest)
    is_going_on = any(one.is_live_page or one.is_processing for one in newest) and not is_stuck
    is_awaited = any(one.state == CheckoutState.PREPARING for one in newest) and not is_stuck
    is_payable = bool(invoice.outstanding) and actor.may(Permission.CARDS_CHARGE) and not is_going_on
    may_request = is_payable and bool(on) and bool(accounts)
    if not found and not may_request:
        return None
    return CardPaymentOfInvoice(invoice, tuple(found), may_request, is_awaited)


def card_payment_of_payment(*, payment: Payment, actor: Actor, **unknown: Any) -> CardPaymentOfPayment | None:
    """None for money that did not come through Stripe."""
    card = card_payment_of(payment.pk)
    if card is None:
        return None
    may_refund = actor.may(Permission.PAYMENTS_REFUND) and card.connection.is_held and not payment.voided_at
    return CardPaymentOfPayment(card, may_refund and refundable(card) > 0)


def evidence(*, signal: str, value: str) -> str | None:
    """Why a payment through Stripe was linked to its invoice, in words."""
    return (
        _("Paid on the payment page of this invoice (%(id)s).") % {"id": value}
        if signal == EVIDENCE
        else None
    )
