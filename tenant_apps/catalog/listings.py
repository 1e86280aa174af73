"""What the list of products shows, asks and lets change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shared_apps.core.actors import Actor
from shared_apps.core.listing import Column, Edit, Field, Kind, Listing
from shared_apps.core.permissions import Permission
from tenant_apps.catalog import operations, queries
from tenant_apps.catalog.models import Product
from tenant_apps.catalog.operations import ProductChange


def lock_product(record_id: UUID, by: Actor) -> Product:
    """One product, locked."""
    return Product.objects.select_for_update().get(pk=record_id)


def write_product(*, record_id: UUID, values: dict[str, Any], by: Actor, at: datetime) -> Product:
    """Change details of a product from a list."""
    return operations.change_product(product_id=record_id, change=ProductChange(**values), by=by, at=at)


def archive_product(*, record_id: UUID, by: Actor, at: datetime) -> Product:
    return operations.archive_product(product_id=record_id, by=by, at=at)


def unarchive_product(*, record_id: UUID, by: Actor, at: datetime) -> Product:
    return operations.unarchive_product(product_id=record_id, by=by, at=at)


CODE = pgettext_lazy("of a product", "Code")
PRODUCTS = Listing(
    entity="product",
    model=Product,
    label=_("Products"),
    rows=lambda actor, archived: queries.products(archived=archived),
    view=Permission.PRODUCTS_VIEW,
    edit=Permission.PRODUCTS_EDIT,
    list_url="product_list",
    lock=lock_product,
    change=write_product,
    shape=ProductChange,
    archive=archive_product,
    unarchive=unarchive_product,
    columns=(
        Column("name", _("Name"), Kind.TITLE, order="name_folded"),
        Column("code", CODE, order="code"),
        Column("unit", _("Unit")),
        Column("unit_price", _("Unit price"), Kind.MONEY, order="unit_price"),
        Column(
            "vat_rate",
            _("VAT, %"),
            Kind.NUMBER,
            order=Coalesce(F("vat_rate"), Value(-1), output_field=Product._meta.get_field("vat_rate")),
        ),
        Column("currency", _("Currency"), is_shown=False),
        Column("created_at", pgettext_lazy("product", "Added"), Kind.INSTANT, order="id", is_minor=True),
        Column("updated_at", _("Changed"), Kind.INSTANT, order="updated_at", is_shown=False),
    ),
    fields=(
        Field("name", _("Name"), Kind.TEXT, path="name"),
        Field("code", CODE, Kind.TEXT, path="code"),
        Field("unit", _("Unit"), Kind.TEXT, path="unit", group_path="unit"),
        Field("unit_price", _("Unit price"), Kind.MONEY, path="unit_price"),
        Field("vat_rate", _("VAT, %"), Kind.NUMBER, path="vat_rate"),
        Field("currency", _("Currency"), Kind.TEXT, path="currency", group_path="currency"),
        Field("created_at", pgettext_lazy("product", "Added"), Kind.INSTANT, path="created_at"),
        Field("updated_at", _("Changed"), Kind.INSTANT, path="updated_at"),
    ),
    edits=(
        Edit("name", _("Name"), Kind.TEXT, write=write_product, is_required=True, in_bulk=False),
        Edit("code", CODE, Kind.TEXT, write=write_product, in_bulk=False),
        Edit("unit", _("Unit"), Kind.TEXT, write=write_product),
        Edit("unit_price", _("Unit price"), Kind.MONEY, write=write_product, is_required=True),
        Edit("vat_rate", _("VAT, %"), Kind.NUMBER, write=write_product),
    ),
    groups=("unit", "currency"),
)
