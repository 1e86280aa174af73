import re
from collections.abc import Callable

import pytest
from django.test import Client

from tenant_apps.integrations.models import ApiToken
from tenants.context import OrganizationRef, in_organization

LIST = "/settings/tokens/"
NEW = "/settings/tokens/new/"


def test_a_token_is_shown_once_and_works(browser: Client, alpha: OrganizationRef) -> None:
    page = browser.post(
        NEW, {"name": "Shop", "reach": "some", "scopes": ["organization:read"], "lifetime": "30"}
    )

    assert page["Cache-Control"] == "no-store"
    secret = re.search(r"tft_[\w-]{40,}", page.content.decode())
    assert secret
    assert secret.group() not in browser.get(LIST).content.decode()
    answer = browser.get("/api/v1/organization/", headers={"authorization": f"Bearer {secret.group()}"})
    assert answer.status_code == 200
    with in_organization(alpha):
        token = ApiToken.objects.get()
        assert token.scopes == ["organization:read"]
        assert token.last_used_at and token.expires_at


def test_use_is_noted_once_an_hour(browser: Client, api: Client, alpha: OrganizationRef) -> None:
    api.get("/api/v1/organization/")
    with in_organization(alpha):
        first = ApiToken.objects.get().last_used_at
    api.get("/api/v1/organization/")
    with in_organization(alpha):
        assert ApiToken.objects.get().last_used_at == first
    assert "Never" not in browser.get(LIST).content.decode()


def test_without_scopes_it_is_refused_and_nothing_is_lost(browser: Client) -> None:
    answer = browser.post(NEW, {"name": "Shop", "reach": "some", "lifetime": "never"})
    assert answer.status_code == 422
    assert (
        "Choose what the token may do" in answer.content.decode()
        and 'value="Shop"' in answer.content.decode()
    )


def test_a_revoked_token_no_longer_works(browser: Client, api: Client, alpha: OrganizationRef) -> None:
    with in_organization(alpha):
        token = ApiToken.objects.get()
    assert browser.post(f"{LIST}{token.pk}/revoke/").status_code == 302
    assert api.get("/api/v1/organization/").status_code == 401
    assert "Revoked" in browser.get(LIST).content.decode()


@pytest.mark.parametrize("role", ["manager", "user"])
def test_others_do_not_see_them(browser_of: Callable[..., Client], alpha: OrganizationRef, role: str) -> None:
    assert browser_of(alpha, role).get(LIST).status_code == 403
    assert (
        browser_of(alpha, role).post(NEW, {"name": "x", "reach": "all", "lifetime": "30"}).status_code == 403
    )


def test_an_empty_list_says_what_will_live_here(browser: Client) -> None:
    assert "No tokens yet" in browser.get(LIST).content.decode()
