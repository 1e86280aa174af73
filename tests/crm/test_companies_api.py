from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from shared_apps.core.ids import new_id
from tenant_apps.crm.models import Company
from tenants.context import OrganizationRef, in_organization

AddCompany = Callable[..., Company]
URL = "/api/v1/companies/"
FIELDS = {
    "id",
    "name",
    "eik",
    "vat_number",
    "country",
    "city",
    "address",
    "postal_code",
    "email",
    "phone",
    "website",
    "industry",
    "size",
    "parent_id",
    "owner_id",
    "merged_into_id",
    "details",
    "addresses",
    "custom",
    "created_at",
    "updated_at",
    "archived_at",
}


def send(client: Client, method: str, url: str, **body: Any) -> Any:
    return getattr(client, method)(url, body, content_type="application/json")


def names(client: Client, query: str = "") -> list[str]:
    return [item["name"] for item in client.get(f"{URL}{query}").json()["items"]]


def test_create_answers_the_whole_object(api: Client) -> None:
    answer = send(api, "post", URL, name="  Ателие Щърк ", eik="175074752", vat_number="175074752")

    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == FIELDS
    assert (body["name"], body["vat_number"], body["country"]) == ("Ателие Щърк", "BG175074752", "BG")
    assert (body["email"], body["archived_at"]) == ("", None)
    assert body["created_at"].endswith("Z")
    assert api.get(f"{URL}{body['id']}/").json() == body


def test_patch_changes_what_it_names(api: Client) -> None:
    made = send(api, "post", URL, name="Щърк", city="София", phone="0888 123 456").json()

    answer = send(api, "patch", f"{URL}{made['id']}/", city="Варна", phone=None)

    assert answer.status_code == 200
    changed = {"city": "Варна", "phone": "", "updated_at": answer.json()["updated_at"]}
    assert answer.json() == made | changed
    assert changed["updated_at"] > made["updated_at"]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": "Щърк", "eik": "175074753"}, "eik", "eik_invalid"),
        ({"name": "Щърк", "country": "XX"}, "country", "country_unknown"),
        ({"name": "Щърк", "email": "щ"}, "email", "email_invalid"),
        ({"name": "Щ" * 201}, "name", "too_long"),
    ],
)
def test_wrong_values_are_named(api: Client, body: dict[str, str], field: str, code: str) -> None:
    answer = send(api, "post", URL, **body)
    assert answer.status_code == 422
    assert (answer.json()["field"], answer.json()["code"]) == (field, code)


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": 5}, {"name": "Щърк", "colour": "red"}])
def test_a_body_of_another_shape_is_refused(api: Client, body: dict[str, Any]) -> None:
    assert send(api, "post", URL, **body).status_code == 422


def test_archive_and_back(api: Client) -> None:
    first = send(api, "post", URL, name="Първа").json()
    send(api, "post", URL, name="Втора")

    archived = send(api, "post", f"{URL}{first['id']}/archive/")
    assert (archived.status_code, archived.json()["archived_at"][-1]) == (200, "Z")
    assert send(api, "post", f"{URL}{first['id']}/archive/").status_code == 409
    assert names(api) == ["Втора"]
    assert names(api, "?archived=true") == ["Втора", "Първа"]
    assert send(api, "post", f"{URL}{first['id']}/unarchive/").json()["archived_at"] is None
    assert send(api, "post", f"{URL}{first['id']}/unarchive/").status_code == 409
    assert names(api) == ["Втора", "Първа"]


def test_lists_are_searched_filtered_and_ordered(api: Client) -> None:
    for name, eik, city in (
        ("Алфа", "175074752", "София"),
        ("Вега", "831646048", "Варна"),
        ("Бета", "", "София"),
    ):
        send(api, "post", URL, name=name, eik=eik, city=city, email=f"office@{eik or 'beta'}.bg")

    assert names(api) == ["Бета", "Вега", "Алфа"]
    assert names(api, "?ordering=name") == ["Алфа", "Бета", "Вега"]
    assert names(api, "?ordering=-created_at") == names(api)
    assert names(api, "?search=sofia") == ["Бета", "Алфа"]
    assert names(api, "?eik=831646048") == ["Вега"]
    assert names(api, "?email=OFFICE@beta.bg") == ["Бета"]
    assert names(api, "?country=de") == []
    assert api.get(f"{URL}?ordering=city").status_code == 422
    assert api.get(f"{URL}?limit=201").status_code == 422


@pytest.mark.parametrize("ordering", ["", "name", "-name", "created_at", "-updated_at"])
def test_pages_follow_each_other_without_gap(api: Client, ordering: str) -> None:
    for number in range(5):
        send(api, "post", URL, name=f"Фирма {number % 2}")
    whole = [item["id"] for item in api.get(f"{URL}?ordering={ordering}").json()["items"]]

    walked, cursor = [], ""
    while cursor is not None:
        page = api.get(f"{URL}?ordering={ordering}&limit=2&cursor={cursor}").json()
        walked += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert walked == whole and len(whole) == 5


def test_a_cursor_of_another_order_is_refused(api: Client) -> None:
    for number in range(3):
        send(api, "post", URL, name=f"Фирма {number}")
    cursor = api.get(f"{URL}?limit=1").json()["next_cursor"]
    assert api.get(f"{URL}?ordering=name&cursor={cursor}").status_code == 422


def test_a_user_meets_only_own_companies(
    api_of: Callable[..., Client], alpha: OrganizationRef, add_company: AddCompany, user: Actor
) -> None:
    own, other = add_company("Своя", by=user), add_company("Чужда")
    client = api_of(alpha, Role.USER)

    assert names(client) == ["Своя"]
    assert client.get(f"{URL}{own.pk}/").status_code == 200
    for answer in (
        client.get(f"{URL}{other.pk}/"),
        send(client, "patch", f"{URL}{other.pk}/", city="Варна"),
        send(client, "post", f"{URL}{other.pk}/archive/"),
        client.get(f"{URL}{new_id()}/"),
    ):
        assert answer.status_code == 404


def test_another_organization_s_company_is_missing(
    api_of: Callable[..., Client], beta: OrganizationRef, add_company: AddCompany
) -> None:
    company = add_company()
    with in_organization(beta):
        assert not Company.objects.exists()
    assert api_of(beta).get(f"{URL}{company.pk}/").status_code == 404


def test_the_list_is_one_statement_of_its_own(
    api: Client, add_company: AddCompany, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        add_company(f"Фирма {number}")
    api.get(URL)
    with django_assert_max_num_queries(3):
        assert len(names(api)) == 5
