"""Further e-mails, phones, links and addresses; the parent company; whose record it is."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from shared_apps.core.search import matching
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import Company, Contact
from tenant_apps.crm.operations import (
    CompanyChange,
    ContactChange,
    Detail,
    OwnerAlready,
    ParentBelow,
    Place,
    assign_company,
    assign_contact,
    change_company,
    change_contact,
    details_of,
    places_of,
)

AddCompany = Callable[..., Company]
AddContact = Callable[..., Contact]


def test_further_ways_to_reach_a_company_are_replaced_whole(
    add_company: AddCompany, owner: Actor, at: datetime
) -> None:
    company = add_company(details=(Detail("email", "old@shtark.bg"), Detail("phone", "02 111 222")))
    change = CompanyChange(
        details=(
            Detail("email", " sales@shtark.bg ", "sales"),
            Detail("link", "linkedin.com/company/shtark"),
        ),
        addresses=(Place(city="Пловдив", address="ул. Нова 1", label="склад"),),
    )
    change_company(company_id=company.pk, change=change, by=owner, at=at)
    assert details_of(company) == (
        Detail("email", "sales@shtark.bg", "sales"),
        Detail("link", "linkedin.com/company/shtark"),
    )
    assert places_of(company) == (Place(city="Пловдив", address="ул. Нова 1", label="склад"),)
    told = Event.objects.get(type="crm.company_changed")
    assert [one["value"] for one in told.old["details"]] == ["old@shtark.bg", "02 111 222"]
    assert [one["value"] for one in told.new["details"]] == ["sales@shtark.bg", "linkedin.com/company/shtark"]


@pytest.mark.parametrize("words", ["lichen", "+359 2 999 888", "02/999888"])
def test_they_find_the_record(add_contact: AddContact, owner: Actor, at: datetime, words: str) -> None:
    contact = add_contact(details=(Detail("email", "lichen@abv.bg"), Detail("phone", "02 999 888")))
    assert list(matching(Contact.objects.all(), words)) == [contact]
    change_contact(contact_id=contact.pk, change=ContactChange(phone="0888 1"), by=owner, at=at)
    assert list(matching(Contact.objects.all(), words)) == [contact]


@pytest.mark.parametrize(
    ("details", "code"),
    [
        (Detail("email", "nobody"), "email_invalid"),
        (Detail("fax", "1"), "kind_unknown"),
        (Detail("link", "no address"), "website_invalid"),
        (Detail("phone", " "), "required"),
    ],
)
def test_what_is_no_way_to_reach_anybody_is_refused_at_its_row(
    add_company: AddCompany, details: Detail, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        add_company(details=(Detail("phone", "1"), details))
    error = refused.value.errors[0]
    assert error.code == code and error.field.startswith("details.1.")
    assert not Company.objects.exists()


def test_no_company_stands_above_itself(add_company: AddCompany, owner: Actor, at: datetime) -> None:
    top = add_company("Холдинг")
    middle = add_company("Дъщерно", parent_id=top.pk)
    leaf = add_company("Внучка", parent_id=middle.pk)
    for below in (leaf, middle, top):
        with pytest.raises(ParentBelow):
            change_company(company_id=top.pk, change=CompanyChange(parent_id=below.pk), by=owner, at=at)
    change_company(company_id=leaf.pk, change=CompanyChange(parent_id=None), by=owner, at=at)
    assert Company.objects.get(pk=leaf.pk).parent is None


def test_a_record_changes_hands_and_the_event_names_both(
    add_company: AddCompany, owner: Actor, user: Actor, at: datetime
) -> None:
    company = add_company()
    assign_company(company_id=company.pk, owner_id=user.id, by=owner, at=at)
    assert Company.objects.get().owner_id == user.id
    told = Event.objects.get(type="crm.company_assigned")
    assert (told.old["owner"], told.new["owner"]) == (owner.label, user.label)
    with pytest.raises(OwnerAlready):
        assign_company(company_id=company.pk, owner_id=user.id, by=owner, at=at)


def test_one_who_only_sees_does_not_give_away(
    add_contact: AddContact, owner: Actor, user: Actor, at: datetime
) -> None:
    contact = add_contact()
    with pytest.raises(Contact.DoesNotExist):
        assign_contact(contact_id=contact.pk, owner_id=user.id, by=user, at=at)


def test_the_api_reads_writes_and_assigns_them(api: Client, owner: Actor, user: Actor) -> None:
    def send(method: str, url: str, **body: Any) -> Any:
        return getattr(api, method)(url, body, content_type="application/json")

    made = send(
        "post",
        "/api/v1/companies/",
        name="Щърк",
        details=[{"kind": "phone", "value": "02 1", "label": "офис"}],
        addresses=[{"city": "Варна", "address": "ул. 2"}],
    ).json()
    assert made["details"] == [{"kind": "phone", "value": "02 1", "label": "офис"}]
    assert made["addresses"][0]["country"] == "BG"
    listed = api.get("/api/v1/companies/").json()["items"][0]
    assert (listed["details"], listed["addresses"]) == (made["details"], made["addresses"])
    url = f"/api/v1/companies/{made['id']}/"
    assert send("patch", url, city="Варна").json()["details"] == made["details"]
    assert send("patch", url, details=[]).json()["details"] == []
    refused = send("patch", url, details=[{"kind": "email", "value": "x"}])
    assert (refused.status_code, refused.json()["field"]) == (422, "details.0.value")
    assert send("post", f"{url}assign/", owner_id=str(user.id)).json()["owner_id"] == str(user.id)
    assert send("post", f"{url}assign/", owner_id=str(user.id)).status_code == 409
