"""A changed field gets its old value back from the timeline."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.activity.models import Event
from tenant_apps.catalog.operations import ProductChange, change_product, create_product
from tenant_apps.crm.operations import (
    CompanyChange,
    ContactChange,
    DealChange,
    TaskChange,
    change_company,
    change_contact,
    change_deal,
    change_task,
    create_company,
    create_contact,
    create_deal,
    create_task,
    task_facts,
)
from tenant_apps.workspace.operations import (
    ChangedSince,
    NoLongerValid,
    NothingToRestore,
    archive_field,
    restore_value,
)
from tenant_apps.workspace.queries import custom_of
from tests.workspace.fields import add_field

pytestmark = pytest.mark.usefixtures("in_alpha")


def last_change() -> Event:
    return Event.objects.filter(type__endswith="_changed", type__startswith="c").latest("id")


def test_a_company_gets_back_its_text_parent_and_own_field(owner: Actor, at: datetime) -> None:
    add_field(owner, at, "money", label_en="x")
    above = create_company(details=CompanyChange(name="Above"), by=owner, at=at)
    details = CompanyChange(name="A", city="Русе", parent_id=above.pk, custom={"x": "5 USD"})
    company = create_company(details=details, by=owner, at=at)
    change = CompanyChange(city="Варна", parent_id=None, custom={"x": "7 EUR"})
    change_company(company_id=company.pk, change=change, by=owner, at=at)
    event = last_change()

    for name in ("city", "parent_id", "custom.x"):
        restore_value(event_id=event.pk, name=name, by=owner, at=at)

    company.refresh_from_db()
    assert (company.city, company.parent_id) == ("Русе", above.pk)
    assert custom_of("company", company.pk) == {"x": {"amount": "5.00", "currency": "USD"}}
    assert last_change().new == {"custom.x": {"amount": "5.00", "currency": "USD"}}


def test_every_kind_of_record_gives_back(owner: Actor, at: datetime) -> None:
    contact = create_contact(details=ContactChange(first_name="Ана"), by=owner, at=at)
    product = create_product(
        details=ProductChange(name="P", unit_price=Decimal("5.1"), vat_rate=Decimal(20)), by=owner, at=at
    )
    task = create_task(details=TaskChange(title="T", due_on=at.date()), by=owner, at=at)
    deal = create_deal(details=DealChange(name="D", value=Decimal("10.00")), by=owner, at=at)
    tomorrow = at.date() + timedelta(days=1)

    change_contact(contact_id=contact.pk, change=ContactChange(first_name="Еми"), by=owner, at=at)
    restore_value(event_id=last_change().pk, name="first_name", by=owner, at=at)
    change_product(
        product_id=product.pk, change=ProductChange(unit_price=Decimal(6), vat_rate=None), by=owner, at=at
    )
    event = last_change()
    restore_value(event_id=event.pk, name="unit_price", by=owner, at=at)
    restore_value(event_id=event.pk, name="vat_rate", by=owner, at=at)
    change_task(task_id=task.pk, change=TaskChange(due_on=tomorrow), by=owner, at=at)
    restore_value(event_id=last_change().pk, name="due_on", by=owner, at=at)
    change_deal(
        deal_id=deal.pk, change=DealChange(expected_close_on=tomorrow, value=Decimal(11)), by=owner, at=at
    )
    event = last_change()
    restore_value(event_id=event.pk, name="expected_close_on", by=owner, at=at)
    restore_value(event_id=event.pk, name="value", by=owner, at=at)

    for row in (contact, product, task, deal):
        row.refresh_from_db()
    assert contact.first_name == "Ана"
    assert (product.unit_price, product.vat_rate) == (Decimal("5.1"), Decimal(20))
    assert task_facts(task)["due_on"] == at.date()
    assert (deal.expected_close_on, deal.value) == (None, Decimal(10))


def test_what_was_changed_since_is_kept(owner: Actor, at: datetime) -> None:
    company = create_company(details=CompanyChange(name="A", city="Русе"), by=owner, at=at)
    change_company(company_id=company.pk, change=CompanyChange(city="Варна"), by=owner, at=at)
    event = last_change()
    change_company(company_id=company.pk, change=CompanyChange(city="Бургас"), by=owner, at=at)

    with pytest.raises(ChangedSince):
        restore_value(event_id=event.pk, name="city", by=owner, at=at)


def test_twice_is_once(owner: Actor, at: datetime) -> None:
    company = create_company(details=CompanyChange(name="A", city="Русе"), by=owner, at=at)
    change_company(company_id=company.pk, change=CompanyChange(city="Варна"), by=owner, at=at)
    event = last_change()
    restore_value(event_id=event.pk, name="city", by=owner, at=at)
    with pytest.raises(ChangedSince):
        restore_value(event_id=event.pk, name="city", by=owner, at=at)


def test_a_field_that_is_gone_takes_nothing_back(owner: Actor, at: datetime) -> None:
    field = add_field(owner, at, label_en="x")
    company = create_company(details=CompanyChange(name="A", custom={"x": "1"}), by=owner, at=at)
    change_company(company_id=company.pk, change=CompanyChange(custom={"x": ""}), by=owner, at=at)
    archive_field(field_id=field.pk, by=owner, at=at)
    with pytest.raises(Refused):
        restore_value(event_id=last_change().pk, name="custom.x", by=owner, at=at)


def test_a_company_that_one_does_not_see_is_no_longer_possible(
    owner: Actor, actor_with: Callable[[Role], Actor], at: datetime
) -> None:
    hidden = create_company(details=CompanyChange(name="A"), by=owner, at=at)
    user = actor_with(Role.USER)
    contact = create_contact(details=ContactChange(first_name="Ана"), by=user, at=at)
    change_contact(
        contact_id=contact.pk, change=ContactChange(company_id=hidden.pk), by=manager(owner), at=at
    )
    change_contact(contact_id=contact.pk, change=ContactChange(company_id=None), by=owner, at=at)
    with pytest.raises(NoLongerValid):
        restore_value(event_id=last_change().pk, name="company_id", by=user, at=at)


def manager(owner: Actor) -> Actor:
    return replace(owner, label="Somebody who sees everything")


@pytest.mark.parametrize("name", ["updated_at", "nothing", ""])
def test_what_did_not_change_is_not_restored(name: str, owner: Actor, at: datetime) -> None:
    company = create_company(details=CompanyChange(name="A", city="Русе"), by=owner, at=at)
    change_company(company_id=company.pk, change=CompanyChange(city="Варна"), by=owner, at=at)
    with pytest.raises(NothingToRestore):
        restore_value(event_id=last_change().pk, name=name, by=owner, at=at)


def test_who_may_not_change_the_record_restores_nothing(
    owner: Actor, actor_with: Callable[[Role], Actor], at: datetime
) -> None:
    product = create_product(details=ProductChange(name="P", unit_price=Decimal(5)), by=owner, at=at)
    change_product(product_id=product.pk, change=ProductChange(name="Q"), by=owner, at=at)
    with pytest.raises(NotAllowed):
        restore_value(event_id=last_change().pk, name="name", by=actor_with(Role.USER), at=at)


def test_the_page_shows_old_and_new_and_the_button_restores(
    owner: Actor, at: datetime, browser: Client
) -> None:
    add_field(owner, at, "choice", label_en="Color of their logo")
    product_field: dict[str, Any] = {"label_en": "Shelf"}
    add_field(owner, at, entity="product", **product_field)
    product = create_product(
        details=ProductChange(name="P", unit_price=Decimal(5), custom={"shelf": "A1"}), by=owner, at=at
    )
    change_product(product_id=product.pk, change=ProductChange(custom={"shelf": "B2"}), by=owner, at=at)
    event = last_change()

    page = browser.get(f"/products/{product.pk}/").content.decode()
    assert "<del>A1</del>" in page
    assert f"/history/{event.pk}/restore/" in page

    browser.post(f"/history/{event.pk}/restore/", {"name": "custom.shelf"})
    assert custom_of("product", product.pk) == {"shelf": "A1"}


def test_a_company_s_page_tells_own_fields_and_people_by_name(
    owner: Actor, at: datetime, browser: Client
) -> None:
    add_field(owner, at, "choice", label_en="Color of their logo")
    above = create_company(details=CompanyChange(name="Holding"), by=owner, at=at)
    company = create_company(
        details=CompanyChange(name="A", custom={"color_of_their_logo": "red"}), by=owner, at=at
    )
    change = CompanyChange(parent_id=above.pk, custom={"color_of_their_logo": "blue"})
    change_company(company_id=company.pk, change=change, by=owner, at=at)

    page = browser.get(f"/companies/{company.pk}/").content.decode()
    assert "<del>Red</del> → Blue" in page
    assert page.count("Holding") >= 2
