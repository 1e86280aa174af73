"""Products: added, changed, archived, brought back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shared_apps.core.actors import Actor
from shared_apps.core.changes import KEEP, Keep, given
from shared_apps.core.currencies import is_currency
from shared_apps.core.errors import FieldError, Refused, refuse_all
from shared_apps.core.operation import operation
from shared_apps.core.permissions import Permission
from shared_apps.core.search import order_key, searchable
from shared_apps.core.texts import text_errors
from tenant_apps.activity.operations import changes_between, record
from tenant_apps.catalog.events import CatalogEvent
from tenant_apps.catalog.models import Product
from tenant_apps.catalog.rules import PRICE_PLACES, RATE_PLACES, is_price, is_vat_rate, with_places
from tenant_apps.workspace.operations import CustomChange, custom_change
from tenant_apps.workspace.queries import profile


class AlreadyArchived(Refused):
    code = "already_archived"
    message = _("This is in the archive already.")
    conflict = True


class NotArchived(Refused):
    code = "not_archived"
    message = _("This is not in the archive.")
    conflict = True


@dataclass(frozen=True)
class ProductChange:
    """The details of a product that a person may set. None leaves a text as it is; as `vat_rate`: no VAT.

    `unit_price` has at most 4 places, `vat_rate` (percent) at most 2. A new product without `currency` takes
    the organization's own, without `vat_rate` it bears no VAT.
    """

    name: str | None = None
    code: str | None = None
    unit: str | None = None
    unit_price: Decimal | Keep | None = KEEP
    currency: str | None = None
    vat_rate: Decimal | Keep | None = KEEP
    custom: Mapping[str, Any] | None = None


COLUMNS = ("name", "code", "unit", "unit_price", "currency", "vat_rate")


@operation(permission=Permission.PRODUCTS_EDIT)
def create_product(*, details: ProductChange, by: Actor, at: datetime) -> Product:
    """Add a product."""
    product = Product(currency="" if details.currency else profile().default_currency, created_at=at)
    custom = custom_change("product", None, details.custom, by=by, at=at)
    new = _write(product, details, custom, at)
    record(event=CatalogEvent.PRODUCT_CREATED, subject=product, by=by, at=at, new=new)
    return product


@operation(permission=Permission.PRODUCTS_EDIT)
def change_product(*, product_id: UUID, change: ProductChange, by: Actor, at: datetime) -> Product:
    """Change what is given. Lines of documents that started from the product stay as they are."""
    product = Product.objects.select_for_update().get(pk=product_id)
    custom = custom_change("product", product_id, change.custom, by=by, at=at)
    before = _details(product) | custom.before
    old, new = changes_between(before, _write(product, change, custom, at))
    record(event=CatalogEvent.PRODUCT_CHANGED, subject=product, by=by, at=at, old=old, new=new)
    return product


@operation(permission=Permission.PRODUCTS_EDIT)
def archive_product(*, product_id: UUID, by: Actor, at: datetime) -> Product:
    """Take a product out of the lists. Raises `AlreadyArchived` the second time."""
    product = Product.objects.select_for_update().get(pk=product_id)
    if product.archived_at:
        raise AlreadyArchived()
    product.archived_at = product.updated_at = at
    product.save(update_fields=["archived_at", "updated_at"])
    record(event=CatalogEvent.PRODUCT_ARCHIVED, subject=product, by=by, at=at)
    return product


@operation(permission=Permission.PRODUCTS_EDIT)
def unarchive_product(*, product_id: UUID, by: Actor, at: datetime) -> Product:
    """Bring a product back into the lists. Raises `NotArchived` when it is there."""
    product = Product.objects.select_for_update().get(pk=product_id)
    if not product.archived_at:
        raise NotArchived()
    product.archived_at, product.updated_at = None, at
    product.save(update_fields=["archived_at", "updated_at"])
    record(event=CatalogEvent.PRODUCT_UNARCHIVED, subject=product, by=by, at=at)
    return product


def _details(product: Product) -> dict[str, Any]:
    return {name: getattr(product, name) for name in COLUMNS}


def _write(product: Product, change: ProductChange, custom: CustomChange, at: datetime) -> dict[str, Any]:
    """Put the given values into the row and save it; return all its details."""
    wanted = given(change)
    wanted.pop("custom", None)
    if "currency" in wanted:
        wanted["currency"] = wanted["currency"].upper()
    refuse_all(_product_errors(wanted, _details(product) | wanted) + custom.errors)
    for name, places in (("unit_price", PRICE_PLACES), ("vat_rate", RATE_PLACES)):
        if wanted.get(name) is not None:
            wanted[name] = with_places(wanted[name], places)
    for name, value in wanted.items():
        setattr(product, name, value)
    product.name_folded = order_key(product.name)
    product.search_text = searchable(product.name, product.code)
    product.updated_at = at
    product.save()
    custom.write(product.pk)
    return _details(product) | custom.after


def _product_errors(wanted: dict[str, Any], after: dict[str, Any]) -> list[FieldError]:
    errors = text_errors(Product, wanted)
    if not after["name"]:
        errors.append(FieldError("name", "required", _("Enter the name.")))
    if after["unit_price"] is None:
        errors.append(FieldError("unit_price", "required", _("Enter the price.")))
    elif not is_price(after["unit_price"]):
        message = _("Enter a price from 0 to 9,999,999,999 with at most four decimals.")
        errors.append(FieldError("unit_price", "price_invalid", message))
    if not is_currency(after["currency"]):
        errors.append(FieldError("currency", "currency_unknown", _("Choose a currency from the list.")))
    if after["vat_rate"] is not None and not is_vat_rate(after["vat_rate"]):
        message = _("Enter a rate from 0 to 100 with at most two decimals.")
        errors.append(FieldError("vat_rate", "vat_rate_invalid", message))
    return errors
