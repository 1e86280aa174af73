from uuid import UUID

from django.db.models import QuerySet

from tenant_apps.catalog.models import Product


def products(*, archived: bool = False) -> QuerySet[Product]:
    """The products in use, or those in the archive. Everybody in the organization sees them all."""
    return Product.objects.filter(archived_at__isnull=not archived)


def product(product_id: UUID) -> Product:
    """One product, archived or not."""
    return Product.objects.get(pk=product_id)
