from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from shared_apps.accounts.roles import Role
from tenant_apps.catalog.models import Product
from tenants.context import OrganizationRef

AddProduct = Callable[..., Product]
URL = "/api/v1/products/"


def send(client: Client, method: str, url: str, **body: Any) -> Any:
    return getattr(client, method)(url, body, content_type="application/json")


def names(client: Client, query: str = "") -> list[str]:
    return [item["name"] for item in client.get(f"{URL}{query}").json()["items"]]


@pytest.mark.parametrize(("price", "rate"), [("12.5", "20"), (12.5, 20), ("12.5000", "20.00")])
def test_decimals_come_in_as_text_or_numbers_and_leave_as_text(api: Client, price: Any, rate: Any) -> None:
    answer = send(api, "post", URL, name="Кабел", unit="м", unit_price=price, currency="eur", vat_rate=rate)

    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {
        "id",
        "name",
        "code",
        "unit",
        "unit_price",
        "currency",
        "vat_rate",
        "custom",
        "created_at",
        "updated_at",
        "archived_at",
    }
    assert (body["unit_price"], body["vat_rate"], body["currency"]) == ("12.5000", "20.00", "EUR")
    assert api.get(f"{URL}{body['id']}/").json() == body


def test_patch_changes_what_it_names(api: Client) -> None:
    made = send(api, "post", URL, name="Кабел", unit_price="12.5", vat_rate="20", code="К-1").json()
    url = f"{URL}{made['id']}/"
    assert send(api, "patch", url, unit_price="0").json()["unit_price"] == "0.0000"
    changed = send(api, "patch", url, vat_rate=None, code=None).json()
    assert (changed["vat_rate"], changed["code"], changed["name"]) == (None, "", "Кабел")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"unit_price": "1"}, "name"),
        ({"name": "Кабел"}, "unit_price"),
        ({"name": "Кабел", "unit_price": "-1"}, "unit_price"),
        ({"name": "Кабел", "unit_price": "1.00001"}, "unit_price"),
        ({"name": "Кабел", "unit_price": "1,5"}, "unit_price"),
        ({"name": "Кабел", "unit_price": "1_000"}, "unit_price"),
        ({"name": "Кабел", "unit_price": "1e3"}, "unit_price"),
        ({"name": "Кабел", "unit_price": "٣"}, "unit_price"),
        ({"name": "Кабел", "unit_price": "1", "vat_rate": "101"}, "vat_rate"),
        ({"name": "Кабел", "unit_price": "1", "currency": "XXX"}, "currency"),
        ({"name": "Кабел", "unit_price": "1", "id": "1"}, "id"),
    ],
)
def test_wrong_values_are_named(api: Client, body: dict[str, str], field: str) -> None:
    answer = send(api, "post", URL, **body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_null_is_no_price(api: Client, add_product: AddProduct) -> None:
    answer = send(api, "patch", f"{URL}{add_product().pk}/", unit_price=None)
    assert (answer.status_code, answer.json()["field"]) == (422, "unit_price")


def test_lists_are_searched_filtered_and_ordered(api: Client, add_product: AddProduct) -> None:
    (
        add_product("Монтаж", unit_price=Decimal(80), code="М-1"),
        add_product("Кабел"),
        add_product("Наем", currency="USD"),
    )
    assert names(api) == ["Наем", "Кабел", "Монтаж"]
    assert names(api, "?ordering=name") == ["Кабел", "Монтаж", "Наем"]
    assert names(api, "?ordering=-unit_price&limit=1") == ["Монтаж"]
    assert names(api, "?search=montazh") == names(api, "?code=М-1") == ["Монтаж"]
    assert names(api, "?currency=usd") == ["Наем"]
    cursor = api.get(f"{URL}?ordering=-unit_price&limit=1").json()["next_cursor"]
    assert names(api, f"?ordering=-unit_price&cursor={cursor}") == ["Наем", "Кабел"]


def test_archive_and_back(api: Client, add_product: AddProduct) -> None:
    url = f"{URL}{add_product().pk}/"
    assert send(api, "post", f"{url}archive/").json()["archived_at"]
    assert send(api, "post", f"{url}archive/").status_code == 409
    assert (names(api), names(api, "?archived=true")) == ([], ["Кабел"])
    assert send(api, "post", f"{url}unarchive/").status_code == 200


def test_a_user_looks_only(
    api_of: Callable[..., Client], alpha: OrganizationRef, add_product: AddProduct
) -> None:
    add_product()
    client = api_of(alpha, Role.USER)
    assert names(client) == ["Кабел"]
    assert send(client, "post", URL, name="Наем", unit_price="1").status_code == 403
