"""Products that the stories are about."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from shared_apps.core.actors import Actor
from tenant_apps.catalog.models import Product
from tenant_apps.catalog.operations import ProductChange, create_product
from tenants.context import OrganizationRef


@pytest.fixture
def add_product(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> Callable[..., Product]:
    """`add_product("Монтаж", vat_rate=None)`: a product for 12.50 EUR with 20 % VAT unless said otherwise."""

    def add(name: str = "Кабел", *, by: Actor = owner, **details: Any) -> Product:
        usual = {"unit_price": Decimal("12.50"), "vat_rate": Decimal(20)}
        return create_product(details=ProductChange(name=name, **usual | details), by=by, at=at)

    return add
