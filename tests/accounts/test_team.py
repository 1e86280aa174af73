"""The team: roles changed, people switched off and on, and the two rules that stand above permissions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from shared_apps.accounts.models import TeamMember
from shared_apps.accounts.operations import (
    LastOwner,
    RoleAboveOwn,
    activate_member,
    change_member_role,
    deactivate_member,
)
from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.errors import LimitReached, NotAllowed
from shared_apps.jobs.models import Job
from shared_apps.journal.models import PlatformEvent
from shared_apps.plans.operations import choose_plan
from tenant_apps.workspace.models import Member
from tenants.context import OrganizationRef, in_organization


def place(organization: OrganizationRef, role: str) -> TeamMember:
    return TeamMember.objects.get(organization_id=organization.id, role=role)


def test_an_admin_makes_a_user_a_manager(
    in_alpha: OrganizationRef, actor_with: Callable[[str], Actor], run_jobs: Callable[[], list[str]]
) -> None:
    member = change_member_role(
        member_id=place(in_alpha, "user").pk, role="manager", by=actor_with("admin"), at=clock.now()
    )
    assert member.role == Role.MANAGER
    event = PlatformEvent.objects.get(type="accounts.team_member_changed")
    assert (event.old, event.new) == ({"role": "user"}, {"role": "manager"})
    assert run_jobs() == ["mirror_team_member"]
    with in_organization(in_alpha):
        assert Member.objects.get(user_id=member.user_id).role == "manager"


@pytest.mark.parametrize("role", ["manager", "user"])
def test_below_admin_nobody_manages_the_team(
    in_alpha: OrganizationRef, actor_with: Callable[[str], Actor], role: str
) -> None:
    with pytest.raises(NotAllowed):
        change_member_role(
            member_id=place(in_alpha, "user").pk, role="manager", by=actor_with(role), at=clock.now()
        )


def test_nobody_gives_a_role_above_their_own(
    in_alpha: OrganizationRef, actor_with: Callable[[str], Actor]
) -> None:
    admin = actor_with("admin")
    for target in ("admin", "user"):
        with pytest.raises(RoleAboveOwn):
            change_member_role(member_id=place(in_alpha, target).pk, role="owner", by=admin, at=clock.now())


def test_nobody_touches_one_who_stands_above_them(
    in_alpha: OrganizationRef, actor_with: Callable[[str], Actor]
) -> None:
    admin, owner = actor_with("admin"), place(in_alpha, "owner")
    with pytest.raises(RoleAboveOwn):
        deactivate_member(member_id=owner.pk, by=admin, at=clock.now())
    with pytest.raises(RoleAboveOwn):
        change_member_role(member_id=owner.pk, role="user", by=admin, at=clock.now())


def test_the_last_owner_stays(in_alpha: OrganizationRef, owner: Actor) -> None:
    own = place(in_alpha, "owner")
    with pytest.raises(LastOwner):
        change_member_role(member_id=own.pk, role="admin", by=owner, at=clock.now())
    with pytest.raises(LastOwner):
        deactivate_member(member_id=own.pk, by=owner, at=clock.now())


def test_one_of_two_owners_may_go(in_alpha: OrganizationRef, owner: Actor) -> None:
    change_member_role(member_id=place(in_alpha, "admin").pk, role="owner", by=owner, at=clock.now())
    own = TeamMember.objects.get(organization_id=in_alpha.id, user_id=owner.id)
    assert change_member_role(member_id=own.pk, role="user", by=owner, at=clock.now()).role == Role.USER


def test_a_switched_off_owner_is_no_owner_to_rely_on(in_alpha: OrganizationRef, owner: Actor) -> None:
    second = change_member_role(member_id=place(in_alpha, "admin").pk, role="owner", by=owner, at=clock.now())
    deactivate_member(member_id=second.pk, by=owner, at=clock.now())
    with pytest.raises(LastOwner):
        deactivate_member(
            member_id=TeamMember.objects.get(organization_id=in_alpha.id, user_id=owner.id).pk,
            by=owner,
            at=clock.now(),
        )


def test_a_member_of_another_organization_does_not_exist_here(beta: OrganizationRef, owner: Actor) -> None:
    with pytest.raises(TeamMember.DoesNotExist):
        deactivate_member(member_id=place(beta, "user").pk, by=owner, at=clock.now())


def test_switching_off_and_on_reaches_the_mirror(
    in_alpha: OrganizationRef, owner: Actor, run_jobs: Callable[[], list[str]]
) -> None:
    member = deactivate_member(member_id=place(in_alpha, "user").pk, by=owner, at=clock.now())
    run_jobs()
    with in_organization(in_alpha):
        assert not Member.objects.get(user_id=member.user_id).is_active
    activate_member(member_id=member.pk, by=owner, at=clock.now())
    run_jobs()
    with in_organization(in_alpha):
        assert Member.objects.get(user_id=member.user_id).is_active


def test_switching_on_asks_the_plan_for_a_seat(in_alpha: OrganizationRef, owner: Actor) -> None:
    member = deactivate_member(member_id=place(in_alpha, "user").pk, by=owner, at=clock.now())
    choose_plan(organization_id=in_alpha.id, plan_code="free", by=owner, at=clock.now())
    with pytest.raises(LimitReached) as refusal:
        activate_member(member_id=member.pk, by=owner, at=clock.now())
    assert (refusal.value.limit, refusal.value.used, refusal.value.plan) == (3, 3, "team")


def test_the_nightly_comparison_mends_every_difference(
    in_alpha: OrganizationRef, run_jobs: Callable[[], list[str]]
) -> None:
    from shared_apps.core.actors import system_actor
    from shared_apps.jobs.operations import enqueue

    stranger = Member.objects.get(role="admin")
    Member.objects.filter(role="manager").update(name="Somebody else")
    Member.objects.filter(role="user").delete()
    TeamMember.objects.filter(organization_id=in_alpha.id, role="admin").delete()
    enqueue("compare_team_mirror", by=system_actor(in_alpha.id))
    run_jobs()
    with in_organization(in_alpha):
        people = {member.role: member for member in Member.objects.all()}
        assert people["manager"].name == place(in_alpha, "manager").user.name
        assert people["user"].is_active
        assert not Member.objects.get(pk=stranger.pk).is_active
    Job.objects.all().delete()


def test_the_page_shows_the_team_in_a_fixed_number_of_queries(
    browser: Client, alpha: OrganizationRef, django_assert_num_queries: Any
) -> None:
    browser.get("/settings/team/")
    with django_assert_num_queries(4):
        page = browser.get("/settings/team/").content.decode()
    assert "manager@alpha.example" in page and "Send invitation" in page


def test_a_user_sees_the_team_and_no_buttons(
    browser_of: Callable[..., Client], alpha: OrganizationRef
) -> None:
    client = browser_of(alpha, "user")
    page = client.get("/settings/team/").content.decode()
    assert "owner@alpha.example" in page
    assert "Send invitation" not in page and "Deactivate" not in page
    assert client.post(f"/settings/team/{place(alpha, 'manager').pk}/deactivate/").status_code == 403
    assert client.post("/settings/team/", {"email": "x@example.com", "role": "user"}).status_code == 403


def test_the_page_changes_a_role_and_switches_off(browser: Client, alpha: OrganizationRef) -> None:
    member = place(alpha, "user")
    assert (
        browser.post(f"/settings/team/{member.pk}/role/", {"role": "manager"})["Location"]
        == "/settings/team/"
    )
    assert browser.post(f"/settings/team/{member.pk}/deactivate/").status_code == 302
    member.refresh_from_db()
    assert (member.role, member.is_active) == ("manager", False)
    browser.post(f"/settings/team/{member.pk}/activate/")
    member.refresh_from_db()
    assert member.is_active


def test_the_page_says_why_the_last_owner_stays(browser: Client, alpha: OrganizationRef) -> None:
    own = place(alpha, "owner")
    browser.post(
        f"/settings/team/{own.pk}/role/",
        {"role": "user"},
        headers={"referer": "http://alpha.tefter.localhost/settings/team/"},
    )
    assert "An organization needs an owner." in browser.get("/settings/team/").content.decode()
    assert browser.post(f"/settings/team/{own.pk}/role/", {"role": "king"}).status_code == 302
