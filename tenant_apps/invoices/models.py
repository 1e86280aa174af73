from datetime import date
from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.formats import format_money
from shared_apps.core.ids import new_id
from tenant_apps.invoices import rules


class InvoiceState(models.TextChoices):
    """What is stored; the status that people see also looks at money and dates (`rules.status_of`)."""

    DRAFT = rules.DRAFT, pgettext_lazy("document status", "Draft")
    ISSUED = rules.ISSUED, pgettext_lazy("document status", "Issued")
    ANNULLED = rules.ANNULLED, pgettext_lazy("document status", "Annulled")


class PaymentMethod(models.TextChoices):
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    STRIPE = "stripe", _("Stripe")
    OTHER = "other", _("Other")


class Invoice(models.Model):
    """An invoice. Money is in `currency` with two places; `number` has ten digits from the moment of issue.

    Once issued, a trigger freezes everything but annulment, `sent_at`, `paid_at`, `paid_total` and the stored
    files. `deal` is the sale that it bills. `paid_total` is written by the ledger's trigger alone. `seller`
    and `buyer` are snapshots taken at issue. `vat_groups` is `[{"rate": "20.00" | null, "base": "…",
    "vat": "…"}]`.
    """

    shared_as = "invoice"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=10, null=True, unique=True)
    state = models.CharField(max_length=10, choices=InvoiceState.choices, default=InvoiceState.DRAFT)
    company = models.ForeignKey("crm.Company", models.PROTECT, null=True, related_name="invoices")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, related_name="invoices")
    deal = models.ForeignKey(
        "crm.Deal", models.PROTECT, null=True, related_name="invoices", verbose_name=_("deal")
    )
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(_("language of the document"), max_length=5)
    issue_date = models.DateField(_("date of issue"), null=True)
    tax_event_date = models.DateField(_("tax event"), null=True)
    due_date = models.DateField(_("pay until"), null=True)
    notes = models.TextField(_("notes"), blank=True)
    seller = models.JSONField(default=dict)
    buyer = models.JSONField(default=dict)
    net_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    vat_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, default=Decimal("0.00"))
    vat_groups = models.JSONField(default=list)
    paid_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    issued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    annulled_at = models.DateTimeField(null=True)
    annul_reason = models.CharField(max_length=500, blank=True)
    payment_url = models.CharField(max_length=500, blank=True)
    pdf = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+", db_index=False)
    epc_qr = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, related_name="+", db_index=False
    )
    payment_qr = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, related_name="+", db_index=False
    )
    owner_id = models.UUIDField(null=True)
    search_text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_total__gte=0, paid_total__lte=F("total")), name="invoices_paid_within_total"
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{10}$"), name="invoices_number_has_ten_digits"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number=None, issued_at=None)
                | Q(
                    state__in=("issued", "annulled"),
                    number__isnull=False,
                    issued_at__isnull=False,
                    issue_date__isnull=False,
                ),
                name="invoices_number_once_issued",
            ),
            models.CheckConstraint(
                condition=Q(state="annulled", annulled_at__isnull=False, paid_total=0)
                | (~Q(state="annulled") & Q(annulled_at=None)),
                name="invoices_annulled_owes_nothing",
            ),
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(contact__isnull=False), name="invoices_has_addressee"
            ),
        ]
        indexes = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="invoices_invoice_search"),
            models.Index(fields=["issued_at"], name="invoices_by_issue"),
            models.Index(
                fields=["due_date"],
                condition=Q(state="issued", paid_total__lt=F("total")),
                name="invoices_open",
            ),
        ]

    class Data:
        plain = (
            "id",
            "number",
            "state",
            "company",
            "contact",
            "deal",
            "currency",
            "language",
            "issue_date",
            "tax_event_date",
            "due_date",
            "seller",
            "net_total",
            "vat_total",
            "total",
            "vat_groups",
            "paid_total",
            "issued_at",
            "sent_at",
            "paid_at",
            "annulled_at",
            "payment_url",
            "pdf",
            "epc_qr",
            "payment_qr",
            "owner_id",
            "created_at",
            "updated_at",
        )
        personal = ("notes", "buyer", "annul_reason", "search_text")
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return self.number or str(_("Draft invoice"))

    def get_absolute_url(self) -> str:
        return reverse("invoice_detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == InvoiceState.DRAFT

    @property
    def is_issued(self) -> bool:
        return self.state == InvoiceState.ISSUED

    @property
    def outstanding(self) -> Decimal:
        """What the client still owes; nothing on a draft or an annulled invoice."""
        return rules.outstanding(state=self.state, total=self.total, paid_total=self.paid_total)

    def status_on(self, day: date) -> str:
        """The status as seen on `day`; `queries.with_status` computes the same in SQL."""
        return rules.status_of(
            state=self.state,
            total=self.total,
            paid_total=self.paid_total,
            sent_at=self.sent_at,
            due_date=self.due_date,
            on=day,
        )


class InvoiceItem(models.Model):
    """One line. `unit_price` is net of VAT with four places, `vat_rate` a percent, null for no VAT at all."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey("catalog.Product", models.PROTECT, null=True, related_name="+")
    description = models.CharField(max_length=500)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=30, blank=True)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("0.00"))
    vat_rate = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    net_total = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoices_item_position_once"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                name="invoices_discount_in_range",
            ),
            models.CheckConstraint(
                condition=Q(vat_rate=None) | Q(vat_rate__gte=0, vat_rate__lte=100),
                name="invoices_vat_rate_in_range",
            ),
        ]

    class Data:
        plain = (
            "id",
            "invoice",
            "position",
            "product",
            "quantity",
            "unit",
            "unit_price",
            "discount_percent",
            "vat_rate",
            "net_total",
        )
        personal = ("description",)
        secret = ()

    def __str__(self) -> str:
        return self.description


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
