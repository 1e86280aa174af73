"""Duplicates and merges at the browser and over the API."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.names import company_key, person_key, phone_key
from tenant_apps.crm.models import Company, Contact, Merge
from tenant_apps.crm.operations import merge_companies, tell_apart
from tenant_apps.crm.queries import alike
from tests.crm.selling import add_deal
from tests.invoices.stories import issued

AddCompany = Callable[..., Company]
AddContact = Callable[..., Contact]


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize(
    "name", ["Алфа ЕООД", "ALFA EOOD", "Alfa Ltd", "„Алфа“ Е.О.О.Д.", "ЕТ Алфа", "Alfa Ltd.", "алфа"]
)
def test_one_firm_has_one_key(name: str) -> None:
    assert company_key(name) == "alfa"


def test_a_legal_form_alone_is_a_name_and_words_stay() -> None:
    assert company_key("АД") == "ad"
    assert company_key("Алфа Трейд") != company_key("Алфа")
    assert person_key("Иван", "Иванов") == person_key("Ivanov", "Ivan")
    assert phone_key("+359 88 812 3456") == phone_key("0888 123 456") == "88123456"
    assert phone_key("+359 2 987 65 43") == phone_key("02/987 65 43")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"name": "ALFA TREYD Ltd"}, ("name",)),
        ({"name": "Алфа Трейт"}, ("near",)),
        ({"eik": "175 074 752"}, ("eik",)),
        ({"email": "OFFICE@alfa.example"}, ("email",)),
        ({"phone": "00359 88 812 34 56"}, ("phone",)),
        ({"eik": "175074752", "name": "Алфа Трейд"}, ("eik", "name")),
    ],
)
def test_one_who_types_is_told(
    add_company: AddCompany, owner: Actor, typed: dict[str, str], why: tuple[str, ...]
) -> None:
    company = add_company(
        "Алфа Трейд ООД", eik="175074752", email="office@alfa.example", phone="0888 123 456"
    )
    (hint,) = alike("company", typed, owner)
    assert (hint.record, hint.evidence) == (company, why)
    assert alike("company", typed, owner, other_than=company.pk) == []


def test_nothing_typed_suspects_nobody(add_company: AddCompany, owner: Actor) -> None:
    add_company("Алфа")
    assert alike("company", {"name": "", "phone": "12"}, owner) == []


def test_a_contact_is_found_by_both_names(add_contact: AddContact, browser: Client, owner: Actor) -> None:
    add_contact("Мария", "Петрова")
    assert "Мария Петрова" in text(
        browser.get("/contacts/duplicates/", {"first_name": "Petrova", "last_name": "Maria"})
    )


def test_a_plain_user_is_told_of_own_records_only(add_company: AddCompany, user: Actor, owner: Actor) -> None:
    add_company("Алфа", by=owner)
    assert alike("company", {"name": "Алфа"}, user) == []


def test_the_list_of_suspects(add_company: AddCompany, browser: Client, owner: Actor) -> None:
    one, other = (add_company(name, eik="175074752", city="Варна") for name in ("Алфа", "Бета"))
    page = text(browser.get("/companies/suspects/"))
    assert "same EIK, same city" in page and f"/companies/{one.pk}/merge/?with={other.pk}" in page
    browser.post(f"/records/company/{one.pk}/apart/", {"other": str(other.pk), "by": "eik"})
    assert "Nothing is double here" in text(browser.get("/companies/suspects/"))
    assert browser.get("/companies/suspects/?by=nonsense").status_code == 404


def test_two_are_compared_merged_and_parted(
    add_company: AddCompany, browser: Client, owner: Actor, at: datetime
) -> None:
    kept = add_company("Алфа", city="Варна")
    absorbed = add_company("Alfa Ltd", email="a@alfa.example", eik="121644736", address="ул. Първа 1")
    add_deal("Big", by=owner, at=at, company_id=absorbed.pk)
    issued(owner, absorbed)
    address = f"/companies/{kept.pk}/merge/"
    assert "Alfa Ltd" in text(browser.get(address))
    page = text(browser.get(address, {"with": str(absorbed.pk)}))
    assert "a@alfa.example" in page and "Deals" in page and "Issued invoices" in page

    answer = browser.post(address, {"absorb_id": str(absorbed.pk), "choice-name": "absorbed"})

    kept.refresh_from_db()
    assert (kept.name, kept.email) == ("Alfa Ltd", "")
    assert answer["Location"] == f"/companies/{kept.pk}/"
    assert browser.get(f"/companies/{absorbed.pk}/")["Location"] == f"/companies/{kept.pk}/"
    detail = text(browser.get(f"/companies/{kept.pk}/"))
    undo = f"/merges/{Merge.objects.get().pk}/undo/"
    assert undo in detail and "a@alfa.example" in detail
    assert "Alfa Ltd" not in text(browser.get("/companies/?archived=true"))

    browser.post(undo)
    kept.refresh_from_db()
    assert (kept.name, browser.get(f"/companies/{absorbed.pk}/").status_code) == ("Алфа", 200)


def test_contacts_are_merged_too(
    add_contact: AddContact, browser: Client, owner: Actor, at: datetime
) -> None:
    kept, absorbed = add_contact("Мария", "Петрова"), add_contact("Maria", "Petrova", email="m@x.example")
    deal = add_deal("Big", by=owner, at=at)
    for contact in (kept, absorbed):
        deal.participations.create(contact=contact)
    address = f"/contacts/{kept.pk}/merge/"
    assert "m@x.example" in text(browser.get(address, {"with": str(absorbed.pk)}))
    browser.post(address, {"absorb_id": str(absorbed.pk), "choice-email": "absorbed"})
    kept.refresh_from_db()
    assert (kept.email, deal.participations.count()) == ("m@x.example", 1)
    assert browser.get(f"/contacts/{absorbed.pk}/")["Location"] == f"/contacts/{kept.pk}/"
    browser.post(f"/merges/{Merge.objects.get().pk}/undo/")
    assert deal.participations.count() == 2


def test_the_api_merges_and_parts(add_company: AddCompany, api: Client, owner: Actor) -> None:
    kept, absorbed = add_company("Алфа"), add_company("Alfa", email="a@alfa.example")
    body = {"absorb_id": str(absorbed.pk), "fields": ["email"]}
    answer = api.post(f"/api/v1/companies/{kept.pk}/merge/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["kept_id"]) == (200, str(kept.pk))
    again = api.post(f"/api/v1/companies/{kept.pk}/merge/", body, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "already_merged")
    undone = api.post(f"/api/v1/merges/{answer.json()['id']}/undo/").json()
    assert undone["stayed"] == {"fields": [], "rows": {}} and undone["undone_at"]
    kept.refresh_from_db()
    assert kept.email == ""


def test_a_merge_costs_the_same_however_much_moves(
    add_company: AddCompany, owner: Actor, at: datetime, django_assert_max_num_queries: Any
) -> None:
    kept, absorbed = add_company("Алфа"), add_company("Alfa")
    for number in range(5):
        add_deal(f"Deal {number}", by=owner, at=at, company_id=absorbed.pk)
    with django_assert_max_num_queries(70):
        merge_companies(kept_id=kept.pk, absorbed_id=absorbed.pk, by=owner, at=at)


def test_a_record_names_those_that_may_be_the_same(
    browser: Client, add_company: Any, owner: Actor, at: datetime
) -> None:
    shown, other = add_company("Алфа ООД", phone="+359 88 123 4567"), add_company("Алфа ЕООД")
    third = add_company("Друга", phone="0881234567")
    add_company("Съвсем друга")
    page = browser.get(shown.get_absolute_url()).content.decode()
    for one in (other, third):
        assert f"/companies/{shown.pk}/merge/?with={one.pk}" in page
    assert page.count("?with=") == 2 and "/companies/suspects/" in page

    tell_apart(entity="company", first_id=other.pk, second_id=shown.pk, by=owner, at=at)
    assert f"?with={other.pk}" not in browser.get(shown.get_absolute_url()).content.decode()


def test_one_who_may_not_merge_is_not_told_of_duplicates(
    browser_of: Any, in_alpha: Any, add_contact: Any, owner: Actor
) -> None:
    first, _second = add_contact(), add_contact()
    assert (
        "Possible duplicates" in browser_of(in_alpha, "owner").get(first.get_absolute_url()).content.decode()
    )
    user = browser_of(in_alpha, "user")
    assert "Possible duplicates" not in user.get("/contacts/").content.decode()
    assert "Possible duplicates" in browser_of(in_alpha, "manager").get("/contacts/").content.decode()
