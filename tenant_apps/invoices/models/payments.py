from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shared_apps.core.formats import format_money
from shared_apps.core.ids import new_id
from tenant_apps.invoices.models.documents import Invoice, PaymentMethod


class Payment(models.Model):
    """Money that came.

    Posted when recorded: a trigger freezes all but voiding, the totals and why it is unmatched.
    `allocated_total` is written by the ledger's trigger alone. `unmatched_reason` is a code of
    `reconciliation`. `owner_id` is who recorded it. A voided payment was a mistake; nothing of it may be
    allocated.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    received_on = models.DateField()
    method = models.CharField(max_length=20, choices=PaymentMethod.choices)
    reference = models.CharField(max_length=500, blank=True)
    payer_name = models.CharField(max_length=200, blank=True)
    payer_iban = models.CharField(max_length=34, blank=True)
    company = models.ForeignKey("crm.Company", models.PROTECT, null=True, related_name="payments")
    allocated_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    unmatched_reason = models.CharField(max_length=40, blank=True)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=500, blank=True)
    owner_id = models.UUIDField(null=True)
    search_text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoices_payment_is_positive"),
            models.CheckConstraint(
                condition=Q(allocated_total__gte=0, allocated_total__lte=F("amount")),
                name="invoices_allocated_within_payment",
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None) | Q(allocated_total=0), name="invoices_voided_is_not_allocated"
            ),
        ]
        indexes = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="invoices_payment_search"),
            models.Index(
                fields=["id"],
                condition=Q(voided_at=None, allocated_total__lt=F("amount")),
                name="invoices_payment_unmatched",
            ),
            models.Index(fields=["received_on", "id"], name="invoices_payment_day"),
            models.Index(fields=["amount", "id"], name="invoices_payment_amount"),
        ]

    class Data:
        plain = (
            "id",
            "amount",
            "currency",
            "received_on",
            "method",
            "company",
            "allocated_total",
            "unmatched_reason",
            "voided_at",
            "owner_id",
            "created_at",
            "updated_at",
        )
        personal = ("reference", "payer_name", "payer_iban", "void_reason", "search_text")
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)

    def get_absolute_url(self) -> str:
        return reverse("payment_detail", args=[self.pk])

    @property
    def unallocated(self) -> Decimal:
        """What of the money is not given to any invoice; nothing of a voided payment."""
        return Decimal("0.00") if self.voided_at else self.amount - self.allocated_total

    @property
    def payer(self) -> str:
        """Who paid, as far as it is known."""
        return self.payer_name or str(self.company or "") or gettext("Unknown payer")

    @property
    def shown_status(self) -> str:
        """The status, with the void ones told apart."""
        return "voided" if self.voided_at else self.status

    @property
    def status(self) -> str:
        """unmatched, partly_matched or matched; whether it is voided, `voided_at` says."""
        if self.allocated_total == 0:
            return "unmatched"
        return "matched" if self.allocated_total == self.amount else "partly_matched"


class Allocation(models.Model):
    """A part of a payment given to an invoice.

    Rows are only ever added; one is taken back by its opposite (`undoes`). `evidence` is `[{"signal": "…",
    "value": "…"}]`; `reason` is what the person said who took it back. A trigger keeps `paid_total` and
    `allocated_total`, and refuses two currencies or an invoice that is not issued.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="allocations")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    evidence = models.JSONField(default=list)
    reason = models.CharField(max_length=500, blank=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    by_kind = models.CharField(max_length=20)
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=250)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, undoes=None) | Q(amount__lt=0, undoes__isnull=False),
                name="invoices_negative_undoes",
            ),
        ]

    class Data:
        plain = ("id", "payment", "invoice", "amount", "undoes", "by_kind", "by_id", "at")
        personal = ("evidence", "reason", "by_label")
        secret = ()
        people = ("by_id",)

    def __str__(self) -> str:
        return str(self.amount)
