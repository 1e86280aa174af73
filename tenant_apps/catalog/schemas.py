"""Products as the API reads and writes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from shared_apps.core.api import CurrencyCode, Custom, FilteredQuery, Input, Percent, UnitPrice
from tenant_apps.catalog.models import Product
from tenant_apps.catalog.operations import COLUMNS, ProductChange
from tenant_apps.workspace.queries import custom_of, told_custom

PRODUCT_FIELDS = (*COLUMNS, "id", "created_at", "updated_at", "archived_at")
TEXTS = ("name", "code", "unit", "currency")
PRODUCT_ORDERINGS = {
    "name": "name_folded",
    "code": "code",
    "unit_price": "unit_price",
    "created_at": "id",
    "updated_at": "updated_at",
}


class ProductPatch(Input):
    """Only what is named changes; null empties a text, and as `vat_rate` it means no VAT."""

    name: str | None = None
    code: str | None = None
    unit: str | None = None
    unit_price: UnitPrice | None = None
    currency: CurrencyCode | None = None
    vat_rate: Percent | None = None
    custom: Custom | None = None

    def change(self) -> ProductChange:
        named = self.model_dump(exclude_unset=True)
        emptied = {name: "" for name in TEXTS if name in named and named[name] is None}
        return ProductChange(**{**named, **emptied})


class ProductIn(ProductPatch):
    """A new product. Without a currency it takes the organization's own; without `vat_rate`, no VAT."""

    name: str
    unit_price: UnitPrice

    def change(self) -> ProductChange:
        return ProductChange(**self.model_dump(exclude_none=True))


class ProductOut(Schema):
    id: UUID
    name: str
    code: str
    unit: str
    unit_price: str
    currency: str
    vat_rate: str | None
    custom: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class ProductFilters(FilteredQuery):
    archived: bool = False
    code: str = ""
    currency: str = ""

    def lookups(self) -> dict[str, Any]:
        wanted = {"code": self.code, "currency": self.currency.upper()}
        return {name: value for name, value in wanted.items() if value}


def product_out(product: Product) -> dict[str, Any]:
    custom = custom_of("product", product.pk)
    return {name: getattr(product, name) for name in PRODUCT_FIELDS} | {"custom": custom}


def without_order(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a list, without the column that only ordered it."""
    del row["name_folded"]
    return told_custom(row)
