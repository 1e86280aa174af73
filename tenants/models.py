from django.db import models
from django.db.models import Q
from django_tenants.models import DomainMixin, TenantMixin

from shared_apps.core.ids import new_id


class OrganizationStatus(models.TextChoices):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Organization(TenantMixin):
    """A company that uses the product. The schema's name is opaque, so renaming a company renames no
    schema.

    A closed one keeps its schema until `erase_at`; afterwards only this row and its archive remain.
    """

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    subdomain = models.CharField(max_length=40, unique=True)
    status = models.CharField(
        max_length=20, choices=OrganizationStatus.choices, default=OrganizationStatus.ACTIVE
    )
    time_zone = models.CharField(max_length=60, default="Europe/Sofia")
    language = models.CharField(max_length=5, default="bg")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    erase_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False, erase_at__isnull=False)
                | ~Q(status="closed") & Q(closed_at=None, erase_at=None, erased_at=None),
                name="tenants_closed_with_dates",
            )
        ]

    class Data:
        plain = (
            "id",
            "schema_name",
            "subdomain",
            "status",
            "time_zone",
            "language",
            "created_at",
            "updated_at",
            "closed_at",
            "erase_at",
            "erased_at",
        )
        personal = ("name",)
        secret = ()

    def __str__(self) -> str:
        return self.name


class Domain(DomainMixin):
    """A host, without port, that leads to an organization. One that it has left redirects until
    `redirects_until`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField()
    redirects_until = models.DateTimeField(null=True)

    class Data:
        plain = ("id", "domain", "tenant", "is_primary", "created_at", "redirects_until")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.domain


class Blueprint(models.Model):
    """The statements that make an organization's schema, for one set of migrations.

    `digest` names the set (64 hexadecimal digits); `statements` is the parts of `tenants.anatomy.Anatomy`.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    statements = models.JSONField()
    created_at = models.DateTimeField()

    class Data:
        plain = ("digest", "statements", "created_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.digest[:12]


class SpareSchema(models.Model):
    """A furnished schema without an owner, built by the blueprint of `digest`; sign-up takes one over."""

    schema_name = models.CharField(max_length=63, primary_key=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Data:
        plain = ("schema_name", "digest", "created_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.schema_name


class Archive(models.Model):
    """An organization's data as one file under `settings.ARCHIVE_ROOT`. It outlives the organization.

    `path` is relative to that directory, `size` in bytes, `sha256` of the whole file in hexadecimal.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="archives")
    path = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Data:
        plain = ("id", "organization", "path", "size", "sha256", "created_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.path
