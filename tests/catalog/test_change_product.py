from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.ids import new_id
from tenant_apps.activity.queries import timeline_of
from tenant_apps.catalog.models import Product
from tenant_apps.catalog.operations import (
    AlreadyArchived,
    NotArchived,
    ProductChange,
    archive_product,
    change_product,
    unarchive_product,
)
from tenant_apps.catalog.queries import products

AddProduct = Callable[..., Product]


def test_only_what_is_given_changes(add_product: AddProduct, owner: Actor, at: datetime) -> None:
    product = add_product(unit="м")
    change_product(product_id=product.pk, change=ProductChange(unit_price=Decimal("13")), by=owner, at=at)

    kept = Product.objects.get()
    assert (kept.name, kept.unit, kept.unit_price, kept.vat_rate) == ("Кабел", "м", Decimal(13), Decimal(20))
    event = timeline_of(product.pk, by=owner)[0]
    assert (event.old, event.new) == ({"unit_price": "12.5000"}, {"unit_price": "13.0000"})


def test_no_rate_means_no_vat(add_product: AddProduct, owner: Actor, at: datetime) -> None:
    product = add_product()
    assert (
        change_product(product_id=product.pk, change=ProductChange(vat_rate=None), by=owner, at=at).vat_rate
        is None
    )


def test_what_is_wrong_or_missing_is_refused(add_product: AddProduct, owner: Actor, at: datetime) -> None:
    product = add_product()
    with pytest.raises(Refused):
        change_product(product_id=product.pk, change=ProductChange(unit_price=None), by=owner, at=at)
    with pytest.raises(Product.DoesNotExist):
        change_product(product_id=new_id(), change=ProductChange(name="Б"), by=owner, at=at)


def test_the_archive_takes_and_gives_back_once_each(
    add_product: AddProduct, owner: Actor, at: datetime
) -> None:
    product = add_product()
    archive_product(product_id=product.pk, by=owner, at=at)
    assert (
        not products().exists() and products(archived=True).get() == product == products(archived=None).get()
    )
    with pytest.raises(AlreadyArchived):
        archive_product(product_id=product.pk, by=owner, at=at)
    unarchive_product(product_id=product.pk, by=owner, at=at)
    assert products().get() == product
    with pytest.raises(NotArchived):
        unarchive_product(product_id=product.pk, by=owner, at=at)
