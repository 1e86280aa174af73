"""One box finds one thing, however it is typed."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from shared_apps.core.bulgaria.layouts import other_layouts
from tenant_apps.crm.operations import (
    CompanyChange,
    ContactChange,
    TaskChange,
    create_company,
    create_contact,
    create_task,
)
from tenant_apps.dashboard.search import search_everything
from tenants.context import OrganizationRef
from tests.crm.selling import add_deal
from tests.invoices.stories import issued


def names(query: str, actor: Actor, at: datetime) -> dict[str, list[str]]:
    found = search_everything(query, actor, on=at.date())
    return {kind.noun: [str(hit.record) for hit in kind.hits] for kind in found}


@pytest.mark.parametrize("typed", ["Иванов", "иван", "Ivanov", "iwanow", "rldkfl", "IVANOV"])
def test_one_name_in_every_spelling(
    typed: str, owner: Actor, in_alpha: OrganizationRef, at: datetime
) -> None:
    create_contact(details=ContactChange(first_name="Петър", last_name="Иванов"), by=owner, at=at)
    assert names(typed, owner, at) == {"contact": ["Петър Иванов"]}


def test_a_latin_name_typed_in_cyrillic(owner: Actor, in_alpha: OrganizationRef, at: datetime) -> None:
    create_company(details=CompanyChange(name="Smith and Sons"), by=owner, at=at)
    assert names("смитх", owner, at) == {"company": ["Smith and Sons"]}


@pytest.mark.parametrize("typed", ["0888 123 456", "+359888123456", "00359 88 8123456", "888123456"])
def test_a_phone_in_any_format_shows_what_matched(
    typed: str, owner: Actor, in_alpha: OrganizationRef, at: datetime
) -> None:
    create_company(details=CompanyChange(name="Алфа", phone="0888/123 456"), by=owner, at=at)
    (kind,) = search_everything(typed, owner, on=at.date())
    assert (str(kind.hits[0].field) in {"Phone", "Телефон"}, kind.hits[0].value) == (True, "0888/123 456")


def test_an_invoice_by_its_number_without_zeros(
    owner: Actor, in_alpha: OrganizationRef, at: datetime
) -> None:
    invoice = issued(owner)
    bare = str(invoice.number).lstrip("0")
    assert names(bare, owner, at)["invoice"] == [invoice.number]
    assert names(str(invoice.number), owner, at)["invoice"][0] == invoice.number


def test_deals_and_tasks_are_found(
    owner: Actor, in_alpha: OrganizationRef, at: datetime, browser: Client
) -> None:
    add_deal("Нов покрив", by=owner, at=at)
    create_task(details=TaskChange(title="Оферта за покрив"), by=owner, at=at)
    assert set(names("pokriv", owner, at)) == {"deal", "task"}
    page: Any = browser.get("/search/?q=pokriv").content.decode()
    assert "Deals" in page and "Tasks" in page


def test_short_words_ask_for_beginnings(owner: Actor, in_alpha: OrganizationRef, at: datetime) -> None:
    create_company(details=CompanyChange(name="Ей Би"), by=owner, at=at)
    assert names("еи", owner, at) == {} and names("ей", owner, at) == {"company": ["Ей Би"]}


def test_a_layout_is_another_reading() -> None:
    assert "иванов" in other_layouts("iwanow") and "иванов" in other_layouts("rldkfl")
    assert "smith" in other_layouts("смитх")
    assert other_layouts("123") == []
