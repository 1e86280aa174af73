from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shared_apps.core.ids import new_id
from tenant_apps.files.models import StoredFile


class Member(models.Model):
    """A person of the team as the organization's records know them. Kept true by a job after every change."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField(unique=True)
    name = models.CharField(max_length=150)
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20)
    is_active = models.BooleanField(default=True)
    updated_at = models.DateTimeField()

    class Data:
        plain = ("id", "user_id", "role", "is_active", "updated_at")
        personal = ("name", "email")
        secret = ()
        people = ("user_id",)

    def __str__(self) -> str:
        return self.name or self.email


class OrganizationProfile(models.Model):
    """Legal facts and defaults of the organization: one row. `country` ISO 3166 alpha-2, `default_currency`
    ISO 4217. `accent_color` is "#" and six lower-case hexadecimal digits, or empty. `write_off_limit` is how
    much of an invoice may be written off at most, in its own currency.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    is_the_one = models.BooleanField(default=True, unique=True)
    legal_name = models.CharField(_("legal name"), max_length=200)
    eik = models.CharField(_("EIK"), max_length=13, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    is_vat_registered = models.BooleanField(_("registered for VAT"), default=True)
    country = models.CharField(_("country"), max_length=2, default="BG")
    city = models.CharField(_("city"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    responsible_person = models.CharField(_("responsible person"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    default_currency = models.CharField(_("default currency"), max_length=3, default="EUR")
    default_language = models.CharField(_("default language"), max_length=5, default="bg")
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Sofia")
    payment_term_days = models.PositiveSmallIntegerField(_("payment term in days"), default=14)
    write_off_limit = models.DecimalField(
        _("written off at most"), max_digits=10, decimal_places=2, default=Decimal("30.00")
    )
    accent_color = models.CharField(_("colour of documents"), max_length=7, blank=True)
    logo = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(is_the_one=True), name="workspace_one_profile")]

    class Data:
        plain = (
            "id",
            "is_the_one",
            "legal_name",
            "eik",
            "vat_number",
            "is_vat_registered",
            "country",
            "city",
            "address",
            "postal_code",
            "bic",
            "default_currency",
            "default_language",
            "time_zone",
            "payment_term_days",
            "write_off_limit",
            "accent_color",
            "logo",
            "created_at",
            "updated_at",
        )
        personal = ("responsible_person", "email", "phone", "iban")
        secret = ()

    def __str__(self) -> str:
        return self.legal_name


class SeriesKind(models.TextChoices):
    """What a series numbers. Tax documents have ten digits and no prefix; the others must not look so."""

    TAX = "tax", _("Invoices and notes")
    PROFORMA = "proforma", _("Proformas")
    OFFER = "offer", _("Offers")


class NumberSeries(models.Model):
    """Gapless numbers for one kind of document. The start may be edited until the first is taken.

    `first_number` is where it starts, `next_number` what comes next; both are the same until `is_started`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=10, choices=SeriesKind.choices, default=SeriesKind.TAX)
    name = models.CharField(_("name"), max_length=80, blank=True)
    prefix = models.CharField(_("prefix"), max_length=8, blank=True)
    first_number = models.PositiveBigIntegerField(default=1)
    next_number = models.PositiveBigIntegerField(_("next number"), default=1)
    is_started = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    next_number__gte=F("first_number"), next_number__lte=10_000_000_000, first_number__gte=1
                ),
                name="workspace_number_fits",
            ),
            models.CheckConstraint(
                condition=Q(kind="tax", prefix="") | ~Q(kind="tax") & ~Q(prefix=""),
                name="workspace_tax_series_has_no_prefix",
            ),
        ]

    class Data:
        plain = ("id", "code", "kind", "name", "prefix", "first_number", "next_number", "is_started")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.name or str(SeriesKind(self.kind).label)

    def written(self, number: int) -> str:
        """A number of this series as its documents bear it."""
        return f"{number:010d}" if self.kind == SeriesKind.TAX else f"{self.prefix}{number:06d}"
