from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.addresses import address_of
from shared_apps.core.ids import new_id
from tenant_apps.invoices import rules
from tenant_apps.invoices.models.documents import Invoice, PaymentMethod, SupplyKind

NOTHING = Decimal("0.00")


class RecurrenceUnit(models.TextChoices):
    WEEK = rules.WEEK, _("weeks")
    MONTH = rules.MONTH, _("months")
    QUARTER = rules.QUARTER, _("quarters")
    YEAR = rules.YEAR, _("years")


class RecurringWay(models.TextChoices):
    """What is done with each invoice when its day comes."""

    DRAFT = rules.AS_DRAFT, _("Leave a draft")
    ISSUE = rules.ISSUE, _("Issue it")
    SEND = rules.ISSUE_AND_SEND, _("Issue it and send it to the client")


class RecurringState(models.TextChoices):
    """Where it stands; `rules.RECURRING_TRANSITIONS` says what it may become."""

    ACTIVE = rules.ACTIVE, pgettext_lazy("recurring invoice", "Active")
    PAUSED = rules.PAUSED, pgettext_lazy("recurring invoice", "Paused")
    ENDED = rules.ENDED, pgettext_lazy("recurring invoice", "Ended")

    @property
    def look(self) -> str:
        """What its badge goes by: an active invoice reads otherwise than an active company."""
        return "running" if self == RecurringState.ACTIVE else self.value


class BilledPeriod(models.IntegerChoices):
    """Which period the words of an invoice mean, counted in its own rhythm."""

    BEFORE = -1, _("The period before")
    CURRENT = 0, _("The period of its day")
    NEXT = 1, _("The period after")


class Outcome(models.TextChoices):
    """What became of a day on which an invoice was due."""

    MADE = "made", _("Made")
    HELD = "held", pgettext_lazy("recurring invoice", "Held")
    SKIPPED = "skipped", pgettext_lazy("recurring invoice", "Skipped")


class RecurringInvoice(models.Model):
    """An invoice that is made again and again: to whom, how priced, in what rhythm.

    The rhythm counts from `starts_on`, every so many units; `on_day` is the day of the month (31: the last
    one), null for weeks. `next_on` is the next day, in the organization's zone, null once it has ended. It
    ends after the day `ends_on`, or after `occurrence_limit` days, skipped ones among them. What is invoiced
    stands in its `terms`; `net_total`, `total` and `annual_value` (net of VAT) are those of the terms that
    hold on the next day. `payment_term_days` null: the organization's. `owner_id` owns its invoices too.
    """

    shared_as = "recurring_invoice"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200)
    state = models.CharField(max_length=10, choices=RecurringState.choices, default=RecurringState.ACTIVE)
    way = models.CharField(
        _("when its day comes"), max_length=10, choices=RecurringWay.choices, default=RecurringWay.DRAFT
    )
    company = models.ForeignKey("crm.Company", models.PROTECT, null=True, related_name="recurring_invoices")
    contact = models.ForeignKey("crm.Contact", models.PROTECT, null=True, related_name="recurring_invoices")
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(_("language of the document"), max_length=5)
    series = models.CharField(_("number series"), max_length=20)
    prices_include_vat = models.BooleanField(_("prices include VAT"), default=False)
    discount_percent = models.DecimalField(_("discount"), max_digits=5, decimal_places=2, default=NOTHING)
    discount_amount = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING)
    supply = models.CharField(max_length=7, choices=SupplyKind.choices, blank=True)
    payment_method = models.CharField(
        max_length=20, choices=PaymentMethod.choices, default=PaymentMethod.BANK_TRANSFER
    )
    payment_term_days = models.PositiveSmallIntegerField(_("payment term"), null=True)
    notes = models.TextField(_("notes"), blank=True)
    unit = models.CharField(max_length=10, choices=RecurrenceUnit.choices, default=RecurrenceUnit.MONTH)
    every = models.PositiveSmallIntegerField(_("every"), default=1)
    on_day = models.PositiveSmallIntegerField(_("on day"), null=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True)
    occurrence_limit = models.PositiveSmallIntegerField(_("how many times"), null=True)
    billed_period = models.SmallIntegerField(
        _("period in the text"), choices=BilledPeriod.choices, default=BilledPeriod.CURRENT
    )
    next_on = models.DateField(_("next day"), null=True)
    net_total = models.DecimalField(max_digits=14, decimal_places=2, default=NOTHING)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, default=NOTHING)
    annual_value = models.DecimalField(_("in a year"), max_digits=16, decimal_places=2, default=NOTHING)
    owner_id = models.UUIDField(null=True)
    search_text = models.TextField(blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(contact__isnull=False),
                name="invoices_recurring_has_addressee",
            ),
            models.CheckConstraint(
                condition=Q(every__gte=1, every__lte=rules.MOST_UNITS), name="invoices_recurring_every"
            ),
            models.CheckConstraint(
                condition=Q(unit=rules.WEEK, on_day=None)
                | ~Q(unit=rules.WEEK) & Q(on_day__isnull=False, on_day__gte=1, on_day__lte=rules.LAST_DAY),
                name="invoices_recurring_on_day",
            ),
            models.CheckConstraint(
                condition=Q(occurrence_limit=None) | Q(occurrence_limit__gte=1, ends_on=None),
                name="invoices_recurring_one_end",
            ),
            models.CheckConstraint(
                condition=Q(state=rules.ENDED, next_on=None)
                | ~Q(state=rules.ENDED) & Q(next_on__isnull=False, next_on__gte=F("starts_on")),
                name="invoices_recurring_has_next",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(next_on=None) | Q(next_on__lte=F("ends_on")),
                name="invoices_recurring_within_end",
            ),
            models.CheckConstraint(
                condition=Q(discount_percent=0, discount_amount__gte=0)
                | Q(discount_percent__gt=0, discount_percent__lte=100, discount_amount=0),
                name="invoices_recurring_one_discount",
            ),
            models.CheckConstraint(
                condition=Q(billed_period__gte=-1, billed_period__lte=1), name="invoices_recurring_period"
            ),
        ]
        indexes = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="invoices_recurring_search"),
            models.Index(
                fields=["next_on", "id"], condition=Q(state="active"), name="invoices_recurring_due"
            ),
        ]

    class Data:
        plain = (
            "id",
            "name",
            "state",
            "way",
            "company",
            "contact",
            "currency",
            "language",
            "series",
            "prices_include_vat",
            "discount_percent",
            "discount_amount",
            "supply",
            "payment_method",
            "payment_term_days",
            "unit",
            "every",
            "on_day",
            "starts_on",
            "ends_on",
            "occurrence_limit",
            "billed_period",
            "next_on",
            "net_total",
            "total",
            "annual_value",
            "owner_id",
            "created_at",
            "updated_at",
        )
        personal = ("notes", "search_text")
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("recurring_invoice_detail", self.pk)

    @property
    def is_active(self) -> bool:
        return self.state == RecurringState.ACTIVE

    @property
    def shown_state(self) -> str:
        """What its badge goes by."""
        return RecurringState(self.state).look

    @property
    def has_ended(self) -> bool:
        return self.state == RecurringState.ENDED

    @property
    def rhythm(self) -> rules.Rhythm:
        """Its days."""
        return rules.Rhythm(self.unit, self.every, self.starts_on, self.on_day)

    @property
    def client_name(self) -> str:
        """Whom its invoices are addressed to."""
        return str(self.company or self.contact or "")


class RecurringTerms(models.Model):
    """What is invoiced from a day on, until the next terms: a set of lines. The first ones have no day: they
    hold from the beginning. `percent`: by how much prices were raised over the terms before, where they came
    about so.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recurring = models.ForeignKey(RecurringInvoice, models.CASCADE, related_name="terms", db_index=False)
    from_on = models.DateField(_("from"), null=True)
    percent = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    net_total = models.DecimalField(max_digits=14, decimal_places=2)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    created_at = models.DateTimeField()

    class Meta:
        ordering = [F("from_on").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["recurring", "from_on"], nulls_distinct=False, name="invoices_terms_of_a_day"
            )
        ]

    class Data:
        plain = ("id", "recurring", "from_on", "percent", "net_total", "total", "created_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return str(self.from_on or _("From the beginning"))


class RecurringItem(models.Model):
    """One line of some terms, priced like an invoice's; `{month}`, `{year}` and `{period}` in its description
    stand for the period that an invoice bills.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    terms = models.ForeignKey(RecurringTerms, models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey("catalog.Product", models.PROTECT, null=True, related_name="+")
    description = models.CharField(max_length=500)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=30, blank=True)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=NOTHING)
    vat_rate = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    vat_code = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["terms", "position"], name="invoices_recurring_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="invoices_recurring_quantity"),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
                name="invoices_recurring_discount",
            ),
            models.CheckConstraint(
                condition=Q(vat_rate=None) | Q(vat_rate__gte=0, vat_rate__lte=100),
                name="invoices_recurring_vat_rate",
            ),
        ]

    class Data:
        plain = (
            "id",
            "terms",
            "position",
            "product",
            "quantity",
            "unit",
            "unit_price",
            "discount_percent",
            "vat_rate",
            "vat_code",
        )
        personal = ("description",)
        secret = ()

    def __str__(self) -> str:
        return self.description


class Occurrence(models.Model):
    """A day on which an invoice was due, once: its invoice, or that it was skipped. `reason`: why the invoice
    was not issued or sent, or not made at all (`problem` is the code of the refusal). The invoice is null
    where there never was one and once its draft was deleted.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recurring = models.ForeignKey(
        RecurringInvoice, models.PROTECT, related_name="occurrences", db_index=False
    )
    occurs_on = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    invoice = models.OneToOneField(Invoice, models.SET_NULL, null=True, related_name="occurrence")
    problem = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recurring", "occurs_on"], name="invoices_occurs_once"),
            models.CheckConstraint(
                condition=~Q(outcome="skipped") | Q(invoice=None), name="invoices_skipped_has_none"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="held") | ~Q(reason=""), name="invoices_held_says_why"
            ),
        ]

    class Data:
        plain = ("id", "recurring", "occurs_on", "outcome", "invoice", "problem", "created_at")
        personal = ("reason",)
        secret = ()

    def __str__(self) -> str:
        return f"{self.occurs_on}"
