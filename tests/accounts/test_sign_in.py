"""Signing in on either host, the handover between them, and sessions that are good on one host alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client

from shared_apps.accounts.models import Handover, TeamMember, User
from shared_apps.accounts.operations import (
    HandoverInvalid,
    begin_handover,
    complete_handover,
    deactivate_member,
)
from shared_apps.accounts.queries import person_actor, visitor_actor
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.journal.models import PlatformEvent
from tenants.context import OrganizationRef

PASSWORD = "correct-horse-7"
Open = Callable[..., Client]


def log_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def owner_of(organization: OrganizationRef) -> User:
    return TeamMember.objects.get(organization_id=organization.id, role="owner").user


def second_place(user: User, organization: OrganizationRef) -> None:
    TeamMember.objects.create(user=user, organization_id=organization.id, role="user", created_at=clock.now())


def test_sign_in_on_the_organizations_host_opens_a_session_there(
    browser_of: Open, alpha: OrganizationRef
) -> None:
    client = browser_of(alpha)
    response = log_in(client, "Owner@Alpha.example")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["organization_id"] == str(alpha.id)
    assert client.get("/profile/").status_code == 200
    assert PlatformEvent.objects.filter(type="accounts.signed_in", organization_id=alpha.id).count() == 1


def test_the_session_gets_another_key_at_sign_in(browser_of: Open, alpha: OrganizationRef) -> None:
    client = browser_of(alpha)
    session = client.session
    session["seen"] = True
    session.save()
    before = session.session_key
    log_in(client, "owner@alpha.example")
    assert client.session.session_key != before


def test_a_wrong_password_is_refused_in_one_sentence(browser_of: Open, alpha: OrganizationRef) -> None:
    response = log_in(browser_of(alpha), "owner@alpha.example", "wrong-horse-7")
    assert response.status_code == 200
    assert "The e-mail or the password is wrong." in response.content.decode()
    assert "wrong-horse-7" not in response.content.decode()


def test_a_member_of_another_organization_is_refused_and_stays_signed_out(
    browser_of: Open, alpha: OrganizationRef
) -> None:
    client = browser_of(alpha)
    response = log_in(client, "owner@beta.example")
    assert "has no place in" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert client.get("/profile/").status_code == 302


def test_next_leads_only_to_this_host(browser_of: Open, alpha: OrganizationRef) -> None:
    assert (
        log_in(browser_of(alpha), "owner@alpha.example", next="/settings/team/")["Location"]
        == "/settings/team/"
    )
    assert log_in(browser_of(alpha), "owner@alpha.example", next="https://evil.example/")["Location"] == "/"


def test_sign_out_wants_a_post(browser: Client) -> None:
    assert browser.get("/accounts/logout/").status_code == 200
    assert browser.get("/profile/").status_code == 200
    assert browser.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert browser.get("/profile/").status_code == 302


def test_the_public_host_leads_one_with_a_single_place_straight_to_it(
    browser_of: Open, alpha: OrganizationRef
) -> None:
    public, inside = browser_of(None), browser_of(alpha)
    assert log_in(public, "manager@alpha.example")["Location"] == "/organizations/"
    address = urlsplit(public.get("/organizations/", headers={"host": "tefter.localhost:8123"})["Location"])
    assert (address.scheme, address.netloc, address.path) == (
        "http",
        "alpha.tefter.localhost:8123",
        "/handover/",
    )
    assert inside.get(f"{address.path}?{address.query}")["Location"] == "/"
    assert inside.get("/profile/").status_code == 200


def test_the_public_host_lists_several_places(
    browser_of: Open, alpha: OrganizationRef, beta: OrganizationRef, django_assert_num_queries: Any
) -> None:
    person = owner_of(alpha)
    second_place(person, beta)
    public = browser_of(None)
    log_in(public, person.email)
    with django_assert_num_queries(2):
        page = public.get("/organizations/").content.decode()
    assert alpha.name in page and beta.name in page
    answer = public.post(f"/organizations/{beta.id}/open/")
    assert urlsplit(answer["Location"]).hostname == "beta.tefter.localhost"


def test_a_place_that_is_not_ones_own_does_not_exist(
    browser_of: Open, alpha: OrganizationRef, beta: OrganizationRef
) -> None:
    public = browser_of(None)
    log_in(public, "owner@alpha.example")
    assert public.post(f"/organizations/{beta.id}/open/").status_code == 404


def test_the_list_of_places_is_for_the_signed_in(browser_of: Open) -> None:
    assert browser_of(None).get("/organizations/")["Location"] == "/accounts/login/?next=/organizations/"


def test_one_without_a_place_is_told_so(browser_of: Open, alpha: OrganizationRef) -> None:
    TeamMember.objects.filter(user__email="user@alpha.example").update(is_active=False)
    public = browser_of(None)
    log_in(public, "user@alpha.example")
    assert "You are in no organization" in public.get("/organizations/").content.decode()


def test_a_handover_works_once(alpha: OrganizationRef) -> None:
    token = _begin(alpha)
    user = complete_handover(token=token, organization_id=alpha.id, by=visitor_actor("en"), at=clock.now())
    assert user == owner_of(alpha)
    with pytest.raises(HandoverInvalid):
        complete_handover(token=token, organization_id=alpha.id, by=visitor_actor("en"), at=clock.now())


def test_a_handover_ends_after_a_minute(alpha: OrganizationRef) -> None:
    token = _begin(alpha)
    with pytest.raises(HandoverInvalid):
        complete_handover(
            token=token,
            organization_id=alpha.id,
            by=visitor_actor("en"),
            at=clock.now() + timedelta(seconds=61),
        )


def test_a_handover_is_for_one_host(browser_of: Open, alpha: OrganizationRef, beta: OrganizationRef) -> None:
    client = browser_of(beta)
    assert client.get(f"/handover/?token={_begin(alpha)}").status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_handover_fails_for_one_who_lost_their_place_meanwhile(
    alpha: OrganizationRef, owner: Actor
) -> None:
    member = TeamMember.objects.get(organization_id=alpha.id, role="user")
    token = begin_handover(
        user_id=member.user_id, organization_id=alpha.id, by=person_actor(member.user), at=clock.now()
    )
    deactivate_member(member_id=member.pk, by=owner, at=clock.now())
    with pytest.raises(HandoverInvalid):
        complete_handover(token=token, organization_id=alpha.id, by=visitor_actor("en"), at=clock.now())


def test_the_database_does_not_hold_the_token(alpha: OrganizationRef) -> None:
    token = _begin(alpha)
    assert token not in Handover.objects.get().token_hash


def test_a_used_link_says_so(browser_of: Open, alpha: OrganizationRef) -> None:
    token = _begin(alpha)
    browser_of(alpha).get(f"/handover/?token={token}")
    late = browser_of(alpha)
    late.get(f"/handover/?token={token}")
    assert "already used" in late.get("/accounts/login/").content.decode()


def test_a_session_of_one_host_is_nobodys_on_another(
    browser_of: Open, alpha: OrganizationRef, beta: OrganizationRef
) -> None:
    second_place(owner_of(alpha), beta)
    inside = browser_of(alpha, "owner")
    cookie = inside.cookies[django_settings.SESSION_COOKIE_NAME].value
    for host in ("beta.tefter.localhost", "tefter.localhost"):
        other = Client(headers={"host": host})
        other.cookies[django_settings.SESSION_COOKIE_NAME] = cookie
        path = "/profile/" if host.startswith("beta") else "/organizations/"
        assert "/accounts/login/" in other.get(path)["Location"]
    assert inside.get("/profile/").status_code == 200


def test_a_session_without_a_stamp_is_a_strangers(browser_of: Open, alpha: OrganizationRef) -> None:
    client = browser_of(alpha)
    client.force_login(owner_of(alpha), backend="shared_apps.accounts.backends.MemberBackend")
    assert client.get("/profile/").status_code == 302


def test_one_who_was_switched_off_is_signed_out_at_once(
    browser_of: Open, alpha: OrganizationRef, owner: Actor
) -> None:
    client = browser_of(alpha, "user")
    member = TeamMember.objects.get(organization_id=alpha.id, role="user")
    deactivate_member(member_id=member.pk, by=owner, at=clock.now())
    assert client.get("/profile/")["Location"].startswith("/accounts/login/")
    assert client.get("/accounts/login/").status_code == 200


def test_ten_wrong_passwords_close_the_door_for_a_while(
    browser_of: Open, alpha: OrganizationRef, settings: Any
) -> None:
    settings.AXES_ENABLED = True
    client = browser_of(alpha)
    answers = [log_in(client, "owner@alpha.example", "wrong-horse-7") for _try in range(11)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert "closed for 15 minutes" in answers[-1].content.decode()
    assert log_in(client, "OWNER@alpha.example").status_code == 429
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert log_in(client, "owner@alpha.example").status_code == 302


def test_a_visitor_without_a_cookie_costs_no_query(
    browser_of: Open, alpha: OrganizationRef, django_assert_num_queries: Any
) -> None:
    client = browser_of(alpha)
    client.get("/accounts/login/")
    client.cookies.clear()
    with django_assert_num_queries(0):
        assert client.get("/accounts/login/").status_code == 200


def test_nobody_signs_up_alone(browser_of: Open, alpha: OrganizationRef) -> None:
    assert browser_of(alpha).get("/accounts/signup/")["Location"] == "http://tefter.localhost/signup/"


def _begin(organization: OrganizationRef) -> str:
    user = owner_of(organization)
    return begin_handover(
        user_id=user.pk, organization_id=organization.id, by=person_actor(user), at=clock.now()
    )


def test_a_page_from_before_another_sign_in_says_what_to_do(browser_of: Open, alpha: OrganizationRef) -> None:
    client = Client(
        enforce_csrf_checks=True, headers={"host": "alpha.tefter.localhost", "accept-language": "en"}
    )
    answer = log_in(client, "owner@alpha.example")
    assert answer.status_code == 403 and "This page is out of date" in answer.content.decode()
