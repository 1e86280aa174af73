from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from shared_apps.core.addresses import address_of
from shared_apps.core.formats import format_money
from shared_apps.core.ids import new_id
from tenant_apps.online_payments.models.connections import StripeConnection
from tenant_apps.online_payments.models.payments import CardPayment


class PayoutStatus(models.TextChoices):
    PENDING = "pending", pgettext_lazy("payout", "Pending")
    IN_TRANSIT = "in_transit", pgettext_lazy("payout", "On its way")
    PAID = "paid", pgettext_lazy("payout", "Paid out")
    FAILED = "failed", pgettext_lazy("payout", "Failed")
    CANCELED = "canceled", pgettext_lazy("payout", "Canceled")


class Payout(models.Model):
    """One transfer of Stripe to the organization's bank: what its transactions come to.

    `payments_total` and `refunds_total` are gross, `fees_total` is what Stripe kept, `other_total` the rest.
    `read_at`: when its transactions were fetched. `arrived_on`: the day on which a bank line was found to be
    it; the line itself is known to those above. Below 0, Stripe took money from the bank.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(StripeConnection, models.PROTECT, related_name="payouts")
    payout_id = models.CharField(max_length=255, unique=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=PayoutStatus.choices)
    arrival_on = models.DateField()
    is_automatic = models.BooleanField()
    is_live = models.BooleanField()
    payments_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    refunds_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    fees_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    other_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    transaction_count = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    arrived_on = models.DateField(null=True)
    asked_at = models.DateTimeField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["amount", "currency", "arrival_on"], name="online_payments_payout_sum"),
            models.Index(fields=["arrival_on", "id"], name="online_payments_payout_day"),
        ]

    class Data:
        plain = (
            "id",
            "connection",
            "payout_id",
            "amount",
            "currency",
            "status",
            "arrival_on",
            "is_automatic",
            "is_live",
            "payments_total",
            "refunds_total",
            "fees_total",
            "other_total",
            "transaction_count",
            "read_at",
            "arrived_on",
            "asked_at",
            "created_at",
            "updated_at",
        )
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)

    def get_absolute_url(self) -> str:
        return address_of("payout_detail", self.pk)

    @property
    def explained_total(self) -> Decimal:
        """What its transactions come to."""
        return self.payments_total + self.refunds_total + self.other_total - self.fees_total

    @property
    def is_explained(self) -> bool:
        """Whether its transactions are known and come to just its amount."""
        return self.read_at is not None and self.explained_total == self.amount


class PayoutTransaction(models.Model):
    """One line of a payout: money of a payment, a refund, a fee. `net` is what it adds to the payout."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payout = models.ForeignKey(Payout, models.CASCADE, related_name="transactions")
    transaction_id = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=60)
    card_payment = models.ForeignKey(CardPayment, models.PROTECT, null=True, related_name="transactions")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    fee = models.DecimalField(max_digits=14, decimal_places=2)
    net = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    happened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(net=models.F("amount") - models.F("fee")), name="online_payments_net_adds_up"
            )
        ]

    class Data:
        plain = (
            "id",
            "payout",
            "transaction_id",
            "kind",
            "card_payment",
            "amount",
            "fee",
            "net",
            "currency",
            "happened_at",
        )
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return format_money(self.net, self.currency)
