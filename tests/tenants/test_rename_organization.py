"""An organization moves to another address; the old one leads there for a month, and is free afterwards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core.actors import Actor, system_actor
from shared_apps.core.errors import NotAllowed
from shared_apps.journal.models import PlatformEvent
from tenants import tasks
from tenants.context import OrganizationRef
from tenants.models import Domain, Organization
from tenants.operations import (
    SubdomainInvalid,
    SubdomainReserved,
    SubdomainTaken,
    SubdomainUnchanged,
    TooManyAddresses,
    free_address,
    rename_organization,
)
from tenants.queries import is_subdomain_free, outlived_hosts, primary_host
from tests.conftest import member_of

OLD, NEW = "alpha.tefter.localhost", "omega.tefter.localhost"


def rename(organization: OrganizationRef, to: str = "omega", **more: Any) -> Organization:
    return rename_organization(
        **{"organization_id": organization.id, "subdomain": to, "by": system_actor()} | more
    )


@pytest.fixture
def moved(alpha: OrganizationRef, at: Any, django_capture_on_commit_callbacks: Any) -> OrganizationRef:
    with django_capture_on_commit_callbacks(execute=True):
        rename(alpha, at=at)
    return alpha


def test_it_is_found_at_the_new_address(moved: OrganizationRef) -> None:
    assert primary_host(moved.id) == NEW
    answer = Client(headers={"host": NEW}).get("/accounts/login/")
    assert answer.status_code == 200


@pytest.mark.parametrize(("method", "status"), [("get", 302), ("head", 302), ("post", 307), ("delete", 307)])
def test_a_page_leads_on_with_path_and_query(moved: OrganizationRef, method: str, status: int) -> None:
    browser = Client(headers={"host": f"{OLD}:8000"})
    answer = getattr(browser, method)("/companies/?search=%D0%B0&page=2")
    assert answer.status_code == status
    assert answer["Location"] == f"http://{NEW}:8000/companies/?search=%D0%B0&page=2"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "/@evil.example/"])
def test_no_path_leads_to_a_foreign_host(moved: OrganizationRef, path: str) -> None:
    answer = Client(headers={"host": OLD}).get("/", PATH_INFO=path)
    assert answer["Location"].startswith(f"http://{NEW}/")


def test_scheme_stays(moved: OrganizationRef) -> None:
    assert Client(headers={"host": OLD}).get("/", secure=True)["Location"] == f"https://{NEW}/"


def test_htmx_goes_there_with_the_whole_page(moved: OrganizationRef) -> None:
    answer = Client(headers={"host": OLD, "HX-Request": "true"}).get("/companies/")
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"http://{NEW}/")
    assert "Location" not in answer


def test_a_program_is_told_to_write_again(moved: OrganizationRef) -> None:
    answer = Client(headers={"host": OLD}).post("/api/v1/companies/", b"{}", content_type="application/json")
    assert answer.status_code == 308 and answer["Location"] == f"http://{NEW}/api/v1/companies/"
    assert answer.json()["code"] == "organization_moved" and NEW in answer.json()["message"]


def test_nobody_else_can_take_the_old_address(moved: OrganizationRef, beta: OrganizationRef, at: Any) -> None:
    assert not is_subdomain_free("alpha")
    with pytest.raises(SubdomainTaken):
        rename(beta, "alpha", at=at)


def test_one_s_own_can_be_taken_back(moved: OrganizationRef, at: Any) -> None:
    rename(moved, "alpha", at=at)
    assert primary_host(moved.id) == OLD
    hosts = Domain.objects.filter(tenant_id=moved.id)
    assert {(one.domain, one.is_primary, one.redirects_until is None) for one in hosts} == {
        (OLD, True, True),
        (NEW, False, False),
    }


def test_after_a_month_it_is_free(
    moved: OrganizationRef, beta: OrganizationRef, at: Any, run_jobs: Callable[[], Any]
) -> None:
    later = at + timedelta(days=30, seconds=1)
    with time_machine.travel(later, tick=False):
        assert Client(headers={"host": OLD}).get("/").status_code == 404
        assert outlived_hosts(later) == [OLD]
        free_address(host=OLD, by=system_actor(), at=later)
        assert is_subdomain_free("alpha") and outlived_hosts(later) == []
    rename(beta, "alpha", at=later)
    assert primary_host(beta.id) == OLD
    assert PlatformEvent.objects.filter(type="tenants.address_freed", organization_id=moved.id).count() == 1


def test_an_address_is_not_freed_early(moved: OrganizationRef, at: Any) -> None:
    for host, when in ((OLD, at + timedelta(days=29)), (NEW, at + timedelta(days=99))):
        with pytest.raises(Domain.DoesNotExist):
            free_address(host=host, by=system_actor(), at=when)


def test_the_job_frees_them(moved: OrganizationRef, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "current_actor", system_actor)
    with time_machine.travel(at + timedelta(days=31), tick=False):
        tasks.free_old_addresses()
    assert not Domain.objects.filter(domain=OLD).exists()


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ("alpha", SubdomainUnchanged),
        ("beta", SubdomainTaken),
        ("www", SubdomainReserved),
        ("А-Б", SubdomainInvalid),
        ("x", SubdomainInvalid),
    ],
)
def test_what_is_refused(
    alpha: OrganizationRef, beta: OrganizationRef, at: Any, wanted: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        rename(alpha, wanted, at=at)
    assert primary_host(alpha.id) == OLD


def test_names_are_not_hoarded(alpha: OrganizationRef, at: Any) -> None:
    for number in range(5):
        rename(alpha, f"alpha-{number}", at=at)
    with pytest.raises(TooManyAddresses):
        rename(alpha, "alpha-5", at=at)
    rename(alpha, "alpha", at=at)


def test_who_may(
    alpha: OrganizationRef, beta: OrganizationRef, manager: Actor, owner: Actor, at: Any
) -> None:
    with pytest.raises(NotAllowed):
        rename(alpha, by=manager, at=at)
    with pytest.raises(NotAllowed):
        rename(beta, by=owner, at=at)
    rename(alpha, by=actor_of(member_of(alpha, Role.ADMIN)), at=at)


def test_it_is_told(moved: OrganizationRef) -> None:
    told = PlatformEvent.objects.get(type="tenants.organization_renamed")
    assert (told.old, told.new) == ({"subdomain": "alpha"}, {"subdomain": "omega"})


def test_the_page_takes_the_browser_along(browser: Client, alpha: OrganizationRef) -> None:
    assert "alpha" in browser.get("/settings/address/").content.decode()
    answer = browser.post("/settings/address/", {"subdomain": " Omega "})
    assert answer.status_code == 302 and answer["Location"].startswith(f"http://{NEW}/handover/?token=")
    there = Client(headers={"host": NEW, "accept-language": "en"})
    landed = there.get(answer["Location"].removeprefix(f"http://{NEW}"), follow=True)
    page = landed.content.decode()
    assert landed.redirect_chain == [("/settings/address/?moved=1", 302)]
    assert f"The organization is at {NEW} now" in page and OLD in page


def test_the_page_says_what_is_wrong(browser: Client, beta: OrganizationRef) -> None:
    answer = browser.post("/settings/address/", {"subdomain": "beta"})
    assert answer.status_code == 422 and "already taken" in answer.content.decode()


def test_the_command(alpha: OrganizationRef, capsys: Any) -> None:
    call_command("rename_organization", "alpha", "omega")
    assert f"is at {NEW} now; {OLD} leads there" in capsys.readouterr().out
    with pytest.raises(CommandError, match="already taken"):
        call_command("rename_organization", "omega", "beta")
