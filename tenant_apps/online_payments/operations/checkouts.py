"""The page at Stripe where an invoice is paid: asked for, opened, retired.

Locks: a checkout, then payments, then invoices. Only who opens a page locks the invoice first: nobody can
hold a checkout whose page has never been.
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor, ActorKind
from shared_apps.core.errors import Refused
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.jobs.operations import enqueue, set_next_due
from tenant_apps.activity.operations import record
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.queries import email_of_buyer, lock_invoice, visible_invoice
from tenant_apps.online_payments import rules
from tenant_apps.online_payments.events import CheckoutEvent
from tenant_apps.online_payments.models import Checkout, CheckoutState, PaymentStatus, StripeConnection
from tenant_apps.online_payments.models.checkouts import LIVE
from tenant_apps.online_payments.queries import (
    accepts_cards,
    checkouts_of_invoice,
    is_payment_on_its_way,
    live_checkout_of,
    lock_checkout,
    outdated_invoices,
    way_back,
    working_connection,
)
from tenants.context import current_organization
from tenants.hosts import address_of

# Stripe keeps a page open for half an hour at least. One that no worker came to open in time is not opened.
OPEN_FOR, MUST_BE_OPEN_WITHIN = timedelta(hours=2), timedelta(minutes=80)
# When a page is over and no webhook has said so, Stripe is asked.
ASKED_AFTER_END = timedelta(minutes=2)
ASKED_AGAIN_AFTER = timedelta(seconds=5)


class NotConnected(Refused):
    code = "not_connected"
    message = _("There is no Stripe account whose keys work.")
    conflict = True


class CardsNotTaken(Refused):
    code = "cards_not_taken"
    message = _("Card payments are turned off.")
    conflict = True


class NothingToPay(Refused):
    code = "nothing_to_pay"
    message = _("This invoice owes nothing.")
    conflict = True


class PaymentOnItsWay(Refused):
    code = "payment_on_its_way"
    message = _("A payment of this invoice is on its way. Please wait until it has arrived.")
    conflict = True


class CheckoutBusy(Refused):
    code = "checkout_busy"
    message = _("Somebody else is paying this invoice at this moment. Try again.")
    conflict = True


class NotChargeable(Refused):
    code = "not_chargeable"
    message = _("Stripe cannot charge this amount in this currency.")


@operation(permission=None, event=None, why="the page that is open already is given again")
def request_checkout(*, invoice_id: UUID, by: Actor, at: datetime) -> Checkout:
    """Have a page made where the invoice is paid by card: what it owes now. A job asks Stripe for it.

    Who asks twice, or at the same time, gets the same page. By a member, or by the client whose link opens
    the invoice; whoever pays comes back the same way. Raises `CardsNotTaken`, `NothingToPay`,
    `PaymentOnItsWay`, `NotChargeable`.
    """
    if by.kind is not ActorKind.CLIENT:
        by.require(Permission.CARDS_CHARGE)
    invoice = visible_invoice(invoice_id, by)
    connection = working_connection()
    if connection is None or not accepts_cards():
        raise CardsNotTaken()
    _check(invoice)
    wanted = _checkout(invoice, connection, by, at)
    kept = _only_one(wanted, by, at)
    if kept.pk == wanted.pk:
        enqueue("open_checkout", by=by, key=f"open_checkout:{kept.pk}", checkout_id=str(kept.pk))
        record(
            event=CheckoutEvent.REQUESTED,
            subject=kept,
            by=by,
            at=at,
            parent=invoice,
            new={"amount": kept.amount, "currency": kept.currency, "is_live": kept.is_live},
        )
    return kept


@operation(permission=None, event=None, why="what Stripe answers is told")
def ask_again(*, checkout_id: UUID, by: Actor, at: datetime) -> Checkout:
    """Have a job ask Stripe what became of a checkout, for one who waits and whose webhook has not come.

    Asked again within a few seconds, nothing more is done. Raises `DoesNotExist` where the actor may not
    look.
    """
    if by.kind is not ActorKind.CLIENT:
        by.require(Permission.CARDS_CHARGE)
    checkout = lock_checkout(checkout_id)
    visible_invoice(checkout.invoice_id, by)
    is_fresh = checkout.asked_at is not None and at - checkout.asked_at < ASKED_AGAIN_AFTER
    if checkout.session_id and not checkout.is_settled and not is_fresh:
        moment = int(at.timestamp()) // int(ASKED_AGAIN_AFTER.total_seconds())
        key = f"refresh_checkout:{checkout.pk}:{moment}"
        enqueue("refresh_checkout", by=by, key=key, checkout_id=str(checkout.pk))
    return checkout


@operation(permission=Permission.CARDS_CHARGE, event=None, why="an invoice without a page has none to close")
def retire_checkouts(*, invoice_id: UUID, by: Actor, at: datetime) -> int:
    """Close the page of an invoice that owes another amount by now, or nothing; says how many that were.

    A job closes it at Stripe. Should it be paid there all the same, the money is booked as the client's
    credit.
    """
    if not outdated_invoices([invoice_id]):
        return 0
    return close_pages(checkouts_of_invoice(invoice_id), by, at)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="it begins; that the page is open is told")
def begin_session(*, checkout_id: UUID, by: Actor, at: datetime) -> rules.SessionOrder | None:
    """What to ask Stripe for; None when the page is not wanted any more, or was made already.

    Money that is given to the invoice at this moment is waited for: a page never asks for what is paid.
    """
    invoice_id = Checkout.objects.values_list("invoice_id", flat=True).get(pk=checkout_id)
    invoice = lock_invoice(invoice_id, by)
    checkout = lock_checkout(checkout_id)
    if checkout.state != CheckoutState.PREPARING or checkout.session_id:
        return None
    if not checkout.connection.is_working or invoice.outstanding != checkout.amount:
        _end(checkout, CheckoutState.EXPIRED, CheckoutEvent.RETIRED, by, at)
        return None
    if at - checkout.created_at > MUST_BE_OPEN_WITHIN:
        _end(checkout, CheckoutState.FAILED, CheckoutEvent.FAILED, by, at, error="too_late")
        return None
    return _order(checkout, invoice)


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="Stripe may answer twice")
def note_session_opened(
    *, checkout_id: UUID, session: rules.SessionFacts, by: Actor, at: datetime
) -> Checkout:
    """Stripe made the page. When it is no longer wanted by now, a job closes it again."""
    checkout = lock_checkout(checkout_id)
    if checkout.session_id:
        return checkout
    checkout.session_id, checkout.expires_at, checkout.updated_at = session.id, session.expires_at, at
    if checkout.state == CheckoutState.PREPARING:
        checkout.state, checkout.url = CheckoutState.OPEN, session.url
        record(event=CheckoutEvent.OPENED, subject=checkout, by=by, at=at, parent=checkout.invoice)
        _ask_at_the_end(checkout, by, at)
    else:
        checkout.is_settled = False
        key = f"close_checkout:{checkout.pk}:opened"
        enqueue("close_checkout", by=by, key=key, checkout_id=str(checkout.pk))
    checkout.save()
    return checkout


@operation(permission=Permission.PLATFORM_OPERATE, event=None, why="one that is over is left alone")
def note_session_refused(*, checkout_id: UUID, error: str, by: Actor, at: datetime) -> Checkout:
    """Stripe did not make the page; `error` is its code."""
    checkout = lock_checkout(checkout_id)
    if checkout.state == CheckoutState.PREPARING:
        _end(checkout, CheckoutState.FAILED, CheckoutEvent.FAILED, by, at, error=error)
    return checkout


@operation(
    permission=Permission.PLATFORM_OPERATE, event=None, why="what was paid is told by whoever books it"
)
def note_out_of_sight(*, checkout_id: UUID, error: str, by: Actor, at: datetime) -> None:
    """Stripe can no longer be asked about this checkout (its keys were withdrawn there), and its time is
    over.
    """
    checkout = lock_checkout(checkout_id)
    if checkout.is_settled or checkout.expires_at > at or checkout.is_processing:
        return
    if checkout.is_live_page:
        _end(checkout, CheckoutState.EXPIRED, CheckoutEvent.EXPIRED, by, at, error=error)
    checkout.is_settled = True
    checkout.save(update_fields=["is_settled"])


def give_up(checkout_id: UUID, error: str, by: Actor, at: datetime) -> None:
    """Nobody will hear what becomes of this checkout."""
    checkout = lock_checkout(checkout_id)
    if checkout.is_processing:
        checkout.payment_status = PaymentStatus.FAILED
        _end(checkout, CheckoutState.FAILED, CheckoutEvent.FAILED, by, at, error=error)
    elif checkout.is_live_page:
        _end(checkout, CheckoutState.EXPIRED, CheckoutEvent.EXPIRED, by, at, error=error)
    checkout.is_settled = True
    checkout.save(update_fields=["is_settled"])


def close_pages(found: QuerySet[Checkout], by: Actor, at: datetime) -> int:
    """Nobody is led to those of these pages that can be paid on, and a job closes them at Stripe; says how
    many.
    """
    closing = (
        found.filter(state__in=LIVE).select_related("invoice").select_for_update(of=("self",)).order_by("id")
    )
    closed = list(closing)
    for checkout in closed:
        checkout.retired_at = at
        _end(checkout, CheckoutState.EXPIRED, CheckoutEvent.RETIRED, by, at)
        if checkout.session_id:
            enqueue(
                "close_checkout", by=by, key=f"close_checkout:{checkout.pk}", checkout_id=str(checkout.pk)
            )
    return len(closed)


def _end(
    checkout: Checkout, state: CheckoutState, event: CheckoutEvent, by: Actor, at: datetime, error: str = ""
) -> None:
    """The page is over, as far as we are concerned. One that Stripe has heard of is not settled yet."""
    checkout.state, checkout.url, checkout.error, checkout.updated_at = state, "", error[:60], at
    checkout.is_settled = not checkout.session_id
    checkout.save()
    record(event=event, subject=checkout, by=by, at=at, parent=checkout.invoice, new={"error": error})


def _check(invoice: Invoice) -> None:
    if not invoice.outstanding:
        raise NothingToPay()
    if is_payment_on_its_way(invoice.pk):
        raise PaymentOnItsWay()
    try:
        rules.to_minor(invoice.outstanding, invoice.currency)
    except rules.FewerPlaces:
        raise NotChargeable() from None


def _checkout(invoice: Invoice, connection: StripeConnection, by: Actor, at: datetime) -> Checkout:
    return Checkout(
        invoice=invoice,
        connection=connection,
        amount=invoice.outstanding,
        currency=invoice.currency,
        language=by.language if by.kind is ActorKind.CLIENT else invoice.language[:2],
        is_live=connection.is_live,
        expires_at=at + OPEN_FOR,
        by_kind=by.kind,
        by_id=by.id,
        created_at=at,
        updated_at=at,
    )


def _only_one(wanted: Checkout, by: Actor, at: datetime) -> Checkout:
    """The checkout that the invoice has from now on: `wanted`, or the one that is there and asks for the
    same.

    Two who ask at once meet at the unique row: the second waits for the first and finds its page.
    """
    for _try in range(3):
        Checkout.objects.bulk_create([wanted], ignore_conflicts=True)
        there = live_checkout_of(wanted.invoice_id)
        if there is None:
            continue
        if there.pk == wanted.pk:
            return wanted
        if _fits(there, wanted, at):
            return there
        close_pages(checkouts_of_invoice(wanted.invoice_id), by, at)
    raise CheckoutBusy()


def _fits(there: Checkout, wanted: Checkout, at: datetime) -> bool:
    """Whether the page that is there will do for somebody who asks now."""
    same = (there.amount, there.currency, there.connection_id) == (
        wanted.amount,
        wanted.currency,
        wanted.connection_id,
    )
    return same and at < there.expires_at and not rules.is_stuck(there.state, there.created_at, at)


def _order(checkout: Checkout, invoice: Invoice) -> rules.SessionOrder:
    organization = current_organization()
    named = rules.Named(organization.id, checkout.invoice_id, checkout.pk)
    with override(checkout.language):
        title = gettext("Invoice %(number)s") % {"number": invoice.number}
    return rules.SessionOrder(
        key=f"tefter-checkout-{checkout.pk}",
        named=named,
        amount=checkout.amount,
        currency=checkout.currency,
        title=title,
        language=checkout.language,
        email=email_of_buyer(invoice),
        success_url=_address(checkout, "back"),
        cancel_url=_address(checkout, "left"),
        expires_at=checkout.expires_at,
    )


def _address(checkout: Checkout, how: str) -> str:
    """Where the client comes back to, and `how`: `back` when they went through with it, else `left`. Asked
    again it is the same, as Stripe wants it of what it is told twice.
    """
    path = reverse("public_return", args=[way_back(checkout.pk)], urlconf=settings.ROOT_URLCONF)
    return address_of(current_organization().subdomain, f"{path}?{urlencode({'from_stripe': how})}")


def _ask_at_the_end(checkout: Checkout, by: Actor, at: datetime) -> None:
    enqueue(
        "refresh_checkout",
        by=by,
        key=f"refresh_checkout:{checkout.pk}:end",
        due_at=checkout.expires_at + ASKED_AFTER_END,
        checkout_id=str(checkout.pk),
    )
    set_next_due("catch_up_with_stripe", organization_id=current_organization().id, at=at)
