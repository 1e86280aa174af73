"""Sign-up: one page, one transaction, and straight into the new organization."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from shared_apps.accounts.models import TeamMember, User
from shared_apps.accounts.queries import is_email_verified, visitor_actor
from shared_apps.core import clock
from shared_apps.plans.queries import plan_of
from shared_apps.website.operations import Company, Person, sign_up
from tenant_apps.workspace.models import Member, OrganizationProfile
from tenants.context import OrganizationRef, in_organization
from tenants.models import Organization
from tenants.operations import SubdomainTaken

Open = Callable[..., Client]
PASSWORD = "four-green-horses"
FORM = {
    "name": "Нова Новева",
    "email": "Nova@Example.com",
    "password": PASSWORD,
    "company_name": "Нова Фирма ЕООД",
    "eik": "175 074 752",
    "subdomain": "nova-firma",
}


def schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'")
        return {name for (name,) in cursor.fetchall()}


def test_sign_up_ends_on_the_dashboard_of_the_new_organization(
    browser_of: Open, run_jobs: Callable[[], list[str]]
) -> None:
    answer = browser_of(None).post("/signup/", FORM)
    assert answer["Location"].startswith("http://nova-firma.tefter.localhost/handover/?token=")
    inside = Client(headers={"host": "nova-firma.tefter.localhost"})
    assert inside.get(answer["Location"].partition("localhost")[2])["Location"] == "/"
    assert inside.get("/profile/").status_code == 200
    organization = Organization.objects.get(subdomain="nova-firma")
    owner = TeamMember.objects.get(organization=organization)
    assert (owner.role, owner.user.email, owner.user.language) == ("owner", "nova@example.com", "en")
    assert plan_of(organization.pk).code == "free"
    with in_organization(organization.pk):
        profile = OrganizationProfile.objects.get()
        assert (profile.legal_name, profile.eik) == ("Нова Фирма ЕООД", "175074752")
        assert Member.objects.get().role == "owner"
    run_jobs()
    assert mail.outbox[0].to == ["nova@example.com"]
    link = re.search(r"http://tefter\.localhost(/accounts/confirm-email/\S+)", str(mail.outbox[0].body))
    assert link and not is_email_verified(owner.user)
    browser_of(None).post(link[1])
    assert is_email_verified(owner.user)


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("name", "", "This field is required."),
        ("email", "nova", "Enter a valid email address."),
        ("email", "OWNER@alpha.example", "There is already an account with this e-mail."),
        ("password", "short", "too short"),
        ("password", "password123", "too common"),
        ("password", "nova@example.com", "too similar"),
        ("company_name", " ", "This field is required."),
        ("eik", "175074753", "This EIK is not valid"),
        ("subdomain", "alpha", "already taken"),
        ("subdomain", "www", "reserved"),
        ("subdomain", "нова", "small Latin letters"),
        ("subdomain", "a", "small Latin letters"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_made(
    browser_of: Open, alpha: OrganizationRef, field: str, value: str, text: str
) -> None:
    before = (User.objects.count(), Organization.objects.count(), schemas())
    answer = browser_of(None).post("/signup/", FORM | {field: value})
    page = answer.content.decode()
    assert answer.status_code == 422 and text in page
    assert 'value="Нова Фирма ЕООД"' in page or field == "company_name"
    assert PASSWORD not in page
    assert (User.objects.count(), Organization.objects.count(), schemas()) == before


def test_a_known_email_is_led_to_sign_in(browser_of: Open, alpha: OrganizationRef) -> None:
    page = browser_of(None).post("/signup/", FORM | {"email": "owner@alpha.example"}).content.decode()
    assert "/accounts/login/?next=/signup/" in page


def test_a_subdomain_lost_to_another_leaves_nothing_behind(db: None, alpha: OrganizationRef) -> None:
    before = (User.objects.count(), schemas())
    person = Person(name="Нова", email="nova@example.com", password=PASSWORD, language="bg")
    with pytest.raises(SubdomainTaken):
        sign_up(
            person=person,
            company=Company(name="Алфа", subdomain="alpha"),
            origin="http://x",
            by=visitor_actor("bg"),
            at=clock.now(),
        )
    assert (User.objects.count(), schemas()) == before


def test_a_step_that_fails_takes_everything_back(db: None, settings: Any) -> None:
    settings.PROVISIONING_STEPS = [
        "tenant_apps.workspace.operations.furnish",
        "tests.website.test_sign_up.fail",
    ]
    before = (User.objects.count(), Organization.objects.count(), schemas())
    person = Person(name="Нова", email="nova@example.com", password=PASSWORD, language="bg")
    with pytest.raises(RuntimeError):
        sign_up(
            person=person,
            company=Company(name="Нова", subdomain="nova"),
            origin="http://x",
            by=visitor_actor("bg"),
            at=clock.now(),
        )
    assert (User.objects.count(), Organization.objects.count(), schemas()) == before


def fail(**unknown: Any) -> None:
    raise RuntimeError("the step failed")


def test_the_same_form_sent_twice_founds_one_organization(browser_of: Open) -> None:
    client = browser_of(None)
    first, second = client.post("/signup/", FORM), client.post("/signup/", FORM)
    assert first.status_code == second.status_code == 302
    assert second["Location"].startswith("http://nova-firma.tefter.localhost/handover/")
    assert Organization.objects.filter(subdomain="nova-firma").count() == 1
    assert client.post("/signup/", FORM | {"password": "another-green-horse"}).status_code == 422


def test_a_signed_in_person_founds_another_organization(browser_of: Open, alpha: OrganizationRef) -> None:
    client = browser_of(None)
    client.post("/accounts/login/", {"login": "user@alpha.example", "password": "correct-horse-7"})
    page = client.get("/signup/").content.decode()
    assert "Another organization" in page and 'name="password"' not in page
    company = {name: FORM[name] for name in ("company_name", "subdomain")}
    answer = client.post("/signup/", company)
    assert answer["Location"].startswith("http://nova-firma.tefter.localhost/handover/")
    places = TeamMember.objects.filter(user__email="user@alpha.example").order_by("id")
    assert [place.role for place in places] == ["user", "owner"]
    assert client.post("/signup/", company).status_code == 302


def test_an_address_is_suggested_from_the_companys_name(browser_of: Open, alpha: OrganizationRef) -> None:
    def suggest(**typed: str) -> str:
        return (
            browser_of(None)
            .get("/signup/subdomain/", typed, headers={"HX-Target": "subdomain-field"})
            .content.decode()
        )

    assert 'value="shtastliva-kashta"' in suggest(company_name="„Щастлива къща“ ЕООД")
    assert 'value="alpha-bg"' in suggest(company_name="Alpha Ltd")
    assert 'value="mine"' in suggest(company_name="Друга", subdomain="mine", suggested="other")
    assert 'value="druga"' in suggest(company_name="Друга", subdomain="other", suggested="other")


@pytest.mark.parametrize(
    ("subdomain", "text"),
    [
        ("nova", "This address is free."),
        ("alpha", "already taken"),
        ("www", "reserved"),
        ("a b", "small Latin letters"),
    ],
)
def test_an_address_is_judged_while_one_types(
    browser_of: Open, alpha: OrganizationRef, subdomain: str, text: str
) -> None:
    answer = browser_of(None).get(
        "/signup/subdomain/", {"subdomain": subdomain}, headers={"HX-Target": "subdomain-status"}
    )
    assert text in answer.content.decode() and "<html" not in answer.content.decode()


def test_too_many_sign_ups_from_one_place_wait(browser_of: Open, settings: Any) -> None:
    from django.core.cache import cache

    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = {"signup": "2/m/ip"}
    client = browser_of(None)
    answers = [client.post("/signup/", FORM | {"eik": "1"}).status_code for _try in range(3)]
    cache.clear()
    assert answers == [422, 422, 429]


def test_the_landing_page_costs_no_query(browser_of: Open, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        page = browser_of(None).get("/").content.decode()
    assert "Create your organization" in page and "invoices a month" in page


def test_the_landing_page_knows_who_is_signed_in(browser_of: Open, alpha: OrganizationRef) -> None:
    client = browser_of(None)
    client.post("/accounts/login/", {"login": "user@alpha.example", "password": "correct-horse-7"})
    assert "Open Tefter" in client.get("/").content.decode()
