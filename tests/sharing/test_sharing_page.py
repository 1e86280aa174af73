from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.test import Client

from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.sharing.operations import share_record
from tenant_apps.sharing.queries import record_readers
from tenants.context import OrganizationRef


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_company_is_shared_and_taken_back(browser: Client, company: Company, user: Actor) -> None:
    url = f"/share/company/{company.pk}/"
    assert user.label in text(browser.get(url))

    answer = text(browser.post(url, {"user_id": user.id, "with_change": "on"}, follow=True))
    assert "is shared." in answer and "sees and changes" in answer
    assert [one.member.user_id for one in record_readers(company)] == [user.id]

    answer = text(browser.post(f"{url}{user.id}/remove/", follow=True))
    assert "no longer sees it" in answer and record_readers(company) == []


def test_nobody_chosen_is_said_beside_the_field(browser: Client, company: Company) -> None:
    assert browser.post(f"/share/company/{company.pk}/", {}).status_code == 422


def test_what_one_does_not_see_or_may_not_change_is_not_shared(
    browser_of: Callable[..., Client],
    alpha: OrganizationRef,
    company: Company,
    owner: Actor,
    user: Actor,
    at: datetime,
) -> None:
    url, browser = f"/share/company/{company.pk}/", browser_of(alpha, Role.USER)
    assert browser.get(url).status_code == 404
    assert browser.post(url, {"user_id": user.id}).status_code == 404
    share_record(record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=at)
    assert browser.get(url).status_code == 403
    assert browser.post(f"{url}{user.id}/remove/").status_code == 403


def test_only_shareable_records_have_the_page(browser: Client, company: Company) -> None:
    assert browser.get(f"/share/product/{company.pk}/").status_code == 404


def test_it_asks_little_of_the_database(
    browser: Client,
    company: Company,
    owner: Actor,
    user: Actor,
    at: datetime,
    django_assert_max_num_queries: Any,
) -> None:
    share_record(record_type="company", record_id=company.pk, user_id=user.id, by=owner, at=at)
    browser.get(f"/share/company/{company.pk}/")
    with django_assert_max_num_queries(8):
        assert browser.get(f"/share/company/{company.pk}/").status_code == 200
