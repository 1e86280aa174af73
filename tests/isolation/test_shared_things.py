"""What organizations might have in common without meaning to: cache, disk, ids of public tables, threads."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import ProgrammingError, connection
from django.test import Client

from shared_apps.accounts.models import TeamMember
from shared_apps.core.actors import Actor, system_actor
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, create_company
from tenant_apps.files.operations import store_file
from tenant_apps.files.queries import Corrupted, read_bytes
from tenant_apps.sharing.operations import share_record
from tenant_apps.sharing.queries import visible_to
from tenant_apps.workspace.queries import profile
from tenants.context import NoOrganization, OrganizationRef, current_organization, in_organization, in_public
from tenants.models import Organization


@pytest.fixture
def ours(alpha: OrganizationRef, at: Any) -> Company:
    """A company of alpha's that belongs to nobody there."""
    with in_organization(alpha):
        return create_company(details=CompanyChange(name="Наша ООД"), by=system_actor(alpha.id), at=at)


def test_cache_entries_of_one_are_not_seen_by_the_other(
    alpha: OrganizationRef, beta: OrganizationRef
) -> None:
    for organization in (alpha, beta):
        with in_organization(organization):
            cache.set("tests-shared-name", organization.subdomain)
            cache.set_many({"tests-many": organization.subdomain})
    for organization in (alpha, beta):
        with in_organization(organization):
            assert cache.get("tests-shared-name") == organization.subdomain
            assert cache.get_many(["tests-many"]) == {"tests-many": organization.subdomain}
    with in_public():
        assert cache.get("tests-shared-name") is None
    with in_organization(alpha):
        cache.delete("tests-shared-name")
    with in_organization(beta):
        assert cache.get("tests-shared-name") == "beta"


def test_a_key_cannot_spell_another_organization(alpha: OrganizationRef, beta: OrganizationRef) -> None:
    with in_organization(beta):
        cache.set("tests-secret", "beta's")
    with in_organization(alpha):
        for spelled in (
            f":{beta.id}:1:tests-secret",
            f"{beta.id}:1:tests-secret",
            f"../{beta.id}:1:tests-secret",
        ):
            assert cache.get(spelled) is None
            assert cache.get(spelled, version=f"1:tests-secret:{beta.id}") is None


def test_a_file_of_one_is_not_read_by_the_other(
    alpha: OrganizationRef, beta: OrganizationRef, at: Any
) -> None:
    with in_organization(alpha):
        ours = store_file(
            name="x.txt", content_type="text/plain", content=b"ours", by=system_actor(alpha.id), at=at
        )
        assert read_bytes(ours) == b"ours"
    with in_organization(beta):
        for path in (
            ours.path,
            f"{beta.id}/../{ours.path}",
            f"{beta.id}/./../{ours.path}",
            f"{beta.id}//../{ours.path}",
            default_storage.path(ours.path),
            f"{beta.id}x/../{ours.path}",
        ):
            ours.path = path
            with pytest.raises(Corrupted):
                read_bytes(ours)


def test_the_name_of_a_file_chooses_no_folder(alpha: OrganizationRef, beta: OrganizationRef, at: Any) -> None:
    with in_organization(alpha):
        stored = store_file(
            name=f"../{beta.id}/x", content_type="x", content=b"x", by=system_actor(alpha.id), at=at
        )
    assert stored.path.startswith(f"{alpha.id}/")
    assert ".." not in stored.path


def test_what_may_be_seen_in_one_is_not_seen_in_the_other(
    alpha: OrganizationRef, beta: OrganizationRef, ours: Company, user: Actor, at: Any
) -> None:
    """One person with a place in both; the same id on both sides."""
    assert user.id is not None
    TeamMember.objects.create(user_id=user.id, organization_id=beta.id, role="user", created_at=at)
    with in_organization(alpha):
        share_record(
            record_type="company", record_id=ours.pk, user_id=user.id, by=system_actor(alpha.id), at=at
        )
        assert visible_to(Company.objects.all(), user).get() == ours
    with in_organization(beta):
        Company.objects.bulk_create([replace_schema(ours)])
        assert not visible_to(Company.objects.all(), replace(user, organization_id=beta.id)).exists()


def replace_schema(company: Company) -> Company:
    """The same row, with the same id, to be written where we stand now."""
    company._state.adding = True
    return company


def test_kinds_of_records_have_one_id_for_all(alpha: OrganizationRef, beta: OrganizationRef) -> None:
    ids = set()
    for organization in (alpha, beta):
        ContentType.objects.clear_cache()
        with in_organization(organization):
            ids.add(ContentType.objects.get_for_model(Company).pk)
    assert len(ids) == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname IN ('django_content_type', 'auth_permission', "
            "'django_session', 'accounts_user') AND relnamespace <> 'public'::regnamespace AND relkind = 'r'"
        )
        assert cursor.fetchone() == (0,)


def test_tables_of_people_bear_no_trigger_of_any_organization(alpha: OrganizationRef) -> None:
    """Foreign keys from every schema would put four triggers each on them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.conrelid::regclass::text FROM pg_trigger t "
            "LEFT JOIN pg_constraint c ON c.oid = t.tgconstraint "
            "WHERE t.tgrelid = 'public.accounts_user'::regclass AND "
            "(c.oid IS NULL OR c.connamespace <> 'public'::regnamespace)"
        )
        assert cursor.fetchall() == []


def in_a_thread(work: Callable[[], Any]) -> Any:
    """What the work returned in a new thread, or the error that it raised there."""
    told: list[Any] = []

    def run() -> None:
        try:
            told.append(work())
        except Exception as error:
            told.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return told[0]


def test_a_thread_inside_a_request_has_no_organization(in_committed_alpha: OrganizationRef) -> None:
    assert profile().legal_name == "Алфа Проба ООД"
    assert isinstance(in_a_thread(current_organization), NoOrganization)
    assert isinstance(in_a_thread(profile), ProgrammingError)
    assert isinstance(in_a_thread(Company.objects.count), ProgrammingError)
    assert profile().legal_name == "Алфа Проба ООД"


def test_a_thread_that_enters_leaves_the_others_where_they_are(in_committed_alpha: OrganizationRef) -> None:
    def elsewhere() -> str:
        with in_organization(Organization.objects.get(subdomain="beta").pk):
            return profile().legal_name

    assert in_a_thread(elsewhere) == "Бета Проба ЕООД"
    assert profile().legal_name == "Алфа Проба ООД"


def test_an_answer_of_one_is_not_repeated_to_the_other(
    api_of: Callable[..., Client], alpha: OrganizationRef, beta: OrganizationRef
) -> None:
    """The same idempotency key, path and body in two organizations are two pieces of work."""
    made = []
    for organization in (alpha, beta):
        answer = api_of(organization).post(
            "/api/v1/companies/",
            {"name": "Двойник ООД"},
            content_type="application/json",
            headers={"idempotency-key": "the-same"},
        )
        assert answer.status_code == 201
        made.append(answer.json()["id"])
    assert made[0] != made[1]
