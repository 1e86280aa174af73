from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shared_apps.core.addresses import address_of
from shared_apps.core.ids import new_id
from shared_apps.core.permissions import Permission
from tenant_apps.invoices import rules
from tenant_apps.invoices.models.documents import Invoice

NOTHING = Decimal("0.00")


class OfferStatus(models.TextChoices):
    """What an offer is; `rules.OFFER_TRANSITIONS` says what it may become."""

    DRAFT = rules.OFFER_DRAFT, pgettext_lazy("document status", "Draft")
    SENT = rules.OFFER_SENT, pgettext_lazy("offer status", "Sent")
    ACCEPTED = rules.ACCEPTED, pgettext_lazy("offer status", "Accepted")
    DECLINED = rules.DECLINED, pgettext_lazy("offer status", "Declined")
    EXPIRED = rules.EXPIRED, pgettext_lazy("offer status", "Expired")
    SUPERSEDED = rules.SUPERSEDED, pgettext_lazy("offer status", "Superseded")


class OfferPart(models.TextChoices):
    """What of an offer an invoice takes."""

    WHOLE = rules.WHOLE, _("Everything that is left")
    LINES = rules.LINES, _("Chosen lines")
    ADVANCE = rules.ADVANCE, _("Advance")


class Offer(models.Model):
    """What a client is offered, until `valid_until` (that day included). No tax document.

    It gets its `number` when it is first sent; versions of one offer share it, and `supersedes` is the one
    before. Once sent, a trigger freezes everything but the answer, the status, `sent_at` and the stored PDF.
    Totals are of the lines that are not optional; the `accepted_` ones, null before, of those and the chosen
    ones. `vat_groups` and `accepted_groups` are as on an invoice. `answered_by` is the name of whoever
    accepted or declined, `recorded_by_id` the member who wrote it down, null when the client did it, by their
    link and from the network address `answered_from`.
    `advance_percent`: what is invoiced before the rest, 0 for nothing. Money is in `currency`.
    """

    shared_as = "offer"
    link_permission = Permission.OFFERS_SEND

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, null=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="successor")
    status = models.CharField(
        _("status"), max_length=10, choices=OfferStatus.choices, default=OfferStatus.DRAFT
    )
    company = models.ForeignKey("crm.Company", models.PROTECT, null=True, related_name="offers")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, related_name="offers")
    deal = models.ForeignKey(
        "crm.Deal", models.PROTECT, null=True, related_name="offers", verbose_name=_("deal")
    )
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(_("language of the document"), max_length=5)
    valid_until = models.DateField(_("valid until"), null=True)
    prices_include_vat = models.BooleanField(_("prices include VAT"), default=False)
    discount_percent = models.DecimalField(_("discount"), max_digits=5, decimal_places=2, default=NOTHING)
    discount_amount = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING)
    advance_percent = models.DecimalField(_("advance"), max_digits=5, decimal_places=2, default=NOTHING)
    notes = models.TextField(_("notes"), blank=True)
    seller = models.JSONField(default=dict)
    buyer = models.JSONField(default=dict)
    net_total = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING)
    vat_total = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, default=NOTHING)
    discount_total = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING)
    vat_groups = models.JSONField(default=list)
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    answer_reason = models.CharField(_("reason"), max_length=500, blank=True)
    answered_from = models.CharField(max_length=45, blank=True)
    recorded_by_id = models.UUIDField(null=True)
    accepted_net_total = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    accepted_vat_total = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    accepted_total = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    accepted_groups = models.JSONField(default=list)
    pdf = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+", db_index=False)
    owner_id = models.UUIDField(null=True)
    search_text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="invoices_offer_version_once"),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[^0-9].*[0-9]$") | Q(number=None),
                name="invoices_offer_number_is_no_invoice",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", sent_at=None)
                | ~Q(status="draft")
                & Q(number__isnull=False, sent_at__isnull=False, valid_until__isnull=False),
                name="invoices_offer_sent_whole",
            ),
            models.CheckConstraint(
                condition=Q(version=1, supersedes=None)
                | Q(version__gt=1, supersedes__isnull=False, number__isnull=False),
                name="invoices_offer_supersedes",
            ),
            models.CheckConstraint(
                condition=Q(status="accepted", accepted_total__isnull=False, answered_at__isnull=False)
                | ~Q(status="accepted") & Q(accepted_total=None),
                name="invoices_offer_accepted_sum",
            ),
            models.CheckConstraint(
                condition=Q(discount_percent=0, discount_amount__gte=0)
                | Q(discount_percent__gt=0, discount_percent__lte=100, discount_amount=0),
                name="invoices_offer_one_discount",
            ),
            models.CheckConstraint(
                condition=Q(advance_percent__gte=0, advance_percent__lt=100), name="invoices_offer_advance"
            ),
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(contact__isnull=False),
                name="invoices_offer_has_addressee",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="invoices_offer_search"),
            models.Index(fields=["valid_until"], condition=Q(status="sent"), name="invoices_offers_open"),
        ]

    class Data:
        plain = (
            "id",
            "number",
            "version",
            "supersedes",
            "status",
            "company",
            "contact",
            "deal",
            "currency",
            "language",
            "valid_until",
            "prices_include_vat",
            "discount_percent",
            "discount_amount",
            "advance_percent",
            "seller",
            "net_total",
            "vat_total",
            "total",
            "discount_total",
            "vat_groups",
            "sent_at",
            "answered_at",
            "recorded_by_id",
            "accepted_net_total",
            "accepted_vat_total",
            "accepted_total",
            "accepted_groups",
            "pdf",
            "owner_id",
            "created_at",
            "updated_at",
        )
        personal = ("notes", "buyer", "answered_by", "answered_from", "answer_reason", "search_text")
        secret = ()
        people = ("owner_id", "recorded_by_id")

    def __str__(self) -> str:
        if self.number is None:
            return gettext("Draft offer")
        if self.version == 1:
            return self.number
        return gettext("%(number)s, version %(version)d") % {"number": self.number, "version": self.version}

    def get_absolute_url(self) -> str:
        return address_of("offer_detail", self.pk)

    @property
    def is_draft(self) -> bool:
        return self.status == OfferStatus.DRAFT

    @property
    def may_be_opened(self) -> bool:
        """Whether a client who has its link may see it."""
        return not self.is_draft

    @property
    def is_accepted(self) -> bool:
        return self.status == OfferStatus.ACCEPTED

    @property
    def agreed_total(self) -> Decimal:
        """What was accepted, or else what is offered without the optional lines."""
        return self.total if self.accepted_total is None else self.accepted_total


class OfferItem(models.Model):
    """One line, priced like an invoice's. An optional one counts when the client has chosen it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey("catalog.Product", models.PROTECT, null=True, related_name="+")
    description = models.CharField(max_length=500)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=30, blank=True)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=NOTHING)
    vat_rate = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    vat_code = models.CharField(max_length=20, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    net_total = models.DecimalField(max_digits=14, decimal_places=2)
    is_optional = models.BooleanField(_("optional"), default=False)
    is_chosen = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "position"], name="invoices_offer_position_once"),
            models.CheckConstraint(
                condition=Q(is_optional=True) | Q(is_chosen=False), name="invoices_offer_choice_is_optional"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="invoices_offer_quantity"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                name="invoices_offer_discount_range",
            ),
            models.CheckConstraint(
                condition=Q(vat_rate=None) | Q(vat_rate__gte=0, vat_rate__lte=100),
                name="invoices_offer_vat_rate_range",
            ),
        ]

    class Data:
        plain = (
            "id",
            "offer",
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
            "is_optional",
            "is_chosen",
        )
        personal = ("description",)
        secret = ()

    def __str__(self) -> str:
        return self.description

    @property
    def counts(self) -> bool:
        """Whether the line is part of what was agreed."""
        return not self.is_optional or self.is_chosen


class OfferInvoice(models.Model):
    """An invoice that was made from an offer: which `part` of it, and which of its lines (`item_ids`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="conversions")
    invoice = models.OneToOneField(Invoice, models.CASCADE, related_name="conversion")
    part = models.CharField(max_length=10, choices=OfferPart.choices)
    item_ids = ArrayField(models.UUIDField(), default=list)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(part="advance", percent__gt=0, percent__lte=100)
                | ~Q(part="advance") & Q(percent=None),
                name="invoices_offer_part_percent",
            )
        ]

    class Data:
        plain = ("id", "offer", "invoice", "part", "item_ids", "percent", "created_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return f"{self.offer_id} {self.part}"
