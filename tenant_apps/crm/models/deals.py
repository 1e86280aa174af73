from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shared_apps.core.addresses import address_of
from shared_apps.core.ids import new_id
from tenant_apps.catalog.models import Product
from tenant_apps.crm.models.clients import Company, Contact


class Pipeline(models.Model):  # type: ignore[django-manager-missing]
    """A way of selling, with its own stages. `name` is translated (`name_bg`, `name_en`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Data:
        plain = ("id", "name", "name_bg", "name_en", "position", "archived_at", "created_at", "updated_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):  # type: ignore[django-manager-missing]
    """A step of a pipeline. `probability` in percent; a deal that stays longer than `rot_days` rots.
    Deals go forward to the stage that `takes_offers` when their offer is sent: at most one of a pipeline.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="stages")
    name = models.CharField(_("name"), max_length=80)
    probability = models.PositiveSmallIntegerField(_("probability"), default=50)
    rot_days = models.PositiveSmallIntegerField(_("days until it rots"), null=True)
    takes_offers = models.BooleanField(_("for sent offers"), default=False)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline"], condition=Q(takes_offers=True), name="crm_stage_for_offers_once"
            ),
            models.CheckConstraint(condition=Q(probability__lte=100), name="crm_stage_probability"),
            models.CheckConstraint(
                condition=Q(rot_days=None) | Q(rot_days__gt=0), name="crm_stage_rots_in_days"
            ),
        ]

    class Data:
        plain = (
            "id",
            "pipeline",
            "name",
            "name_bg",
            "name_en",
            "probability",
            "rot_days",
            "takes_offers",
            "position",
            "archived_at",
        )
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.name


class DealStatus(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


class Deal(models.Model):
    """A sale under way. `value` in `currency`: typed, or the total of its items when it has any.

    `board_order` orders the cards of a column, the smallest on top; `version` rises with every move, so
    that two people who drag the same card do not overwrite each other. `next_task_at` is kept by the tasks,
    `paid_at` by the invoices: since when all that were issued for it are paid.
    """

    shared_as = "deal"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200)
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="deals")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="deals", verbose_name=_("stage"))
    stage_entered_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=DealStatus.choices, default=DealStatus.OPEN)
    lost_reason = models.CharField(_("reason"), max_length=250, blank=True)
    closed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, default=Decimal("0.00"))
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    expected_close_on = models.DateField(_("expected close"), null=True)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="deals", verbose_name=_("company")
    )
    owner_id = models.UUIDField(null=True)
    next_task_at = models.DateTimeField(null=True)
    board_order = models.DecimalField(max_digits=30, decimal_places=15, default=Decimal(0))
    version = models.PositiveIntegerField(default=1)
    name_folded = models.CharField(max_length=400, db_collation="C")
    search_text = models.TextField()
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="crm_deal_has_name"),
            models.CheckConstraint(condition=Q(value__gte=0), name="crm_deal_value"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at=None, lost_reason="")
                | Q(status="won", closed_at__isnull=False, lost_reason="")
                | Q(status="lost", closed_at__isnull=False) & ~Q(lost_reason=""),
                name="crm_deal_closed_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["stage", "board_order", "id"],
                condition=Q(status="open", archived_at__isnull=True),
                name="crm_deals_board",
            ),
            models.Index(
                fields=["name_folded", "id"], condition=Q(archived_at__isnull=True), name="crm_deals_by_name"
            ),
            models.Index(fields=["value", "id"], condition=Q(archived_at=None), name="crm_deals_by_value"),
            models.Index(
                fields=["updated_at", "id"], condition=Q(archived_at=None), name="crm_deals_by_change"
            ),
            models.Index(fields=["owner_id", "id"], condition=Q(archived_at=None), name="crm_deals_of_owner"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="crm_deals_search"),
        ]

    class Data:
        plain = (
            "id",
            "name",
            "pipeline",
            "stage",
            "stage_entered_at",
            "status",
            "lost_reason",
            "closed_at",
            "paid_at",
            "value",
            "currency",
            "expected_close_on",
            "company",
            "owner_id",
            "next_task_at",
            "board_order",
            "version",
            "name_folded",
            "archived_at",
            "created_at",
            "updated_at",
        )
        personal = ("search_text",)
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("deal_detail", self.pk)

    @property
    def standing(self) -> str:
        """The status as people see it: a won deal whose invoices are paid is `paid_in_full`."""
        return "paid_in_full" if self.status == DealStatus.WON and self.paid_at else self.status


class DealContact(models.Model):
    """A person who takes part in a deal."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="participations")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="participations")
    role = models.CharField(_("role"), max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "contact"], name="crm_in_deal_once")]

    class Data:
        plain = ("id", "deal", "contact", "role")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.role


class DealItem(models.Model):
    """A line of a deal. `net_total` is rounded half up to two places; the line of an invoice has the same
    arithmetic.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="+")
    description = models.CharField(_("description"), max_length=500)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)
    discount_percent = models.DecimalField(_("discount"), max_digits=5, decimal_places=2, default=Decimal(0))
    vat_rate = models.DecimalField(_("VAT"), max_digits=5, decimal_places=2, null=True)
    net_total = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "position"], name="crm_item_place_once")]

    class Data:
        plain = (
            "id",
            "deal",
            "position",
            "product",
            "description",
            "quantity",
            "unit",
            "unit_price",
            "discount_percent",
            "vat_rate",
            "net_total",
        )
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.description


class StageStay(models.Model):
    """How long a deal was in a stage: from `entered_at` to `left_at`, null while it is there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="stays")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="stays")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal"], condition=Q(left_at=None), name="crm_in_one_stage"),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")), name="crm_stay_in_order"
            ),
        ]

    class Data:
        plain = ("id", "deal", "stage", "entered_at", "left_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return f"{self.stage_id} {self.entered_at:%Y-%m-%d}"
