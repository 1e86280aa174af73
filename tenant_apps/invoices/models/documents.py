from datetime import date
from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.addresses import address_of
from shared_apps.core.ids import new_id
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import rules


class InvoiceState(models.TextChoices):
    """What is stored; the status that people see also looks at money and dates (`rules.status_of`)."""

    DRAFT = rules.DRAFT, pgettext_lazy("document status", "Draft")
    ISSUED = rules.ISSUED, pgettext_lazy("document status", "Issued")
    ANNULLED = rules.ANNULLED, pgettext_lazy("document status", "Annulled")


class DocumentKind(models.TextChoices):
    """What a document is; `rules.TAX_KINDS` are tax documents."""

    INVOICE = rules.INVOICE, _("Invoice")
    CREDIT_NOTE = rules.CREDIT_NOTE, _("Credit note")
    DEBIT_NOTE = rules.DEBIT_NOTE, _("Debit note")
    PROFORMA = rules.PROFORMA, _("Proforma")


class PaymentMethod(models.TextChoices):
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    STRIPE = "stripe", _("Stripe")
    OTHER = "other", _("Other")


class SupplyKind(models.TextChoices):
    GOODS = "goods", _("Goods")
    SERVICE = "service", _("Service")


DRAFT_NAMES = {
    DocumentKind.INVOICE: _("Draft invoice"),
    DocumentKind.CREDIT_NOTE: _("Draft credit note"),
    DocumentKind.DEBIT_NOTE: _("Draft debit note"),
    DocumentKind.PROFORMA: _("Draft proforma"),
}


# The total as lists show and add it: what a credit note gives back is taken off.
SIGNED_TOTAL = Case(When(kind=rules.CREDIT_NOTE, then=-F("total")), default=F("total"))
# `Invoice.outstanding`, in SQL.
STILL_OWED = Case(
    When(
        state=rules.ISSUED,
        kind__in=rules.OWED_KINDS,
        then=F("total") - F("paid_total") - F("credited_total") - F("written_off_total"),
    ),
    default=Value(Decimal("0.00")),
)


class Invoice(models.Model):
    """An invoice, a credit or debit note to one (`amends`), or a proforma.

    Money is in `currency` with two places, positive in notes too. A tax document has a `number` of ten digits
    from the moment of issue, a proforma one with a prefix. Once issued, a trigger freezes everything but
    annulment, `sent_at`, `paid_at`, the running totals and the stored files. `paid_total` is written by the
    ledger's trigger alone, `credited_total` by the one that follows the credit notes, `written_off_total` by
    the one of the write-offs. `seller` and `buyer` are snapshots taken at issue. `vat_groups` is `[{"rate":
    "20.00" | null, "code": "standard", "base": "…", "vat": "…", "discount": "…"}]`. `exchange_rate` is how
    many units of `currency` one euro is; `net_total_eur` and `vat_total_eur` follow from it at issue.
    `origin` is the document that this one was made from, `deal` the sale that it bills.
    """

    shared_as = "invoice"
    link_permission = Permission.INVOICES_SEND

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=DocumentKind.choices, default=DocumentKind.INVOICE)
    is_advance = models.BooleanField(_("advance"), default=False)
    series = models.CharField(_("number series"), max_length=20, default="tax")
    number = models.CharField(max_length=20, null=True, unique=True)
    state = models.CharField(max_length=10, choices=InvoiceState.choices, default=InvoiceState.DRAFT)
    company = models.ForeignKey("crm.Company", models.PROTECT, null=True, related_name="invoices")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, related_name="invoices")
    deal = models.ForeignKey(
        "crm.Deal", models.PROTECT, null=True, related_name="invoices", verbose_name=_("deal")
    )
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(_("language of the document"), max_length=5)
    amends = models.ForeignKey("self", models.PROTECT, null=True, related_name="amendments")
    amend_reason = models.CharField(_("reason"), max_length=500, blank=True)
    origin = models.ForeignKey("self", models.PROTECT, null=True, related_name="followers")
    prices_include_vat = models.BooleanField(_("prices include VAT"), default=False)
    discount_percent = models.DecimalField(
        _("discount"), max_digits=5, decimal_places=2, default=Decimal("0.00")
    )
    discount_amount = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    supply = models.CharField(max_length=7, choices=SupplyKind.choices, blank=True)
    payment_method = models.CharField(
        max_length=20, choices=PaymentMethod.choices, default=PaymentMethod.BANK_TRANSFER
    )
    vies_number = models.CharField(_("VIES consultation"), max_length=40, blank=True)
    vies_checked_on = models.DateField(null=True)
    exchange_rate = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    exchange_rate_on = models.DateField(null=True)
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
    discount_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    net_total_eur = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    vat_total_eur = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    paid_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    credited_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    written_off_total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    issued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    annulled_at = models.DateTimeField(null=True)
    annul_reason = models.CharField(max_length=500, blank=True)
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
                condition=Q(
                    paid_total__gte=0,
                    credited_total__gte=0,
                    written_off_total__gte=0,
                    paid_total__lte=F("total") - F("credited_total") - F("written_off_total"),
                ),
                name="invoices_paid_within_total",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=rules.TAX_KINDS, number__regex=r"^[0-9]{10}$")
                | Q(kind=rules.PROFORMA, number__regex=r"^[^0-9].*[0-9]$"),
                name="invoices_number_has_ten_digits",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=rules.NOTES, amends__isnull=False)
                | ~Q(kind__in=rules.NOTES) & Q(amends=None, amend_reason=""),
                name="invoices_note_amends",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=rules.OWED_KINDS)
                | Q(paid_total=0, credited_total=0, written_off_total=0),
                name="invoices_owed_kinds",
            ),
            models.CheckConstraint(
                condition=Q(is_advance=False) | Q(kind=rules.INVOICE), name="invoices_advance_is_invoice"
            ),
            models.CheckConstraint(
                condition=Q(discount_percent=0, discount_amount__gte=0)
                | Q(discount_percent__gt=0, discount_percent__lte=100, discount_amount=0),
                name="invoices_one_discount",
            ),
            models.CheckConstraint(
                condition=Q(exchange_rate=None, exchange_rate_on=None)
                | Q(exchange_rate__gt=0, exchange_rate_on__isnull=False),
                name="invoices_rate_with_day",
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
                condition=Q(
                    state="annulled",
                    annulled_at__isnull=False,
                    paid_total=0,
                    credited_total=0,
                    written_off_total=0,
                )
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
            models.Index(fields=["issue_date", "id"], name="invoices_by_issue_date"),
            models.Index(fields=["due_date", "id"], name="invoices_by_due_date"),
            models.Index(SIGNED_TOTAL, "id", name="invoices_by_total"),
            models.Index(STILL_OWED, "id", name="invoices_by_outstanding"),
            models.Index(fields=["state", "id"], name="invoices_by_state"),
            models.Index(fields=["kind", "id"], name="invoices_by_kind"),
            models.Index(
                fields=["series", "number"],
                include=["issue_date", "state", "issued_at"],
                condition=Q(number__isnull=False),
                name="invoices_by_number",
            ),
            models.Index(
                fields=["due_date"],
                condition=Q(
                    state="issued",
                    kind__in=rules.OWED_KINDS,
                    paid_total__lt=F("total") - F("credited_total") - F("written_off_total"),
                ),
                name="invoices_open",
            ),
            models.Index(
                fields=["company", "currency", "issue_date"],
                include=["total"],
                condition=Q(state="issued", company__isnull=False),
                name="invoices_habits",
            ),
        ]

    class Data:
        plain = (
            "id",
            "kind",
            "is_advance",
            "series",
            "number",
            "state",
            "company",
            "contact",
            "deal",
            "amends",
            "origin",
            "prices_include_vat",
            "discount_percent",
            "discount_amount",
            "discount_total",
            "supply",
            "payment_method",
            "vies_number",
            "vies_checked_on",
            "exchange_rate",
            "exchange_rate_on",
            "net_total_eur",
            "vat_total_eur",
            "credited_total",
            "written_off_total",
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
            "pdf",
            "epc_qr",
            "payment_qr",
            "owner_id",
            "created_at",
            "updated_at",
        )
        personal = ("notes", "buyer", "annul_reason", "amend_reason", "search_text")
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return self.number or str(DRAFT_NAMES[DocumentKind(self.kind)])

    def get_absolute_url(self) -> str:
        return address_of("invoice_detail", self.pk)

    @property
    def title(self) -> str:
        """What it is and its number, as pages call it."""
        kind = _("Advance invoice") if self.is_advance else DocumentKind(self.kind).label
        return f"{kind} {self.number}" if self.number else str(self)

    @property
    def client_name(self) -> str:
        """Whom it is addressed to: as it was issued, or as the draft has it now."""
        return str(self.buyer.get("name") or self.company or self.contact or "")

    @property
    def signed_total(self) -> Decimal:
        """The total as lists show and add it: what a credit note gives back is taken off."""
        return -self.total if self.is_credit else self.total

    @property
    def is_draft(self) -> bool:
        return self.state == InvoiceState.DRAFT

    @property
    def may_be_opened(self) -> bool:
        """Whether a client who has its link may see it."""
        return not self.is_draft

    @property
    def is_credit(self) -> bool:
        return self.kind == DocumentKind.CREDIT_NOTE

    @property
    def issued_on(self) -> date:
        """The day of issue; a draft may have none yet."""
        assert self.issue_date  # noqa: S101 - a CHECK of the table says so
        return self.issue_date

    @property
    def amended(self) -> "Invoice":
        """The invoice that a note amends; only notes have one."""
        assert self.amends  # noqa: S101 - a CHECK of the table says so
        return self.amends

    @property
    def is_issued(self) -> bool:
        return self.state == InvoiceState.ISSUED

    @property
    def outstanding(self) -> Decimal:
        """What the client still owes; nothing on a draft, a credit note or a proforma."""
        return rules.outstanding(
            kind=self.kind,
            state=self.state,
            total=self.total,
            paid_total=self.paid_total,
            credited_total=self.credited_total,
            written_off_total=self.written_off_total,
        )

    def status_on(self, day: date) -> str:
        """The status as seen on `day`; `queries.with_status` computes the same in SQL."""
        return rules.status_of(
            kind=self.kind,
            state=self.state,
            total=self.total,
            paid_total=self.paid_total,
            credited_total=self.credited_total,
            written_off_total=self.written_off_total,
            sent_at=self.sent_at,
            due_date=self.due_date,
            on=day,
        )


class InvoiceItem(models.Model):
    """One line. `unit_price` has four places and is net of VAT unless the invoice's prices include it,
    `vat_rate` is a percent, null for no VAT at all, `vat_code` a treatment of
    `core.bulgaria.vat_treatments` or empty while nobody has said why. `amount` is the line as it is priced,
    `net_total` net of VAT. A line that takes off an advance (`deducts`) has a negative quantity.
    """

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
    vat_code = models.CharField(max_length=20, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    net_total = models.DecimalField(max_digits=14, decimal_places=2)
    deducts = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="deductions")

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
            models.CheckConstraint(
                condition=Q(deducts=None, quantity__gt=0) | Q(deducts__isnull=False, quantity__lt=0),
                name="invoices_only_deductions_take",
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
            "vat_code",
            "amount",
            "net_total",
            "deducts",
        )
        personal = ("description",)
        secret = ()

    def __str__(self) -> str:
        return self.description
