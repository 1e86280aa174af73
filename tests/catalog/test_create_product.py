from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.activity.queries import timeline_of
from tenant_apps.catalog.models import Product
from tenant_apps.catalog.operations import ProductChange, create_product
from tenants.context import OrganizationRef

AddProduct = Callable[..., Product]


def test_it_keeps_price_and_rate_with_the_places_of_documents(add_product: AddProduct, owner: Actor) -> None:
    product = add_product(" Кабел ", code="К-1", unit="м", currency="bgn")

    assert (product.name, product.currency) == ("Кабел", "BGN")
    assert (str(product.unit_price), str(product.vat_rate)) == ("12.5000", "20.00")
    kept = Product.objects.get(pk=product.pk)
    assert (kept.unit_price, kept.vat_rate) == (product.unit_price, product.vat_rate)
    assert kept.search_text == "kabel k 1"
    (event,) = timeline_of(product.pk, by=owner)
    assert (event.type, event.new["unit_price"]) == ("catalog.product_created", "12.5000")


def test_without_a_currency_it_takes_the_organization_s_and_without_a_rate_no_vat(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    product = create_product(details=ProductChange(name="Кабел", unit_price=Decimal(1)), by=owner, at=at)
    assert (product.currency, product.vat_rate) == ("EUR", None)


@pytest.mark.parametrize(
    ("details", "field", "code"),
    [
        ({"name": " "}, "name", "required"),
        ({"name": "К" * 201}, "name", "too_long"),
        ({"unit_price": None}, "unit_price", "required"),
        ({"unit_price": Decimal("-0.01")}, "unit_price", "price_invalid"),
        ({"unit_price": Decimal("0.00001")}, "unit_price", "price_invalid"),
        ({"unit_price": Decimal("1e10")}, "unit_price", "price_invalid"),
        ({"unit_price": Decimal("NaN")}, "unit_price", "price_invalid"),
        ({"vat_rate": Decimal("100.01")}, "vat_rate", "vat_rate_invalid"),
        ({"vat_rate": Decimal("9.125")}, "vat_rate", "vat_rate_invalid"),
        ({"currency": "XXX"}, "currency", "currency_unknown"),
    ],
)
def test_wrong_values_are_named(
    add_product: AddProduct, details: dict[str, object], field: str, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        add_product(**{"name": "Кабел"} | details)
    assert [(error.field, error.code) for error in refusal.value.errors] == [(field, code)]


def test_a_user_looks_only(add_product: AddProduct, user: Actor, owner: Actor) -> None:
    with pytest.raises(NotAllowed):
        add_product(by=user)
    with pytest.raises(NotAllowed):
        add_product(by=replace(owner, permissions=frozenset()))
