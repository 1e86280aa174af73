"""The host decides where a request goes, and nothing else that a request says about hosts does."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from shared_apps.accounts.models import TeamMember, User
from shared_apps.accounts.operations import begin_handover, invite_member
from shared_apps.accounts.queries import person_actor
from shared_apps.core import clock
from shared_apps.core.actors import system_actor
from tenants.context import OrganizationRef, in_organization
from tenants.hosts import host_of

Open = Callable[..., Client]
ALPHA, BETA = "Алфа Проба ООД", "Бета Проба ЕООД"


@pytest.mark.parametrize(
    "host",
    [
        "alpha.tefter.localhost:8000",
        "ALPHA.Tefter.LOCALHOST",
        "alpha.tefter.localhost.",
        "Alpha.tefter.localhost.:80",
    ],
)
def test_port_case_and_a_trailing_dot_lead_to_the_same_organization(browser: Client, host: str) -> None:
    page = browser.get("/", headers={"host": host})
    assert page.status_code == 200
    assert ALPHA in page.content.decode()


@pytest.mark.parametrize(
    "host",
    [
        "beta.tefter.localhost,alpha.tefter.localhost",
        "alpha.tefter.localhost@beta.tefter.localhost",
        "alpha.tefter.localhost/beta.tefter.localhost",
        "alpha.tefter.localhost:80:80",
        "alpha.tefter.localhost:beta",
        "alpha.tefter.localhost..",
        ".alpha.tefter.localhost",
        "alpha..tefter.localhost",
        "x.alpha.tefter.localhost",
        "alpha.tefter.localhost.evil.example",
        "alpha.tefter.localhost\t",
        "аlpha.tefter.localhost",  # the first letter is Cyrillic
        "alpha%2etefter.localhost",
        "[::1]",
        "127.0.0.1",
        "%",
        "",
    ],
)
def test_a_host_that_is_not_exactly_one_of_ours_leads_nowhere(browser: Client, host: str) -> None:
    page = browser.get("/", headers={"host": host})
    assert page.status_code in {400, 404}
    assert ALPHA not in page.content.decode()


@pytest.mark.parametrize(
    "header",
    [
        "x-forwarded-host",
        "forwarded",
        "x-host",
        "x-original-host",
        "x-forwarded-server",
        "x-http-host-override",
    ],
)
def test_other_headers_name_no_host(browser: Client, beta: OrganizationRef, header: str) -> None:
    told = f"host={host_of('beta')}" if header == "forwarded" else host_of("beta")
    page = browser.get("/", headers={header: told})
    assert page.status_code == 200
    assert ALPHA in page.content.decode() and BETA not in page.content.decode()


def test_a_whole_address_in_the_request_line_names_no_host(browser: Client) -> None:
    """gunicorn keeps the path of such an address and the host of the Host header."""
    page = browser.get("/", headers={"host": host_of("alpha")}, SERVER_NAME=host_of("beta"))
    assert ALPHA in page.content.decode()


def test_cookies_are_for_one_host(browser: Client) -> None:
    assert settings.SESSION_COOKIE_DOMAIN is None
    assert settings.CSRF_COOKIE_DOMAIN is None
    assert settings.CSRF_TRUSTED_ORIGINS == []
    assert settings.USE_X_FORWARDED_HOST is False


def test_a_page_of_one_host_cannot_write_on_another(browser_of: Open, alpha: OrganizationRef) -> None:
    """The victim is signed in at alpha; beta's page sends a form there, with a token of its own."""
    victim = browser_of(alpha, "owner")
    strict = Client(enforce_csrf_checks=True, headers={"host": host_of("alpha")})
    strict.cookies = victim.cookies
    form = strict.get("/companies/new/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.content.decode())
    assert token
    body = {"name": "Чужда ООД", "csrfmiddlewaretoken": token[1]}
    for origin in (f"http://{host_of('beta')}", "http://tefter.localhost", "null"):
        assert strict.post("/companies/new/", body, headers={"origin": origin}).status_code == 403
    other = Client(enforce_csrf_checks=True, headers={"host": host_of("beta")})
    foreign = re.search(
        r'name="csrfmiddlewaretoken" value="(\w+)"', other.get("/accounts/login/").content.decode()
    )
    assert foreign
    assert strict.post("/companies/new/", body | {"csrfmiddlewaretoken": foreign[1]}).status_code == 403
    assert (
        strict.post("/companies/new/", body, headers={"origin": f"http://{host_of('alpha')}"}).status_code
        == 422
    )


def test_a_reset_link_that_is_opened_elsewhere_opens_no_session(
    browser_of: Open, alpha: OrganizationRef, beta: OrganizationRef, run_jobs: Callable[[], list[str]]
) -> None:
    browser_of(alpha).post("/accounts/password/reset/", {"email": "user@alpha.example"})
    run_jobs()
    link = re.search(rf"http://{host_of('alpha')}(/\S+)", str(mail.outbox[-1].body))
    assert link, "the letter leads to the host that was asked"
    elsewhere = browser_of(beta)
    form = elsewhere.get(link[1])["Location"]
    elsewhere.post(form, {"password1": "seven-blue-kettles", "password2": "seven-blue-kettles"})
    assert elsewhere.get("/profile/").status_code == 302
    signed_in = elsewhere.post(
        "/accounts/login/", {"login": "user@alpha.example", "password": "seven-blue-kettles"}
    )
    assert signed_in.status_code == 200, "who has no place there has none with a new password either"


def test_a_handover_opens_one_door_once(
    browser_of: Open, alpha: OrganizationRef, beta: OrganizationRef
) -> None:
    person: User = TeamMember.objects.get(organization_id=alpha.id, role="owner").user
    token = begin_handover(
        user_id=person.pk, organization_id=alpha.id, by=person_actor(person), at=clock.now()
    )
    for host in (beta, None):
        thief = browser_of(host)
        thief.get(f"/handover/?token={token}")
        assert "_auth_user_id" not in thief.session


def test_an_invitation_is_known_to_its_own_host_only(
    browser_of: Open, alpha: OrganizationRef, beta: OrganizationRef, run_jobs: Callable[[], list[str]]
) -> None:
    with in_organization(alpha):
        invite_member(
            email="new@x.example", role="user", origin="http://x", by=system_actor(alpha.id), at=clock.now()
        )
    run_jobs()
    link = re.search(r"(/invitations/\S+/)", str(mail.outbox[-1].body))
    assert link
    assert browser_of(alpha).get(link[1]).status_code == 200
    assert browser_of(beta).get(link[1]).status_code == 410
    joining = {"name": "Нов", "password": "seven-blue-kettles"}
    assert browser_of(beta).post(link[1], joining).status_code in {410, 422}
    assert not TeamMember.objects.filter(user__email="new@x.example").exists()
