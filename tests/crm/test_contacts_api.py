from collections.abc import Callable
from typing import Any

from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from shared_apps.core.ids import new_id
from tenant_apps.crm.models import Company, Contact
from tenants.context import OrganizationRef

AddCompany = Callable[..., Company]
AddContact = Callable[..., Contact]
URL = "/api/v1/contacts/"


def send(client: Client, method: str, url: str, **body: Any) -> Any:
    return getattr(client, method)(url, body, content_type="application/json")


def names(client: Client, query: str = "") -> list[str]:
    return [item["first_name"] for item in client.get(f"{URL}{query}").json()["items"]]


def test_create_read_change(api: Client, add_company: AddCompany) -> None:
    company = add_company()
    answer = send(api, "post", URL, first_name="Мария", last_name="Петрова", company_id=str(company.pk))

    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {
        "id",
        "first_name",
        "last_name",
        "email",
        "phone",
        "job_title",
        "company_id",
        "owner_id",
        "merged_into_id",
        "details",
        "addresses",
        "custom",
        "created_at",
        "updated_at",
        "archived_at",
    }
    assert body["company_id"] == str(company.pk)
    url = f"{URL}{body['id']}/"
    assert api.get(url).json() == body
    assert send(api, "patch", url, job_title="ЧР").json()["company_id"] == str(company.pk)
    assert send(api, "patch", url, company_id=None).json()["company_id"] is None


def test_a_company_that_is_not_there_is_404(api: Client) -> None:
    answer = send(api, "post", URL, first_name="Мария", company_id=str(new_id()))
    assert answer.status_code == 404


def test_a_contact_without_a_name_is_refused(api: Client) -> None:
    answer = send(api, "post", URL, email="nobody@example.com")
    assert (answer.status_code, answer.json()["field"]) == (422, "first_name")


def test_lists_are_filtered_and_ordered(
    api: Client, add_company: AddCompany, add_contact: AddContact
) -> None:
    company = add_company()
    add_contact("Мария", "Янева", company_id=company.pk, email="m.yaneva@shtark.bg")
    add_contact("Борис", "Алексиев", phone="02 987 65 43")
    add_contact("Веса", "Колева")

    assert names(api) == ["Веса", "Борис", "Мария"]
    assert names(api, "?ordering=name") == ["Борис", "Веса", "Мария"]
    assert names(api, "?ordering=last_name") == ["Борис", "Веса", "Мария"]
    assert names(api, f"?company_id={company.pk}") == ["Мария"]
    assert names(api, "?email=M.Yaneva@shtark.bg") == ["Мария"]
    assert names(api, "?search=%2B3592987-65-43") == ["Борис"]
    assert names(api, f"?company_id={new_id()}") == []
    assert api.get(f"{URL}?company_id=x").status_code == 422


def test_archive_and_back(api: Client, add_contact: AddContact) -> None:
    url = f"{URL}{add_contact().pk}/"
    assert send(api, "post", f"{url}archive/").json()["archived_at"]
    assert send(api, "post", f"{url}archive/").status_code == 409
    assert (names(api), names(api, "?archived=true")) == ([], ["Мария"])
    assert send(api, "post", f"{url}unarchive/").json()["archived_at"] is None


def test_a_user_meets_only_own_contacts(
    api_of: Callable[..., Client], alpha: OrganizationRef, add_contact: AddContact, user: Actor
) -> None:
    add_contact("Своя", by=user)
    other = add_contact("Чужда")
    client = api_of(alpha, Role.USER)
    assert names(client) == ["Своя"]
    assert client.get(f"{URL}{other.pk}/").status_code == 404
    assert send(client, "patch", f"{URL}{other.pk}/", first_name="Моя").status_code == 404


def test_the_list_takes_at_most_three_statements(
    api: Client, add_company: AddCompany, add_contact: AddContact, django_assert_max_num_queries: Any
) -> None:
    company = add_company()
    for number in range(5):
        add_contact(f"Човек {number}", company_id=company.pk)
    api.get(URL)
    with django_assert_max_num_queries(3):
        assert len(names(api)) == 5
