"""What Stripe knows of a payment enters the ledger: whatever is not booked yet, in whichever order it is
told.

Each movement of money has its `external_key` (`stripe:<id at Stripe>`), so telling it again books nothing.
Locks: the checkout, then the payment, then its invoices.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from shared_apps.core.actors import Actor
from shared_apps.core.clock import day_in
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from tenant_apps.activity.operations import record
from tenant_apps.invoices.models import Invoice, Payment, PaymentMethod
from tenant_apps.invoices.operations import (
    AllocationInput,
    AlreadyRecorded,
    PaymentInput,
    allocate_payments,
    record_payment,
)
from tenant_apps.invoices.queries import lock_invoice, lock_payment
from tenant_apps.online_payments import rules
from tenant_apps.online_payments.events import CardPaymentEvent, CheckoutEvent
from tenant_apps.online_payments.models import CardPayment, Checkout, CheckoutState, PaymentStatus
from tenant_apps.online_payments.operations.checkouts import close_pages
from tenant_apps.online_payments.operations.telling import tell_people
from tenant_apps.online_payments.queries import checkouts_of_invoice, is_ours, lock_checkout
from tenants.context import current_organization

EVIDENCE = "online_payment"
NONE = Decimal("0.00")
PAID_TWICE = "card_payment_left"


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="Stripe says the same more than once")
def settle_checkout(
    *,
    session: rules.SessionFacts,
    intent: rules.IntentFacts | None,
    connection_id: UUID,
    by: Actor,
    at: datetime,
) -> bool:
    """Bring a checkout up to what Stripe says of its page and its payment; says whether that was news.

    An answer that was asked for before the last one is older, and changes nothing but what it says was paid.
    """
    checkout = _checkout_named(session.named, session.id)
    if checkout is None:
        return False
    standing = rules.standing_of(session, intent)
    is_newer = checkout.asked_at is None or session.as_of > checkout.asked_at
    is_news = False
    if intent is not None and standing.payment_status == PaymentStatus.PAID:
        is_news = _book(intent, checkout, connection_id, by, at)
    elif is_newer:
        is_news = _move(checkout, session, standing, by, at)
    if is_newer:
        checkout.asked_at = session.as_of
        checkout.save(update_fields=["asked_at"])
    return is_news


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="Stripe says the same more than once")
def book_card_payment(*, intent: rules.IntentFacts, connection_id: UUID, by: Actor, at: datetime) -> bool:
    """Book money that Stripe has for us and give it to its invoice; says whether that was news.

    What the invoice no longer owes stays the client's credit, and people are told.
    """
    if intent.status != rules.SUCCEEDED or not is_ours(intent.named):
        return False
    return _book(intent, _checkout_named(intent.named), connection_id, by, at)


# The checkout and its money
# -----------------------------------------------------------------------------------------------------------


def _checkout_named(named: rules.Named | None, session_id: str = "") -> Checkout | None:
    """The checkout, locked; None where there is none such, or the page at Stripe is not its page."""
    if named is None or not is_ours(named):
        return None
    found = Checkout.objects.filter(pk=named.checkout_id, invoice_id=named.invoice_id).first()
    if found is None:
        return None
    checkout = lock_checkout(found.pk)
    if session_id and checkout.session_id is None:
        checkout.session_id = session_id  # Stripe was quicker than the job that made the page
        checkout.save(update_fields=["session_id"])
    return checkout if not session_id or checkout.session_id == session_id else None


def _move(
    checkout: Checkout, session: rules.SessionFacts, standing: rules.Standing, by: Actor, at: datetime
) -> bool:
    """The checkout without its money: processing, expired or failed. An open page moves nothing."""
    before = (checkout.state, checkout.payment_status)
    is_over = checkout.is_settled and not checkout.is_processing
    if standing.state == CheckoutState.OPEN or checkout.is_paid or is_over:
        return False
    checkout.state = CheckoutState(standing.state)
    checkout.payment_status = PaymentStatus(standing.payment_status)
    checkout.intent_id, checkout.url, checkout.updated_at = session.intent_id or checkout.intent_id, "", at
    checkout.is_settled = not checkout.is_processing
    checkout.save()
    if checkout.is_processing:
        close_pages(checkouts_of_invoice(checkout.invoice_id).exclude(pk=checkout.pk), by, at)
    if before == (checkout.state, checkout.payment_status):
        return False
    events = {CheckoutState.COMPLETED: CheckoutEvent.PROCESSING, CheckoutState.FAILED: CheckoutEvent.FAILED}
    event = events.get(checkout.state, CheckoutEvent.EXPIRED)
    record(event=event, subject=checkout, by=by, at=at, parent=checkout.invoice)
    return True


def _book(
    intent: rules.IntentFacts, checkout: Checkout | None, connection_id: UUID, by: Actor, at: datetime
) -> bool:
    known = CardPayment.objects.filter(intent_id=intent.id, asked_at__lt=intent.as_of)
    if CardPayment.objects.filter(intent_id=intent.id).exists():
        known.filter(fee=None).update(fee=intent.fee, fee_currency=intent.fee_currency, updated_at=at)
        known.update(asked_at=intent.as_of)
        return False
    invoice = checkout.invoice if checkout else None
    payment, is_new = _post(intent, invoice, by, at)
    if checkout is not None:
        _complete(checkout, payment, intent, by, at)
    card = CardPayment.objects.create(
        payment=payment,
        connection_id=checkout.connection_id if checkout else connection_id,
        checkout=checkout,
        intent_id=intent.id,
        charge_id=intent.charge_id,
        is_live=intent.is_live,
        amount=intent.amount,
        currency=intent.currency,
        fee=intent.fee,
        fee_currency=intent.fee_currency,
        means=intent.means,
        asked_at=intent.as_of,
        created_at=at,
        updated_at=at,
    )
    told = {"amount": card.amount, "is_live": card.is_live}
    record(event=CardPaymentEvent.BOOKED, subject=card, by=by, at=at, parent=payment, new=told)
    if is_new:
        _give(payment, card, invoice, by, at)
    return True


def _complete(
    checkout: Checkout, payment: Payment, intent: rules.IntentFacts, by: Actor, at: datetime
) -> None:
    checkout.state, checkout.payment_status = CheckoutState.COMPLETED, PaymentStatus.PAID
    checkout.payment, checkout.intent_id, checkout.url, checkout.error = payment, intent.id, "", ""
    checkout.is_settled, checkout.completed_at, checkout.updated_at = True, at, at
    checkout.save()
    record(event=CheckoutEvent.COMPLETED, subject=checkout, by=by, at=at, parent=checkout.invoice)


def _post(
    intent: rules.IntentFacts, invoice: Invoice | None, by: Actor, at: datetime
) -> tuple[Payment, bool]:
    """The payment in the ledger, and whether it came through this door."""
    number = (invoice.number or "") if invoice else ""
    wanted = PaymentInput(
        amount=intent.amount,
        currency=intent.currency,
        received_on=day_in(current_organization().time_zone, intent.received_at),
        method=PaymentMethod.STRIPE,
        reference=number if intent.is_live else f"TEST {number}",
        payer_name=invoice.buyer.get("name", "") if invoice else "",
        company_id=invoice.company_id if invoice else None,
        contact_id=invoice.contact_id if invoice else None,
        external_key=f"stripe:{intent.id}",
    )
    try:
        return record_payment(payment=wanted, by=by, at=at), True
    except AlreadyRecorded as known:
        return lock_payment(known.payment_id, by), False


def _give(payment: Payment, card: CardPayment, invoice: Invoice | None, by: Actor, at: datetime) -> None:
    """Give the money to its invoice, as far as that still owes it; the rest is the client's credit."""
    owed = NONE
    if invoice is not None:
        locked = lock_invoice(invoice.pk, by)
        owed = min(locked.outstanding, payment.amount) if locked.currency == payment.currency else NONE
    if owed and invoice is not None:
        evidence = ({"signal": EVIDENCE, "value": card.intent_id},)
        wanted = AllocationInput(payment.pk, invoice.pk, owed, evidence)
        allocate_payments(wanted=[wanted], by=by, at=at)
    if owed < payment.amount:
        with override(current_organization().language):
            text = _(
                "%(amount)s came by card for %(invoice)s, more than it owes: the rest is the client's credit."
            )
            told = text % {"amount": str(card), "invoice": str(invoice or "—")}
        url = card.get_absolute_url()
        tell_people(kind=PAID_TWICE, because=card, url=url, invoice=invoice, text=told, by=by, at=at)
