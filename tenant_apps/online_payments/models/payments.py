from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from shared_apps.core.formats import format_money
from shared_apps.core.ids import new_id
from tenant_apps.invoices.models import Payment, Refund
from tenant_apps.online_payments.models.checkouts import Checkout
from tenant_apps.online_payments.models.connections import StripeConnection
from tenant_apps.online_payments.rules import outcomes


class RefundState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("card refund", "Asked for")
    PENDING = outcomes.PENDING, pgettext_lazy("card refund", "On its way")
    SUCCEEDED = outcomes.SUCCEEDED, pgettext_lazy("card refund", "Given back")
    FAILED = outcomes.FAILED, pgettext_lazy("card refund", "Failed")
    CANCELED = outcomes.CANCELED, pgettext_lazy("card refund", "Canceled")


class DisputeState(models.TextChoices):
    OPEN = outcomes.DISPUTE_OPEN, pgettext_lazy("dispute", "Open")
    WON = outcomes.WON, pgettext_lazy("dispute", "Won")
    LOST = outcomes.LOST, pgettext_lazy("dispute", "Lost")


# Which of them hold a part of the payment, so that it cannot be given back once more.
TAKEN = (RefundState.REQUESTED, RefundState.PENDING, RefundState.SUCCEEDED)


class CardPayment(models.Model):
    """Money that came through Stripe, as Stripe knows it. `means`: `card · visa ···· 4242`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="card_payment")
    connection = models.ForeignKey(StripeConnection, models.PROTECT, related_name="card_payments")
    checkout = models.ForeignKey(Checkout, models.PROTECT, null=True, related_name="card_payments")
    intent_id = models.CharField(max_length=255, unique=True)
    charge_id = models.CharField(max_length=255, blank=True)
    is_live = models.BooleanField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    fee = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    fee_currency = models.CharField(max_length=3, blank=True)
    means = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="online_payments_payment_is_positive")
        ]

    class Data:
        plain = (
            "id",
            "payment",
            "connection",
            "checkout",
            "intent_id",
            "charge_id",
            "is_live",
            "amount",
            "currency",
            "fee",
            "fee_currency",
            "asked_at",
            "created_at",
            "updated_at",
        )
        personal = ("means",)
        secret = ()

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)

    def get_absolute_url(self) -> str:
        return self.payment.get_absolute_url()


class CardRefund(models.Model):
    """Money given back through Stripe: asked for here (`requested`, until Stripe answers) or at Stripe
    itself.

    `stripe_id` once Stripe knows it; `refund` is its row in the ledger, once the money went back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    card_payment = models.ForeignKey(CardPayment, models.PROTECT, related_name="refunds")
    stripe_id = models.CharField(max_length=255, null=True, unique=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    state = models.CharField(max_length=10, choices=RefundState.choices, default=RefundState.REQUESTED)
    reason = models.CharField(max_length=500, blank=True)
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="+", db_index=False)
    error = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField(null=True)
    by_kind = models.CharField(max_length=20)
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=250)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="online_payments_refund_is_positive"),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "failed"]) | Q(stripe_id__isnull=False),
                name="online_payments_refund_is_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=["requested", "pending"]),
                name="online_payments_refunding",
            )
        ]

    class Data:
        plain = (
            "id",
            "card_payment",
            "stripe_id",
            "amount",
            "state",
            "refund",
            "error",
            "asked_at",
            "by_kind",
            "by_id",
            "created_at",
            "updated_at",
        )
        personal = ("reason", "by_label")
        secret = ()
        people = ("by_id",)

    def __str__(self) -> str:
        return format_money(self.amount, self.card_payment.currency)


class Dispute(models.Model):
    """A client's bank asks for money back. Lost, it is a refund in the ledger."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    card_payment = models.ForeignKey(CardPayment, models.PROTECT, related_name="disputes")
    dispute_id = models.CharField(max_length=255, unique=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=5, choices=DisputeState.choices, default=DisputeState.OPEN)
    evidence_due_at = models.DateTimeField(null=True)
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(state="open"), name="online_payments_disputed")]

    class Data:
        plain = (
            "id",
            "card_payment",
            "dispute_id",
            "amount",
            "reason",
            "state",
            "evidence_due_at",
            "refund",
            "asked_at",
            "created_at",
            "updated_at",
        )
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return format_money(self.amount, self.card_payment.currency)
