from uuid import UUID

from django.db.models import QuerySet

from tenant_apps.catalog.models import Product


def products(*, archived: bool | None = False) -> QuerySet[Product]:
    """The products in use, those in the archive, or (None) both. Everybody sees them all."""
    rows = Product.objects.all()
    return rows if archived is None else rows.filter(archived_at__isnull=not archived)


def product(product_id: UUID) -> Product:
    """One product, archived or not."""
    return Product.objects.get(pk=product_id)
