from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from tenant_apps.catalog.models import Product
from tenant_apps.catalog.operations import archive_product
from tenants.context import OrganizationRef

AddProduct = Callable[..., Product]
HTMX = {"HX-Request": "true"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_empty_list_says_what_will_live_there(browser: Client) -> None:
    assert "No products yet" in text(browser.get("/products/"))
    assert "The archive is empty" in text(browser.get("/products/?archived=true"))
    assert "Nothing matches" in text(browser.get("/products/?search=xyz"))


def test_the_list_shows_price_and_vat(
    browser: Client, add_product: AddProduct, owner: Actor, at: datetime
) -> None:
    add_product("Кабел", unit="м"), add_product("Наем", vat_rate=None, unit_price=Decimal("1200"))
    archive_product(product_id=add_product("Стар").pk, by=owner, at=at)
    shown = text(browser.get("/products/?ordering=-unit_price"))
    assert shown.index("Наем") < shown.index("Кабел") and "Стар" not in shown
    assert all(part in shown for part in ("€12.50", "€1,200.00", "VAT, %"))


def test_a_price_shows_the_decimals_that_it_has(
    browser_of: Callable[..., Client], alpha: OrganizationRef, add_product: AddProduct
) -> None:
    url = add_product(unit_price=Decimal("1234.0425")).get_absolute_url()
    assert "€1,234.0425" in text(browser_of(alpha, Role.OWNER).get(url))
    assert "1 234,0425 €".replace(" ", "\u00a0") in text(
        browser_of(alpha, Role.OWNER, language="bg").get(url)
    )


def test_a_product_is_added(browser: Client, in_alpha: OrganizationRef) -> None:
    form = text(browser.get("/products/new/"))
    assert 'value="20"' in form and '<option value="EUR" selected>' in form

    typed = {"name": "Кабел", "unit": "м", "unit_price": "12.5", "currency": "EUR", "vat_rate": ""}
    answer = browser.post("/products/new/", typed, follow=True)

    assert "The product was added." in text(answer)
    assert (Product.objects.get().unit_price, Product.objects.get().vat_rate) == (Decimal("12.5"), None)


def test_a_bulgarian_types_a_comma(
    browser_of: Callable[..., Client], alpha: OrganizationRef, in_alpha: OrganizationRef
) -> None:
    browser = browser_of(alpha, Role.OWNER, language="bg")
    typed = {"name": "Кабел", "unit_price": "1 234,5", "currency": "EUR", "vat_rate": "9,5"}
    assert browser.post("/products/new/", typed).status_code == 302
    product = Product.objects.get()
    assert (product.unit_price, product.vat_rate) == (Decimal("1234.5"), Decimal("9.5"))
    assert 'value="1234,5"' in text(browser.get(f"{product.get_absolute_url()}edit/"))


def test_what_was_typed_is_kept_beside_the_error(browser: Client) -> None:
    answer = browser.post("/products/new/", {"name": "Кабел", "unit_price": "-1", "currency": "EUR"})
    assert answer.status_code == 422
    assert 'value="Кабел"' in text(answer) and "Enter a price from 0" in text(answer)


def test_a_product_is_changed_archived_and_brought_back(browser: Client, add_product: AddProduct) -> None:
    url = add_product().get_absolute_url()
    form = text(browser.get(f"{url}edit/"))
    assert 'value="12.5"' in form and 'value="20"' in form

    typed = {"name": "Кабел", "unit_price": "13", "currency": "EUR", "vat_rate": "20"}
    assert "The product was saved." in text(browser.post(f"{url}edit/", typed, follow=True))
    assert browser.post(f"{url}edit/", {"name": ""}).status_code == 422
    archived = text(browser.post(f"{url}archive/", follow=True))
    assert "was archived." in archived and f'action="{url}unarchive/"' in archived
    assert "is back in the list." in text(browser.post(f"{url}unarchive/", follow=True))


def test_the_panel_shows_the_facts(browser: Client, add_product: AddProduct) -> None:
    panel = text(browser.get(add_product(code="К-1").get_absolute_url(), headers=HTMX))
    assert "К-1" in panel and "<html" not in panel


def test_the_line_editor_gets_all_that_a_line_needs(browser: Client, add_product: AddProduct) -> None:
    product = add_product("Кабел", code="К-1", unit="м")
    add_product("Монтаж")
    assert browser.get("/products/options/?q=kabel").json() == {
        "items": [
            {
                "value": str(product.pk),
                "text": "Кабел",
                "hint": "К-1",
                "unit": "м",
                "unit_price": "12.5000",
                "currency": "EUR",
                "vat_rate": "20.00",
            }
        ]
    }


def test_a_user_looks_only(
    browser_of: Callable[..., Client], alpha: OrganizationRef, add_product: AddProduct
) -> None:
    url = add_product().get_absolute_url()
    browser = browser_of(alpha, Role.USER)
    assert "Edit" not in text(browser.get(url))
    assert browser.get(f"{url}edit/").status_code == 403
    assert browser.post(f"{url}archive/").status_code == 403


@pytest.mark.parametrize("path", ["/products/", "/products/new/", "detail", "edit"])
def test_pages_ask_little_of_the_database(
    browser: Client, add_product: AddProduct, django_assert_max_num_queries: Any, path: str
) -> None:
    products = [add_product(f"Кабел {number}") for number in range(5)]
    here = products[0].get_absolute_url()
    address = {"detail": here, "edit": f"{here}edit/"}.get(path, path)
    browser.get(address)
    with django_assert_max_num_queries(8):
        assert browser.get(address).status_code == 200
