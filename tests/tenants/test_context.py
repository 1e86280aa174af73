"""Entering and leaving organizations, and what happens outside of all."""

import threading

import pytest
from django.db import ProgrammingError, connection, transaction

from shared_apps.core.ids import new_id
from tenant_apps.workspace.models import Member
from tenant_apps.workspace.queries import profile
from tenants.context import (
    NoOrganization,
    OrganizationRef,
    current_organization,
    current_organization_or_none,
    for_each_organization,
    in_organization,
    in_public,
)
from tenants.models import Organization


def test_each_organization_sees_its_own_rows(alpha: OrganizationRef, beta: OrganizationRef) -> None:
    with in_organization(alpha):
        assert profile().legal_name == "Алфа Проба ООД"
        with in_organization(beta):
            assert profile().legal_name == "Бета Проба ЕООД"
        assert profile().legal_name == "Алфа Проба ООД"


def test_outside_of_all_there_is_no_tenant_table(db: None) -> None:
    with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
        profile()
    with pytest.raises(NoOrganization):
        current_organization()


def test_leaving_restores_even_after_an_error_inside_a_transaction(alpha: OrganizationRef) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), in_organization(alpha):
        connection.cursor().execute("SELECT * FROM no_such_table")
    assert current_organization_or_none() is None
    assert Organization.objects.count() == 2
    with in_organization(alpha):
        assert Member.objects.count() == 4


def test_public_can_be_reached_from_inside(in_alpha: OrganizationRef) -> None:
    with in_public():
        assert current_organization_or_none() is None
        with pytest.raises(ProgrammingError), transaction.atomic():
            profile()
    assert current_organization() == in_alpha


def test_an_unknown_organization_is_not_entered(db: None) -> None:
    with pytest.raises(Organization.DoesNotExist), in_organization(new_id()):
        raise AssertionError("entered")


def test_a_thread_starts_outside_of_every_organization(in_alpha: OrganizationRef) -> None:
    seen: list[OrganizationRef | None] = []
    thread = threading.Thread(target=lambda: seen.append(current_organization_or_none()))
    thread.start()
    thread.join()
    assert seen == [None]


def test_every_organization_is_visited_once(alpha: OrganizationRef, beta: OrganizationRef) -> None:
    visited = [(organization.subdomain, profile().legal_name) for organization in for_each_organization()]
    assert visited == [("alpha", "Алфа Проба ООД"), ("beta", "Бета Проба ЕООД")]
