from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from shared_apps.core.ids import new_id


class OrganizationStatus(models.TextChoices):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Organization(TenantMixin):
    """A company that uses the product. The schema's name is opaque, so renaming a company renames no
    schema.
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
        )
        personal = ("name",)
        secret = ()

    def __str__(self) -> str:
        return self.name


class Domain(DomainMixin):
    """A host, without port, that leads to an organization."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField()

    class Data:
        plain = ("id", "domain", "tenant", "is_primary", "created_at")
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.domain
