from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Right, Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.addresses import address_of
from shared_apps.core.ids import new_id
from shared_apps.core.permissions import Permission


def phone_key_of(column: str) -> Right:
    """`core.bulgaria.names.phone_key` in SQL, for numbers in ASCII figures; shorter numbers stay short."""
    digits = Func(
        column,
        Value(r"\D"),
        Value(""),
        Value("g"),
        function="regexp_replace",
        output_field=models.TextField(),
    )
    return Right(digits, 8)


class CompanySize(models.TextChoices):
    """How many people work there."""

    ONE = "1", "1"
    MICRO = "2-9", "2–9"
    SMALL = "10-49", "10–49"
    MEDIUM = "50-249", "50–249"
    LARGE = "250+", "250+"


class Company(models.Model):
    """A firm. `owner_id`: a user's id; `country`: ISO alpha-2.

    `name_folded` orders, `search_text` finds, `name_key` is the same for two spellings of one name.
    """

    shared_as = "company"
    link_permission = Permission.BOOKS_HAND_OVER  # the link opens the statement
    may_be_opened = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200)
    eik = models.CharField(_("EIK"), max_length=13, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, default="BG")
    city = models.CharField(_("city"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    size = models.CharField(_("size"), max_length=10, choices=CompanySize.choices, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="subsidiaries", verbose_name=_("parent company")
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed")
    owner_id = models.UUIDField(null=True)
    name_folded = models.CharField(max_length=400, db_collation="C")
    name_key = models.CharField(max_length=400, db_collation="C", default="")
    search_text = models.TextField()
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="crm_company_has_name"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="crm_company_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(archived_at__isnull=False), name="crm_merged_is_archived"
            ),
        ]
        indexes = [
            models.Index(
                fields=["name_folded", "id"],
                condition=Q(archived_at__isnull=True),
                name="crm_companies_by_name",
            ),
            models.Index(fields=["name_folded", "id"], name="crm_companies_named"),
            models.Index(fields=["city", "id"], condition=Q(archived_at=None), name="crm_companies_by_city"),
            models.Index(Upper("city"), name="crm_companies_in_city"),
            models.Index(
                fields=["updated_at", "id"], condition=Q(archived_at=None), name="crm_companies_by_change"
            ),
            models.Index(
                fields=["owner_id", "name_folded", "id"],
                condition=Q(archived_at=None),
                name="crm_companies_of_owner",
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="crm_companies_search"),
            models.Index(
                fields=["eik", "id"],
                condition=Q(archived_at=None) & ~Q(eik=""),
                name="crm_companies_same_eik",
            ),
            models.Index(
                fields=["vat_number", "id"],
                condition=Q(archived_at=None) & ~Q(vat_number=""),
                name="crm_companies_same_vat",
            ),
            models.Index(
                fields=["name_key", "id"], condition=Q(archived_at=None), name="crm_companies_same_name"
            ),
            GinIndex(
                fields=["name_key"],
                opclasses=["gin_trgm_ops"],
                condition=Q(archived_at=None),
                name="crm_companies_near_name",
            ),
            models.Index(
                Lower("email"),
                "id",
                condition=Q(archived_at=None) & ~Q(email=""),
                name="crm_companies_same_email",
            ),
            models.Index(
                phone_key_of("phone"),
                "id",
                condition=Q(archived_at=None) & ~Q(phone=""),
                name="crm_companies_same_phone",
            ),
        ]

    class Data:
        plain = (
            "id",
            "name",
            "eik",
            "vat_number",
            "country",
            "city",
            "website",
            "industry",
            "size",
            "parent",
            "merged_into",
            "owner_id",
            "name_folded",
            "name_key",
            "archived_at",
            "created_at",
            "updated_at",
        )
        personal = ("address", "postal_code", "email", "phone", "search_text")
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("company_detail", self.pk)

    @property
    def website_url(self) -> str:
        """The website as a link; people type it without `https://`."""
        return self.website if self.website.startswith(("http://", "https://")) else f"https://{self.website}"


class Contact(models.Model):
    """A person, in a company or alone. `owner_id` is a user's id."""

    shared_as = "contact"
    link_permission = Permission.BOOKS_HAND_OVER  # the link opens the statement
    may_be_opened = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    job_title = models.CharField(pgettext_lazy("of a contact", "job title"), max_length=150, blank=True)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="contacts", verbose_name=_("company")
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed")
    owner_id = models.UUIDField(null=True)
    name_folded = models.CharField(max_length=400, db_collation="C")
    name_key = models.CharField(max_length=400, db_collation="C", default="")
    search_text = models.TextField()
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(first_name="", last_name=""), name="crm_contact_has_name"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(archived_at__isnull=False),
                name="crm_merged_contact_is_archived",
            ),
        ]
        indexes = [
            models.Index(
                fields=["name_folded", "id"],
                condition=Q(archived_at__isnull=True),
                name="crm_contacts_by_name",
            ),
            models.Index(
                fields=["job_title", "id"], condition=Q(archived_at=None), name="crm_contacts_by_job"
            ),
            models.Index(Upper("job_title"), name="crm_contacts_of_job"),
            models.Index(
                fields=["last_name", "id"], condition=Q(archived_at=None), name="crm_contacts_by_last_name"
            ),
            models.Index(
                fields=["updated_at", "id"], condition=Q(archived_at=None), name="crm_contacts_by_change"
            ),
            models.Index(
                fields=["owner_id", "name_folded", "id"],
                condition=Q(archived_at=None),
                name="crm_contacts_of_owner",
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="crm_contacts_search"),
            models.Index(
                fields=["name_key", "id"], condition=Q(archived_at=None), name="crm_contacts_same_name"
            ),
            GinIndex(
                fields=["name_key"],
                opclasses=["gin_trgm_ops"],
                condition=Q(archived_at=None),
                name="crm_contacts_near_name",
            ),
            models.Index(
                Lower("email"),
                "id",
                condition=Q(archived_at=None) & ~Q(email=""),
                name="crm_contacts_same_email",
            ),
            models.Index(
                phone_key_of("phone"),
                "id",
                condition=Q(archived_at=None) & ~Q(phone=""),
                name="crm_contacts_same_phone",
            ),
        ]

    class Data:
        plain = ("id", "company", "merged_into", "owner_id", "archived_at", "created_at", "updated_at")
        personal = (
            "first_name",
            "last_name",
            "email",
            "phone",
            "job_title",
            "name_folded",
            "name_key",
            "search_text",
        )
        secret = ()
        people = ("owner_id",)

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_absolute_url(self) -> str:
        return address_of("contact_detail", self.pk)


def belongs_to_one(*owners: str) -> Q:
    """The condition that exactly one of these keys is set."""
    ways = Q()
    for owner in owners:
        ways |= Q(**{f"{other}__isnull": other != owner for other in owners})
    return ways


class ContactDetail(models.Model):
    """A further e-mail, phone or link of a company or contact; the first e-mail and phone are its own
    columns.

    `label` is free: work, home, accountant, LinkedIn.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")
        LINK = "link", _("Link")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey(Company, models.CASCADE, null=True, related_name="details")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="details")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    label = models.CharField(_("label"), max_length=60, blank=True)
    value = models.CharField(_("value"), max_length=254)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=belongs_to_one("company", "contact"), name="crm_detail_of_one"),
        ]

    class Data:
        plain = ("id", "company", "contact", "kind", "label", "position")
        personal = ("value",)
        secret = ()

    def __str__(self) -> str:
        return self.value


class Address(models.Model):
    """A further address of a company or contact: delivery, correspondence. `country`: ISO alpha-2."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey(Company, models.CASCADE, null=True, related_name="addresses")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="addresses")
    label = models.CharField(_("label"), max_length=60, blank=True)
    country = models.CharField(_("country"), max_length=2, default="BG")
    city = models.CharField(_("city"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=belongs_to_one("company", "contact"), name="crm_address_of_one"),
        ]

    class Data:
        plain = ("id", "company", "contact", "label", "country", "city", "position")
        personal = ("address", "postal_code")
        secret = ()

    def __str__(self) -> str:
        return ", ".join(filter(None, [self.address, self.city]))
