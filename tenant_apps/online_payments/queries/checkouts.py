from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import F, QuerySet

from shared_apps.core.actors import Actor
from tenant_apps.invoices.models import Allocation, Invoice
from tenant_apps.invoices.queries import with_outstanding
from tenant_apps.online_payments.models import Checkout, PaymentStatus
from tenant_apps.online_payments.models.checkouts import LIVE
from tenant_apps.sharing.queries import visible_to
from tenants.context import current_organization

# Stripe's page leads back through an address that holds no token of a client link, and leads nowhere after
# this.
WAY_BACK_HOLDS_FOR = timedelta(days=1)
SALT = "online_payments.way_back"


def checkout_of(checkout_id: UUID) -> Checkout:
    """One checkout with its invoice and connection. Whoever asks has been let in to its invoice before."""
    return Checkout.objects.select_related("invoice", "connection", "payment").get(pk=checkout_id)


def visible_checkout(checkout_id: UUID, actor: Actor) -> Checkout:
    """One checkout; `DoesNotExist` when the actor may not see its invoice."""
    seen = visible_to(Invoice.objects.all(), actor).values("pk")
    return Checkout.objects.select_related("invoice", "connection").get(pk=checkout_id, invoice_id__in=seen)


def way_back(checkout_id: UUID) -> str:
    """What the address by which Stripe's page leads back names: the checkout, signed for us."""
    return Signer(salt=SALT).sign(f"{current_organization().id.hex}{checkout_id.hex}")


def checkout_on_way_back(token: str, *, at: datetime) -> Checkout:
    """The checkout from whose page somebody comes back; `DoesNotExist` for a token that is altered, old, or
    another organization's.
    """
    try:
        named = Signer(salt=SALT).unsign(token)
    except BadSignature:
        raise Checkout.DoesNotExist(token) from None
    ours = Checkout.objects.filter(created_at__gt=at - WAY_BACK_HOLDS_FOR).select_related("invoice")
    if UUID(named[:32]) != current_organization().id:
        raise Checkout.DoesNotExist(token)
    return ours.get(pk=UUID(named[32:]))


def checkouts_of_invoice(invoice_id: UUID) -> QuerySet[Checkout]:
    """The checkouts of an invoice, the newest first. Load the invoice by its own query first."""
    return Checkout.objects.filter(invoice_id=invoice_id).order_by("-id")


def live_checkout_of(invoice_id: UUID) -> Checkout | None:
    """The checkout of the invoice that can be paid, or will be in a moment."""
    return Checkout.objects.filter(state__in=LIVE, invoice_id=invoice_id).first()


def is_payment_on_its_way(invoice_id: UUID) -> bool:
    """Whether somebody has paid the invoice by a way that takes days."""
    return checkouts_of_invoice(invoice_id).filter(payment_status=PaymentStatus.PROCESSING).exists()


def lock_checkout(checkout_id: UUID) -> Checkout:
    """The checkout under a row lock until the transaction ends."""
    locked = Checkout.objects.select_related("invoice", "connection").select_for_update(of=("self",))
    return locked.get(pk=checkout_id)


def checkout_of_session(session_id: str) -> Checkout | None:
    return Checkout.objects.filter(session_id=session_id).first()


def checkout_of_intent(intent_id: str) -> Checkout | None:
    return Checkout.objects.exclude(intent_id="").filter(intent_id=intent_id).first()


def checkouts_to_ask(*, before: datetime) -> QuerySet[Checkout, UUID]:
    """The ids of checkouts about which Stripe was not asked to the end, begun before an instant."""
    return (
        Checkout.objects.filter(is_settled=False, created_at__lt=before)
        .order_by("id")
        .values_list("pk", flat=True)
    )


def outdated_invoices(invoice_ids: Collection[UUID]) -> list[UUID]:
    """Those of the invoices that have a page to be paid on, and owe another amount than it asks for."""
    owing = with_outstanding(Invoice.objects.filter(pk__in=invoice_ids, checkouts__state__in=LIVE))
    return list(
        owing.exclude(checkouts__amount=F("outstanding_amount")).values_list("pk", flat=True).distinct()
    )


def invoices_with_checkout(invoice_ids: Collection[UUID]) -> set[UUID]:
    """Those of the invoices that have a page to be paid on: few at a time, however many are asked about."""
    return _payable() & set(invoice_ids)


def payments_with_checkout(payment_ids: Collection[UUID]) -> set[UUID]:
    """Those of the payments that were ever given to an invoice which has a page to be paid on."""
    payable = _payable()
    if not payable:
        return set()
    given = Allocation.objects.filter(invoice_id__in=payable).values_list("payment_id", flat=True)
    return set(given) & set(payment_ids)


def _payable() -> set[UUID]:
    """The invoices that have a page to be paid on."""
    return set(Checkout.objects.filter(state__in=LIVE).values_list("invoice_id", flat=True))


def invoices_of_payment(payment_id: UUID) -> list[UUID]:
    """The invoices with a page to be paid on that ever had money of this payment."""
    found = Checkout.objects.filter(state__in=LIVE, invoice__allocations__payment_id=payment_id)
    return list(found.order_by("invoice_id").values_list("invoice_id", flat=True).distinct())
