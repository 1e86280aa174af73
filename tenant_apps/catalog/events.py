from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class CatalogEvent(StrEnum):
    PRODUCT_CREATED = "catalog.product_created"
    PRODUCT_CHANGED = "catalog.product_changed"
    PRODUCT_ARCHIVED = "catalog.product_archived"
    PRODUCT_UNARCHIVED = "catalog.product_unarchived"


SENTENCES = {
    CatalogEvent.PRODUCT_CREATED: _("%(actor)s added the product %(subject)s"),
    CatalogEvent.PRODUCT_CHANGED: _("%(actor)s changed the product %(subject)s"),
    CatalogEvent.PRODUCT_ARCHIVED: _("%(actor)s archived the product %(subject)s"),
    CatalogEvent.PRODUCT_UNARCHIVED: _("%(actor)s brought the product %(subject)s back from the archive"),
}
