from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shared_apps.core.addresses import address_of
from shared_apps.core.ids import new_id
from tenant_apps.crm import rules
from tenant_apps.crm.models.clients import Company
from tenant_apps.crm.models.deals import Deal

LONGEST_DAY = 24 * 60


class TimeEntry(models.Model):
    """Time that somebody (`owner_id`) worked for a company or on a deal, and what an hour of it costs.

    `billed_at` is written by the app that bills it: meanwhile nobody changes the entry.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    description = models.CharField(_("what was done"), max_length=500)
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="time_entries")
    deal = models.ForeignKey(Deal, models.PROTECT, null=True, related_name="time_entries")
    worked_on = models.DateField(_("day"))
    minutes = models.PositiveSmallIntegerField(_("time"))
    hourly_rate = models.DecimalField(_("rate per hour"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    is_billable = models.BooleanField(_("billable"), default=True)
    billed_at = models.DateTimeField(null=True)
    owner_id = models.UUIDField(null=True)
    search_text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(deal__isnull=False), name="crm_time_for_somebody"
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_DAY), name="crm_time_within_a_day"
            ),
            models.CheckConstraint(condition=Q(hourly_rate__gte=0), name="crm_time_rate"),
            models.CheckConstraint(condition=~Q(description=""), name="crm_time_says_what"),
            models.CheckConstraint(
                condition=Q(billed_at=None) | Q(is_billable=True), name="crm_billed_is_billable"
            ),
        ]
        indexes = [
            models.Index(fields=["worked_on", "id"], name="crm_time_by_day"),
            models.Index(
                fields=["company", "worked_on"],
                condition=Q(billed_at=None, is_billable=True),
                name="crm_time_unbilled",
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="crm_time_search"),
        ]

    class Data:
        plain = (
            "id",
            "company",
            "deal",
            "worked_on",
            "minutes",
            "hourly_rate",
            "currency",
            "is_billable",
            "billed_at",
            "owner_id",
            "created_at",
            "updated_at",
        )
        personal = ("description", "search_text")
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return self.description

    def get_absolute_url(self) -> str:
        return address_of("time_entry_detail", self.pk)

    @property
    def amount(self) -> Decimal:
        """What it costs by itself."""
        return rules.cost_of_time(self.minutes, self.hourly_rate)

    @property
    def billed_amount(self) -> Decimal | None:
        """What it costs, for what is billable."""
        return self.amount if self.is_billable else None
