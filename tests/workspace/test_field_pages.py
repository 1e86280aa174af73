"""The pages of custom fields, and the fields on the pages of records."""

from datetime import datetime

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, create_company
from tenant_apps.workspace.models import CustomField
from tenant_apps.workspace.operations import archive_field
from tenant_apps.workspace.queries import custom_fields, custom_of
from tests.workspace.fields import add_field

pytestmark = pytest.mark.usefixtures("in_alpha")


def test_a_field_is_added_with_its_options_in_their_order(browser: Client) -> None:
    sent = {
        "kind": "choice",
        "label_bg": "Цвят",
        "label_en": "Color",
        "option_bg": ["Син", "", "Червен"],
        "option_en": ["Blue", "", "Red"],
        "option_code": ["", "", ""],
        "default": "Red",
    }

    answer = browser.post("/settings/fields/new/?entity=contact", sent, follow=True)

    field = CustomField.objects.get()
    assert answer.status_code == 200
    assert (field.entity, [one["code"] for one in field.options], field.default) == (
        "contact",
        ["blue", "red"],
        "red",
    )
    assert "Color" in answer.content.decode()


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(browser: Client) -> None:
    sent = {"kind": "choice", "label_bg": "Цвят", "default": "?"}
    answer = browser.post("/settings/fields/new/", sent)
    assert answer.status_code == 422
    assert "Цвят" in answer.content.decode()


def test_a_field_is_renamed_and_its_option_archived(owner: Actor, at: datetime, browser: Client) -> None:
    field = add_field(owner, at, "choice", label_en="Color")
    assert browser.get(f"/settings/fields/{field.pk}/").status_code == 200
    sent = {
        "label_bg": "Оттенък",
        "label_en": "Shade",
        "option_bg": ["Син", "Червен"],
        "option_en": ["Blue", "Red"],
        "option_code": ["blue", "red"],
        "option_archived": ["red"],
    }
    browser.post(f"/settings/fields/{field.pk}/", sent)
    field.refresh_from_db()
    assert (field.code, field.label_en) == ("color", "Shade")
    assert {one["code"]: one["archived"] for one in field.options} == {
        "blue": False,
        "red": True,
        "green": True,
    }


def test_arrows_and_dragging_arrange_them(owner: Actor, at: datetime, browser: Client) -> None:
    a, b = add_field(owner, at, label_en="a"), add_field(owner, at, label_en="b")
    browser.post("/settings/fields/order/?entity=company", {"up": str(b.pk)})
    assert [one.code for one in custom_fields("company")] == ["b", "a"]
    browser.post("/settings/fields/order/?entity=company", {"order": [str(a.pk), str(b.pk)]})
    assert [one.code for one in custom_fields("company")] == ["a", "b"]


def test_the_archive_names_how_many_records_hold_something(
    owner: Actor, at: datetime, browser: Client
) -> None:
    field = add_field(owner, at, label_en="x")
    create_company(details=CompanyChange(name="A", custom={"x": "1"}), by=owner, at=at)
    archive_field(field_id=field.pk, by=owner, at=at)

    page = browser.get("/settings/fields/").content.decode()
    assert "1 запис" in page or "1 record" in page

    browser.post(f"/settings/fields/{field.pk}/delete/")
    assert not CustomField.objects.exists()


def test_the_form_of_a_record_asks_for_them(owner: Actor, at: datetime, browser: Client) -> None:
    for kind in ("text", "number", "money", "date", "choice", "choices", "yes_no", "link", "person"):
        add_field(owner, at, kind, label_en=kind, group="Договор")
    sent = {
        "name": "Нова",
        "country": "BG",
        "custom_shown": "1",
        "custom.text": "текст",
        "custom.number": "1 234,5",
        "custom.money": "12,50 EUR",
        "custom.date": "22.11.2026",
        "custom.choice": "red",
        "custom.choices": ["red", "blue"],
        "custom.yes_no": "true",
        "custom.link": "example.com",
        "custom.person": str(owner.id),
    }
    assert "Договор" in browser.get("/companies/new/").content.decode()

    answer = browser.post("/companies/new/", sent)

    assert answer.status_code == 302, answer.content.decode()
    company = Company.objects.get()
    assert custom_of("company", company.pk) == {
        "text": "текст",
        "number": "1234.5",
        "money": {"amount": "12.50", "currency": "EUR"},
        "date": "2026-11-22",
        "choice": "red",
        "choices": ["red", "blue"],
        "yes_no": True,
        "link": "https://example.com",
        "person": str(owner.id),
    }
    edit = browser.get(f"/companies/{company.pk}/edit/")
    form = edit.context["form"]
    assert "12.50 EUR" in edit.content.decode()
    assert "22/11/2026" in str(form["custom.date"]) or "22.11.2026" in str(form["custom.date"])
    assert str(form["custom.choices"]).count("checked") == 2
    shown = browser.get(f"/companies/{company.pk}/").content.decode()
    assert "Договор" in shown
    assert "https://example.com" in shown


def test_a_refusal_of_a_custom_field_stands_beside_it(owner: Actor, at: datetime, browser: Client) -> None:
    add_field(owner, at, "money", label_en="x")
    sent = {"name": "Нова", "country": "BG", "custom_shown": "1", "custom.x": "много"}
    answer = browser.post("/companies/new/", sent)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["custom.x"]


def test_one_is_edited_in_its_place(owner: Actor, at: datetime, browser: Client) -> None:
    add_field(owner, at, "number", label_en="x")
    company = create_company(details=CompanyChange(name="A"), by=owner, at=at)
    address, htmx = f"/lists/company/{company.pk}/fields/x/", {"HX-Request": "true"}
    assert "custom" not in browser.get(address, headers=htmx).content.decode()

    wrong = browser.post(address, {"value": "?"}, headers=htmx)
    right = browser.post(address, {"value": "5,5"}, headers=htmx)

    assert (wrong.status_code, right.status_code) == (422, 200)
    assert "5.5" in right.content.decode()
    assert browser.post(f"/lists/company/{company.pk}/fields/none/", {"value": "1"}).status_code == 404


@pytest.mark.parametrize("path", ["/contacts/new/", "/products/new/", "/tasks/new/", "/deals/new/"])
def test_every_form_has_them(path: str, owner: Actor, at: datetime, browser: Client) -> None:
    for entity in ("contact", "product", "task", "deal"):
        add_field(owner, at, entity=entity, label_en="A field of our own")
    assert "A field of our own" in browser.get(path).content.decode()
