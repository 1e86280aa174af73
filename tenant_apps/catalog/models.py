from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.addresses import address_of
from shared_apps.core.ids import new_id


class Product(models.Model):
    """Goods or a service. `unit_price` before VAT, `vat_rate` percent (null: none), `currency` ISO 4217."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=200)
    code = models.CharField(pgettext_lazy("of a product", "code"), max_length=50, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    vat_rate = models.DecimalField(_("VAT rate"), max_digits=5, decimal_places=2, null=True)
    name_folded = models.CharField(max_length=400, db_collation="C")
    search_text = models.TextField()
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="catalog_product_has_name"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="catalog_price_not_negative"),
            models.CheckConstraint(
                condition=Q(vat_rate__isnull=True) | Q(vat_rate__gte=0, vat_rate__lte=100),
                name="catalog_vat_rate_fits",
            ),
        ]
        indexes = [
            models.Index(
                fields=["name_folded", "id"],
                condition=Q(archived_at__isnull=True),
                name="catalog_products_by_name",
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="catalog_products_search"),
        ]

    class Data:
        plain = (
            "id",
            "name",
            "code",
            "unit",
            "unit_price",
            "currency",
            "vat_rate",
            "name_folded",
            "search_text",
            "archived_at",
            "created_at",
            "updated_at",
        )
        personal = ()
        secret = ()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("product_detail", self.pk)
