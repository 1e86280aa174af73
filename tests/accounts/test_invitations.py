"""Invitations: sent by letter, accepted once, on either host, by new people and by known ones."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from shared_apps.accounts.models import AccountMail, Invitation, TeamMember, User
from shared_apps.accounts.operations import (
    AlreadyInvited,
    AlreadyMember,
    EmailTaken,
    InvitationClosed,
    InvitationForAnother,
    RoleAboveOwn,
    accept_invitation,
    invite_member,
    join_by_invitation,
    resend_invitation,
    revoke_invitation,
)
from shared_apps.accounts.queries import is_email_verified, visitor_actor
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.errors import LimitReached, NotAllowed
from shared_apps.plans.operations import choose_plan
from tenant_apps.workspace.models import Member
from tenants.context import OrganizationRef, in_organization

ORIGIN = "http://alpha.tefter.localhost"
NEW = "nova@example.com"
Open = Callable[..., Client]
Run = Callable[[], list[str]]


def invite(by: Actor, email: str = NEW, role: str = "user") -> Invitation:
    return invite_member(email=email, role=role, origin=ORIGIN, by=by, at=clock.now())


def token_in_letter() -> str:
    """The token from the newest letter that waits."""
    letter = AccountMail.objects.order_by("id").last()
    assert letter is not None
    found = re.search(r"/invitations/([\w-]+)/", letter.text)
    assert found
    return found[1]


def test_an_invitation_sends_a_letter_by_a_job(
    in_alpha: OrganizationRef, owner: Actor, run_jobs: Run
) -> None:
    invitation = invite(owner, " Nova@Example.com ")
    assert invitation.email == NEW
    assert mail.outbox == []
    assert token_in_letter() not in invitation.token_hash
    assert run_jobs() == ["deliver_account_mail"]
    (letter,) = mail.outbox
    assert letter.to == [NEW] and in_alpha.name in letter.body
    assert f"{ORIGIN}/invitations/" in letter.alternatives[0][0]  # type: ignore[attr-defined]
    assert AccountMail.objects.get().text == ""


@pytest.mark.parametrize("role", ["manager", "user"])
def test_below_admin_nobody_invites(
    in_alpha: OrganizationRef, actor_with: Callable[[str], Actor], role: str
) -> None:
    with pytest.raises(NotAllowed):
        invite(actor_with(role))


def test_nobody_invites_above_their_own_role(
    in_alpha: OrganizationRef, actor_with: Callable[[str], Actor]
) -> None:
    with pytest.raises(RoleAboveOwn):
        invite(actor_with("admin"), role="owner")


def test_a_member_and_an_invited_one_are_not_invited_again(in_alpha: OrganizationRef, owner: Actor) -> None:
    with pytest.raises(AlreadyMember):
        invite(owner, "USER@alpha.example")
    invite(owner)
    with pytest.raises(AlreadyInvited):
        invite(owner, NEW.upper())


def test_members_and_invitations_use_up_the_seats(in_alpha: OrganizationRef, owner: Actor) -> None:
    choose_plan(organization_id=in_alpha.id, plan_code="free", by=owner, at=clock.now())
    TeamMember.objects.filter(organization_id=in_alpha.id, role__in=("user", "manager")).update(
        is_active=False
    )
    invitation = invite(owner)
    with pytest.raises(LimitReached):
        invite(owner, "second@example.com")
    revoke_invitation(invitation_id=invitation.pk, by=owner, at=clock.now())
    assert invite(owner, "second@example.com").pk


def test_a_new_person_joins_with_name_and_password(
    browser_of: Open, in_alpha: OrganizationRef, owner: Actor, run_jobs: Run
) -> None:
    invite(owner, role="manager")
    client, address = browser_of(in_alpha), f"/invitations/{token_in_letter()}/"
    assert "Your name" in client.get(address).content.decode()
    refused = client.post(address, {"name": "Нова", "password": "short"})
    assert refused.status_code == 422 and "Нова" in refused.content.decode()
    assert client.post(address, {"name": "Нова Иванова", "password": "four-green-horses"})["Location"] == "/"
    assert client.get("/profile/").status_code == 200
    person = User.objects.get(email=NEW)
    assert is_email_verified(person)
    run_jobs()
    with in_organization(in_alpha):
        assert Member.objects.get(user_id=person.pk).role == "manager"
    assert browser_of(in_alpha).get(address).status_code == 410


def test_an_existing_person_joins_with_their_password(
    browser_of: Open, in_alpha: OrganizationRef, beta: OrganizationRef, owner: Actor
) -> None:
    invite(owner, "user@beta.example")
    client, address = browser_of(None), f"/invitations/{token_in_letter()}/"
    assert "Your name" not in client.get(address).content.decode()
    wrong = client.post(address, {"password": "wrong-horse-7"})
    assert wrong.status_code == 422 and "The password is wrong." in wrong.content.decode()
    answer = client.post(address, {"password": "correct-horse-7"})
    assert answer["Location"].startswith("http://alpha.tefter.localhost/handover/?token=")
    assert browser_of(in_alpha).get(answer["Location"].partition("localhost")[2])["Location"] == "/"


def test_one_who_is_signed_in_joins_with_one_press(
    browser_of: Open, in_alpha: OrganizationRef, owner: Actor
) -> None:
    invite(owner, "user@beta.example")
    address = f"/invitations/{token_in_letter()}/"
    client = browser_of(None)
    client.post("/accounts/login/", {"login": "user@beta.example", "password": "correct-horse-7"})
    assert "password" not in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert TeamMember.objects.filter(organization_id=in_alpha.id, user__email="user@beta.example").exists()


def test_an_invitation_is_not_for_another(browser_of: Open, in_alpha: OrganizationRef, owner: Actor) -> None:
    invite(owner)
    token = token_in_letter()
    client = browser_of(None)
    client.post("/accounts/login/", {"login": "user@beta.example", "password": "correct-horse-7"})
    assert "You are signed in as user@beta.example" in client.get(f"/invitations/{token}/").content.decode()
    assert client.post(f"/invitations/{token}/").status_code == 422
    stranger = User.objects.get(email="user@beta.example")
    with pytest.raises(InvitationForAnother):
        accept_invitation(token=token, user_id=stranger.pk, by=visitor_actor("en"), at=clock.now())


def test_another_organizations_host_does_not_know_the_invitation(
    browser_of: Open, in_alpha: OrganizationRef, beta: OrganizationRef, owner: Actor
) -> None:
    invite(owner)
    assert browser_of(beta).get(f"/invitations/{token_in_letter()}/").status_code == 410
    assert browser_of(None).get("/invitations/never-given/").status_code == 410


def test_an_invitation_ends_after_a_week_and_can_be_sent_again(
    in_alpha: OrganizationRef, owner: Actor
) -> None:
    invitation = invite(owner)
    first, later = token_in_letter(), clock.now() + timedelta(days=8)
    person = {"name": "Нова", "password": "four-green-horses", "language": "bg", "by": visitor_actor("bg")}
    with pytest.raises(InvitationClosed):
        join_by_invitation(token=first, at=later, **person)  # type: ignore[arg-type]
    resend_invitation(invitation_id=invitation.pk, origin=ORIGIN, by=owner, at=later)
    second = token_in_letter()
    with pytest.raises(InvitationClosed):
        join_by_invitation(token=first, at=later, **person)  # type: ignore[arg-type]
    assert join_by_invitation(token=second, at=later, **person).role == "user"  # type: ignore[arg-type]
    assert User.objects.filter(email=NEW).count() == 1
    with pytest.raises(EmailTaken):
        join_by_invitation(token=second, at=later, **person)  # type: ignore[arg-type]


def test_a_withdrawn_invitation_is_closed(in_alpha: OrganizationRef, owner: Actor) -> None:
    invitation = invite(owner)
    revoke_invitation(invitation_id=invitation.pk, by=owner, at=clock.now())
    with pytest.raises(InvitationClosed):
        resend_invitation(invitation_id=invitation.pk, origin=ORIGIN, by=owner, at=clock.now())
    person = User.objects.get(email="user@beta.example")
    with pytest.raises(InvitationClosed):
        accept_invitation(token=token_in_letter(), user_id=person.pk, by=visitor_actor("en"), at=clock.now())


def test_the_page_invites_sends_again_and_withdraws(browser: Client, alpha: OrganizationRef) -> None:
    assert browser.post("/settings/team/", {"email": NEW, "role": "user"})["Location"] == "/settings/team/"
    assert NEW in browser.get("/settings/team/").content.decode()
    again = browser.post("/settings/team/", {"email": NEW, "role": "user"})
    assert again.status_code == 422 and "already invited" in again.content.decode()
    invitation = Invitation.objects.get()
    assert browser.post(f"/settings/team/invitations/{invitation.pk}/resend/").status_code == 302
    assert browser.post(f"/settings/team/invitations/{invitation.pk}/revoke/").status_code == 302
    invitation.refresh_from_db()
    assert invitation.revoked_at


def test_the_page_offers_no_role_above_ones_own(browser_of: Open, alpha: OrganizationRef) -> None:
    admin = browser_of(alpha, "admin")
    answer = admin.post("/settings/team/", {"email": NEW, "role": "owner"})
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_the_letter_is_in_the_readers_language(
    in_alpha: OrganizationRef, owner: Actor, settings: Any, run_jobs: Run
) -> None:
    User.objects.filter(email="user@beta.example").update(language="en")
    invite(owner, "user@beta.example")
    run_jobs()
    assert "invites you" in mail.outbox[0].subject
    assert '<html lang="en">' in mail.outbox[0].alternatives[0][0]  # type: ignore[attr-defined]
