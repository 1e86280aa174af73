"""One's own account: password reset and change, e-mail confirmed, language, profile."""

import re
from collections.abc import Callable
from typing import Any

from django.core import mail
from django.test import Client

from shared_apps.accounts.models import TeamMember, User
from shared_apps.accounts.operations import queue_verification_mail
from shared_apps.accounts.queries import is_email_verified, person_actor
from shared_apps.core import clock
from shared_apps.jobs.models import Job
from shared_apps.journal.models import PlatformEvent
from tenant_apps.workspace.models import Member
from tenants.context import OrganizationRef, in_organization

Open = Callable[..., Client]
Run = Callable[[], list[str]]
NEW_PASSWORD = "seven-blue-kettles"


def user_of(organization: OrganizationRef, role: str = "user") -> User:
    return TeamMember.objects.get(organization_id=organization.id, role=role).user


def link_in_mail() -> str:
    found = re.search(r"http://[^/]+(/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_a_forgotten_password_is_set_anew(browser_of: Open, alpha: OrganizationRef, run_jobs: Run) -> None:
    elsewhere, client = browser_of(alpha, "user"), browser_of(alpha)
    assert client.post("/accounts/password/reset/", {"email": "user@alpha.example"}).status_code == 302
    assert mail.outbox == []
    assert run_jobs() == ["deliver_account_mail"]
    form = client.get(link_in_mail())["Location"]
    assert "Set a new password" in client.get(form).content.decode()
    weak = client.post(form, {"password1": "1234567890", "password2": "1234567890"})
    assert weak.status_code == 200 and "1234567890" not in weak.content.decode()
    assert client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}).status_code == 302
    assert elsewhere.get("/profile/").status_code == 302
    signed_in = client.post("/accounts/login/", {"login": "user@alpha.example", "password": NEW_PASSWORD})
    assert signed_in["Location"] == "/"
    assert PlatformEvent.objects.filter(type="accounts.password_changed").count() == 1
    assert "This link no longer works" in browser_of(alpha).get(link_in_mail()).content.decode()


def test_a_stranger_who_asks_for_a_reset_learns_nothing(
    browser_of: Open, alpha: OrganizationRef, run_jobs: Run
) -> None:
    known = browser_of(alpha).post("/accounts/password/reset/", {"email": "user@alpha.example"})
    unknown = browser_of(alpha).post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    run_jobs()
    assert "no account" in str(mail.outbox[-1].body)


def test_the_password_is_changed_by_one_who_knows_it(browser: Client, alpha: OrganizationRef) -> None:
    address = "/accounts/password/change/"
    wrong = {"oldpassword": "wrong-horse-7", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert "not your present password" in browser.post(address, wrong).content.decode()
    answer = browser.post(address, wrong | {"oldpassword": "correct-horse-7"})
    assert answer["Location"] == "/profile/"
    assert "Your new password is saved." in browser.get("/profile/").content.decode()
    assert user_of(alpha, "owner").check_password(NEW_PASSWORD)


def test_an_email_is_confirmed_by_its_letter(browser_of: Open, alpha: OrganizationRef, run_jobs: Run) -> None:
    client, person = browser_of(alpha, "user"), user_of(alpha)
    assert "Not confirmed" in client.get("/profile/").content.decode()
    assert client.post("/accounts/confirm-email/send/")["Location"] == "/profile/"
    run_jobs()
    assert client.get(link_in_mail()).status_code == 200
    assert not is_email_verified(person)
    assert client.post(link_in_mail())["Location"] == "/"
    assert is_email_verified(person)
    assert PlatformEvent.objects.filter(type="accounts.email_verified").count() == 1
    assert "This link no longer works" in client.get("/accounts/confirm-email/wrong/").content.decode()


def test_a_letter_leaves_once(alpha: OrganizationRef, run_jobs: Run) -> None:
    person = user_of(alpha)
    queue_verification_mail(user_id=person.pk, origin="http://x", by=person_actor(person), at=clock.now())
    run_jobs()
    Job.objects.update(state="queued")
    run_jobs()
    assert len(mail.outbox) == 1


def test_the_language_is_remembered_with_the_person(browser_of: Open, alpha: OrganizationRef) -> None:
    client = browser_of(alpha, "user", language="en")
    answer = client.post("/language/", {"language": "bg", "next": "/profile/"})
    assert answer["Location"] == "/profile/"
    assert user_of(alpha).language == "bg"
    assert '<html lang="bg"' in client.get("/profile/").content.decode()


def test_the_language_of_a_visitor_is_a_cookie_then_the_browsers(browser_of: Open) -> None:
    client = browser_of(None, language="en")
    assert '<html lang="en"' in client.get("/accounts/login/").content.decode()
    client.post("/language/", {"language": "bg"})
    assert '<html lang="bg"' in client.get("/accounts/login/").content.decode()
    assert '<html lang="bg"' in browser_of(None, language="de").get("/accounts/login/").content.decode()


def test_no_other_language_and_no_other_host(browser_of: Open) -> None:
    answer = browser_of(None).post("/language/", {"language": "xx", "next": "https://evil.example/"})
    assert answer["Location"] == "/" and "tefter_language" not in answer.cookies


def test_a_new_name_travels_into_the_organization(
    browser: Client, alpha: OrganizationRef, run_jobs: Run
) -> None:
    profile = {"name": "Радка Радева", "phone": "+359 88", "language": "en", "time_zone": "Europe/London"}
    assert browser.post("/profile/", profile)["Location"] == "/profile/"
    person = user_of(alpha, "owner")
    assert (person.name, person.phone, person.time_zone) == ("Радка Радева", "+359 88", "Europe/London")
    assert "mirror_team_member" in run_jobs()
    with in_organization(alpha):
        assert Member.objects.get(user_id=person.pk).name == "Радка Радева"


def test_a_wrong_profile_keeps_what_was_typed(browser: Client, alpha: OrganizationRef) -> None:
    answer = browser.post(
        "/profile/", {"name": "", "phone": "123", "language": "en", "time_zone": "Moon/Sea"}
    )
    assert answer.status_code == 422 and 'value="123"' in answer.content.decode()


def test_the_profile_page_takes_a_fixed_number_of_queries(
    browser: Client, django_assert_num_queries: Any
) -> None:
    browser.get("/profile/")
    with django_assert_num_queries(3):
        browser.get("/profile/")
