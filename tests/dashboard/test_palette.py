"""The palette offers what fits the page, the record and the reader."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, archive_company, create_company
from tenant_apps.dashboard.actions import ACTIONS, offers_on
from tenants.context import OrganizationRef
from tests.invoices.stories import draft, issued


@pytest.fixture
def company(owner: Actor, in_alpha: OrganizationRef, at: datetime) -> Company:
    return create_company(details=CompanyChange(name="Алфа"), by=owner, at=at)


def urls(path: str, actor: Actor) -> set[str]:
    return {offer.url for offer in offers_on(path, actor)}


def test_every_action_leads_somewhere() -> None:
    names = {name for name in get_resolver("config.urls_tenant").reverse_dict if isinstance(name, str)}
    assert {action.page for action in ACTIONS} <= names


def test_a_company_s_page_offers_what_is_done_to_it(company: Company, owner: Actor, at: datetime) -> None:
    page = company.get_absolute_url()
    offered = urls(page, owner)
    assert {f"{page}edit/", f"{page}archive/", f"{page}merge/", "/companies/new/"} <= offered
    assert f"/invoices/new/?company_id={company.pk}" in offered and f"{page}unarchive/" not in offered
    archive_company(company_id=company.pk, by=owner, at=at)
    assert f"{page}unarchive/" in urls(page, owner) and f"{page}archive/" not in urls(page, owner)


def test_only_a_draft_is_issued(owner: Actor, in_alpha: OrganizationRef) -> None:
    new, old = draft(owner), issued(owner)
    assert f"/invoices/{new.pk}/issue/" in urls(f"/invoices/{new.pk}/", owner)
    assert f"/invoices/{old.pk}/issue/" not in urls(f"/invoices/{old.pk}/", owner)


def test_nothing_is_offered_that_one_may_not_do(company: Company, user: Actor) -> None:
    offered = urls(company.get_absolute_url(), user)
    assert "/companies/new/" in offered and "/companies/suspects/" not in offered
    assert not [url for url in offered if str(company.pk) in url]


def test_an_action_is_found_in_both_languages(browser: Client, browser_of: Callable[..., Any]) -> None:
    page = browser.get("/actions/?path=/nowhere/").content.decode()
    assert "New company" in page and "нова" in page
    assert 'id="palette"' in browser.get("/").content.decode()
