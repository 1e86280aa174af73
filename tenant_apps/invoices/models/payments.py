from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shared_apps.core.addresses import address_of
from shared_apps.core.formats import format_money
from shared_apps.core.ids import new_id
from tenant_apps.crm.models import Company, Contact
from tenant_apps.invoices.models.documents import Invoice, PaymentMethod


class Payment(models.Model):
    """Money that came.

    Posted when recorded: a trigger freezes all but voiding, the totals, whose it is and why it is unmatched.
    `allocated_total` and `refunded_total` are written by the ledger's triggers alone. `external_key` is the
    movement of money itself (`bank:…`, `stripe:…`), so that it is not booked again through another door;
    `end_to_end_id` is what the payer's bank carried along. `unmatched_reason` is a code of `reconciliation`.
    `owner_id` is who recorded it. A voided payment was a mistake; nothing of it may be allocated.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    received_on = models.DateField()
    method = models.CharField(max_length=20, choices=PaymentMethod.choices)
    reference = models.CharField(max_length=500, blank=True)
    payer_name = models.CharField(max_length=200, blank=True)
    payer_iban = models.CharField(max_length=34, blank=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    external_key = models.CharField(max_length=200, null=True)
    company = models.ForeignKey("crm.Company", models.PROTECT, null=True, related_name="payments")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, related_name="payments")
    allocated_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    refunded_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
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
                condition=Q(
                    allocated_total__gte=0,
                    refunded_total__gte=0,
                    allocated_total__lte=F("amount") - F("refunded_total"),
                ),
                name="invoices_allocated_within_payment",
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None) | Q(allocated_total=0, refunded_total=0),
                name="invoices_voided_is_not_allocated",
            ),
            models.UniqueConstraint(fields=["external_key"], name="invoices_payment_seen_once"),
        ]
        indexes = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="invoices_payment_search"),
            models.Index(
                fields=["id"],
                condition=Q(voided_at=None, allocated_total__lt=F("amount") - F("refunded_total")),
                name="invoices_payment_unmatched",
            ),
            models.Index(fields=["received_on", "id"], name="invoices_payment_day"),
            models.Index(fields=["amount", "id"], name="invoices_payment_amount"),
            models.Index(fields=["payer_iban"], condition=~Q(payer_iban=""), name="invoices_payment_payer"),
        ]

    class Data:
        plain = (
            "id",
            "amount",
            "currency",
            "received_on",
            "method",
            "external_key",
            "company",
            "contact",
            "allocated_total",
            "refunded_total",
            "unmatched_reason",
            "voided_at",
            "owner_id",
            "created_at",
            "updated_at",
        )
        personal = ("reference", "payer_name", "payer_iban", "end_to_end_id", "void_reason", "search_text")
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)

    def get_absolute_url(self) -> str:
        return address_of("payment_detail", self.pk)

    @property
    def unallocated(self) -> Decimal:
        """What of the money is neither given to an invoice nor given back; nothing of a voided payment."""
        if self.voided_at:
            return Decimal("0.00")
        return self.amount - self.allocated_total - self.refunded_total

    @property
    def client(self) -> Company | Contact | None:
        """Whose money it is, as far as it is known."""
        return self.company or self.contact

    @property
    def payer(self) -> str:
        """Who paid, as far as it is known."""
        return self.payer_name or str(self.client or "") or gettext("Unknown payer")

    @property
    def shown_status(self) -> str:
        """The status, with the void ones told apart."""
        return "voided" if self.voided_at else self.status

    @property
    def status(self) -> str:
        """refunded (whole), unmatched, partly_matched or matched; whether it is voided, `voided_at` says."""
        if self.refunded_total == self.amount:
            return "refunded"
        if self.allocated_total == 0:
            return "unmatched"
        return "matched" if self.allocated_total + self.refunded_total == self.amount else "partly_matched"


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


class Refund(models.Model):
    """Money of a payment that went back to the payer: by us, by the bank, or by a dispute that was lost.

    Rows are only ever added; one recorded by mistake is taken back by its opposite (`undoes`). A trigger
    keeps the payment's `refunded_total`. `external_key` is the movement of money, as on a payment.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    refunded_on = models.DateField()
    reason = models.CharField(max_length=500)
    external_key = models.CharField(max_length=200, null=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    by_kind = models.CharField(max_length=20)
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=250)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, undoes=None) | Q(amount__lt=0, undoes__isnull=False),
                name="invoices_negative_undoes_refund",
            ),
            models.UniqueConstraint(fields=["external_key"], name="invoices_refund_seen_once"),
        ]

    class Data:
        plain = (
            "id",
            "payment",
            "amount",
            "refunded_on",
            "external_key",
            "undoes",
            "by_kind",
            "by_id",
            "at",
        )
        personal = ("reason", "by_label")
        secret = ()
        people = ("by_id",)

    def __str__(self) -> str:
        return str(self.amount)


class WriteOffKind(models.TextChoices):
    """Why a small rest of an invoice is not waited for."""

    BANK_FEE = "bank_fee", _("Bank fee")
    DIFFERENCE = "difference", _("Difference")


class WriteOff(models.Model):
    """A rest of an invoice that is not waited for any more: a fee that a bank kept, a difference of cents.

    Rows are only ever added; one is taken back by its opposite (`undoes`). A trigger keeps the invoice's
    `written_off_total`. No document changes: what lowers the tax base is a credit note.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="write_offs")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    kind = models.CharField(max_length=10, choices=WriteOffKind.choices)
    reason = models.CharField(max_length=500)
    written_off_on = models.DateField()
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    by_kind = models.CharField(max_length=20)
    by_id = models.UUIDField(null=True)
    by_label = models.CharField(max_length=250)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, undoes=None) | Q(amount__lt=0, undoes__isnull=False),
                name="invoices_negative_undoes_write_off",
            ),
        ]

    class Data:
        plain = ("id", "invoice", "amount", "kind", "written_off_on", "undoes", "by_kind", "by_id", "at")
        personal = ("reason", "by_label")
        secret = ()
        people = ("by_id",)

    def __str__(self) -> str:
        return str(self.amount)
