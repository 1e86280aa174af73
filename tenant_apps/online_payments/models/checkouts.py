from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.ids import new_id
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.online_payments.models.connections import StripeConnection
from tenant_apps.online_payments.rules import outcomes


class CheckoutState(models.TextChoices):
    PREPARING = outcomes.PREPARING, pgettext_lazy("checkout", "Being prepared")
    OPEN = outcomes.OPEN, pgettext_lazy("checkout", "Open")
    COMPLETED = outcomes.COMPLETED, pgettext_lazy("checkout", "Completed")
    EXPIRED = outcomes.EXPIRED, pgettext_lazy("checkout", "Expired")
    FAILED = outcomes.FAILED, pgettext_lazy("checkout", "Failed")


class PaymentStatus(models.TextChoices):
    """What became of the money, once the client has done their part."""

    NONE = "", _("Not paid")
    PROCESSING = outcomes.PROCESSING, pgettext_lazy("checkout", "Processing")
    PAID = outcomes.PAID, pgettext_lazy("checkout", "Paid")
    FAILED = outcomes.NOT_PAID, pgettext_lazy("checkout", "Failed")


# Of which the page can be paid on, or will be in a moment.
LIVE = (CheckoutState.PREPARING, CheckoutState.OPEN)


class Checkout(models.Model):
    """The page at Stripe where an invoice is paid: what it owed at that moment.

    An invoice has at most one that can be paid. `error`: a code of `connection_texts`. `is_settled`: there is
    nothing more to ask Stripe about it. `asked_at`: when the newest answer was asked for. `retired_at`: since
    when we no longer want it paid.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="checkouts")
    connection = models.ForeignKey(StripeConnection, models.PROTECT, related_name="checkouts")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=5)
    is_live = models.BooleanField()
    state = models.CharField(max_length=10, choices=CheckoutState.choices, default=CheckoutState.PREPARING)
    payment_status = models.CharField(
        max_length=10, choices=PaymentStatus.choices, default=PaymentStatus.NONE, blank=True
    )
    session_id = models.CharField(max_length=255, null=True, unique=True)
    intent_id = models.CharField(max_length=255, blank=True)
    url = models.TextField(blank=True)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="+", db_index=False)
    error = models.CharField(max_length=60, blank=True)
    is_settled = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    by_kind = models.CharField(max_length=20)
    by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(state__in=LIVE), name="online_payments_one_checkout"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="online_payments_checkout_is_positive"),
            models.CheckConstraint(
                condition=~Q(state=CheckoutState.OPEN) | Q(session_id__isnull=False) & ~Q(url=""),
                name="online_payments_open_has_page",
            ),
            models.CheckConstraint(
                condition=Q(state=CheckoutState.COMPLETED, payment_status__in=["processing", "paid"])
                | Q(state=CheckoutState.FAILED, payment_status__in=["", "failed"])
                | Q(state__in=["preparing", "open", "expired"], payment_status=""),
                name="online_payments_state_and_money",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(is_settled=False), name="online_payments_unsettled"),
        ]

    class Data:
        plain = (
            "id",
            "invoice",
            "connection",
            "amount",
            "currency",
            "language",
            "is_live",
            "state",
            "payment_status",
            "session_id",
            "intent_id",
            "payment",
            "error",
            "is_settled",
            "expires_at",
            "asked_at",
            "retired_at",
            "completed_at",
            "by_kind",
            "by_id",
            "created_at",
            "updated_at",
        )
        personal = ("url",)
        secret = ()
        people = ("by_id",)

    def __str__(self) -> str:
        return str(self.invoice)

    @property
    def is_live_page(self) -> bool:
        """Whether it can be paid, or will be in a moment."""
        return self.state in LIVE

    @property
    def is_processing(self) -> bool:
        """Whether the client has paid by a way that takes days."""
        return self.payment_status == PaymentStatus.PROCESSING

    @property
    def is_paid(self) -> bool:
        return self.payment_status == PaymentStatus.PAID

    @property
    def shown_status(self) -> str:
        """One word for people: the state, or what became of the money."""
        return self.payment_status or self.state
