"""The switches of the rules by which deals move: the operation, the page, the API."""

import threading
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from shared_apps.accounts.queries import actor_of
from shared_apps.accounts.roles import Role
from shared_apps.core import clock
from shared_apps.core.actors import Actor
from shared_apps.core.errors import NotAllowed
from tenant_apps.activity.models import Event
from tenant_apps.crm.models import RuleSwitch
from tenant_apps.crm.operations import RuleCode, SwitchedAlready, switch_moving_rule
from tenant_apps.crm.queries import moving_rules
from tenants.context import OrganizationRef, in_organization
from tests.conftest import member_of

ISSUED = RuleCode.INVOICE_ISSUED


def standing() -> dict[str, bool]:
    return {rule.code: rule.is_on for rule in moving_rules()}


def test_rules_are_on_until_they_are_turned_off(
    in_alpha: OrganizationRef, owner: Actor, at: datetime
) -> None:
    assert standing() == dict.fromkeys(RuleCode, True)
    switch_moving_rule(code=ISSUED, is_on=False, by=owner, at=at)
    assert standing() == dict.fromkeys(RuleCode, True) | {ISSUED: False}
    switch_moving_rule(code=ISSUED, is_on=True, by=owner, at=at)
    assert standing() == dict.fromkeys(RuleCode, True)
    told = Event.objects.filter(subject_id=RuleSwitch.objects.get().pk).order_by("id")
    assert list(told.values_list("type", "subject_label")) == [
        ("crm.moving_rule_turned_off", "An issued invoice wins its deal"),
        ("crm.moving_rule_turned_on", "An issued invoice wins its deal"),
    ]


def test_a_rule_that_stands_so_is_not_switched(in_alpha: OrganizationRef, owner: Actor, at: datetime) -> None:
    with pytest.raises(SwitchedAlready):
        switch_moving_rule(code=ISSUED, is_on=True, by=owner, at=at)
    assert not RuleSwitch.objects.exists()
    switch_moving_rule(code=ISSUED, is_on=False, by=owner, at=at)
    with pytest.raises(SwitchedAlready):
        switch_moving_rule(code=ISSUED, is_on=False, by=owner, at=at)


def test_rules_are_of_those_who_manage_pipelines(
    in_alpha: OrganizationRef, user: Actor, manager: Actor, at: datetime
) -> None:
    with pytest.raises(NotAllowed):
        switch_moving_rule(code=ISSUED, is_on=False, by=user, at=at)
    switch_moving_rule(code=ISSUED, is_on=False, by=manager, at=at)
    assert not standing()[ISSUED]


def test_each_organization_has_its_own_switches(
    alpha: OrganizationRef, beta: OrganizationRef, owner: Actor, at: datetime
) -> None:
    with in_organization(alpha):
        switch_moving_rule(code=ISSUED, is_on=False, by=owner, at=at)
    with in_organization(beta):
        assert standing()[ISSUED]


def test_two_who_switch_at_once_are_one(in_committed_alpha: OrganizationRef) -> None:
    owner, at, start, refused = actor_of(member_of(in_committed_alpha, Role.OWNER)), clock.now(), None, []
    start = threading.Barrier(2)

    def turn_off() -> None:
        start.wait()
        try:
            with in_organization(in_committed_alpha):
                switch_moving_rule(code=ISSUED, is_on=False, by=owner, at=at)
        except SwitchedAlready:
            refused.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=turn_off) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), standing()[ISSUED]) == (1, False)


def test_the_page_shows_and_switches(
    browser: Client, in_alpha: OrganizationRef, django_assert_max_num_queries: Any
) -> None:
    browser.get("/settings/automation/")
    with django_assert_max_num_queries(8):
        page = browser.get("/settings/automation/").content.decode()
    assert page.count("Turn off") == len(RuleCode) and "A paid deal is celebrated" in page
    answer = browser.post(
        "/settings/automation/invoice_issued/", {"is_on": "0"}, follow=True
    ).content.decode()
    assert "is off." in answer and answer.count("Turn off") == len(RuleCode) - 1 and "Turn on" in answer
    assert not standing()[ISSUED]
    assert "stands so already" in str(
        browser.post("/settings/automation/invoice_issued/", {"is_on": "0"}, follow=True).content.decode()
    )
    assert browser.post("/settings/automation/nothing/", {"is_on": "0"}).status_code == 404


def test_the_api_reads_and_switches(api: Any, api_of: Any, alpha: OrganizationRef) -> None:
    rules = api.get("/api/v1/automation/").json()["rules"]
    assert [(rule["code"], rule["act"], rule["is_on"]) for rule in rules] == [
        ("invoice_issued", "win", True),
        ("invoice_paid", "celebrate", True),
        ("offer_sent", "forward", True),
        ("offer_accepted", "win", True),
        ("offer_declined", "ask", True),
    ]
    address = "/api/v1/automation/invoice_issued/"
    answer = api.patch(address, {"is_on": False}, content_type="application/json")
    assert (answer.status_code, answer.json()["is_on"], answer.json()["is_on_by_default"]) == (
        200,
        False,
        True,
    )
    assert api.patch(address, {"is_on": False}, content_type="application/json").status_code == 409
    assert (
        api.patch("/api/v1/automation/x/", {"is_on": False}, content_type="application/json").status_code
        == 404
    )
    assert (
        api_of(alpha, "user").patch(address, {"is_on": True}, content_type="application/json").status_code
        == 403
    )
