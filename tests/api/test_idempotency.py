"""A POST with an Idempotency-Key happens once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from shared_apps.core.actors import system_actor
from shared_apps.jobs.models import DueWork
from shared_apps.jobs.operations import set_next_due
from tenant_apps.crm.models import Company
from tenant_apps.integrations.models import IdempotencyKey
from tenant_apps.integrations.operations import claim_key, forget_old_keys, settle_sweep
from tenants.context import OrganizationRef, in_organization
from tests.api.test_errors import assert_error

PATH = "/api/v1/companies/"
JSON = "application/json"


def post(client: Client, body: dict[str, Any], key: str = "order-17", path: str = PATH) -> Any:
    return client.post(path, body, content_type=JSON, headers={"idempotency-key": key})


def count(organization: OrganizationRef) -> int:
    with in_organization(organization):
        return Company.objects.filter(name="Ключ ООД").count()


def test_the_same_body_gets_the_same_answer(api: Client, alpha: OrganizationRef) -> None:
    first = post(api, {"name": "Ключ ООД"})
    second = post(api, {"name": "Ключ ООД"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert count(alpha) == 1


def test_another_body_is_a_conflict(api: Client, alpha: OrganizationRef) -> None:
    post(api, {"name": "Ключ ООД"})
    assert_error(post(api, {"name": "Друг ООД"}), 409, "idempotency_key_reused")


def test_another_key_or_none_is_another_request(api: Client, alpha: OrganizationRef) -> None:
    post(api, {"name": "Ключ ООД"})
    post(api, {"name": "Ключ ООД"}, key="order-18")
    post(api, {"name": "Ключ ООД"}, key="")
    assert count(alpha) == 3


def test_the_key_belongs_to_the_path(api: Client) -> None:
    company = post(api, {"name": "Ключ ООД"}).json()
    archived = post(api, {"name": "Ключ ООД"}, path=f"{PATH}{company['id']}/archive/")
    assert archived.json()["archived_at"]


def test_a_refusal_is_not_kept(api: Client, alpha: OrganizationRef) -> None:
    assert_error(post(api, {"name": ""}), 422)
    assert post(api, {"name": "Ключ ООД"}).status_code == 201
    assert count(alpha) == 1


def test_a_bug_is_not_kept_and_leaves_nothing(
    api: Client, alpha: OrganizationRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    api.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("tenant_apps.crm.api.clients.company_out", break_down)
        assert_error(post(api, {"name": "Ключ ООД"}), 500)
    assert count(alpha) == 0
    assert post(api, {"name": "Ключ ООД"}).status_code == 201


def test_organizations_do_not_share_keys(
    api_of: Callable[..., Client], alpha: OrganizationRef, beta: OrganizationRef
) -> None:
    assert post(api_of(alpha), {"name": "Ключ ООД"}).status_code == 201
    assert post(api_of(beta), {"name": "Друг ООД"}).status_code == 201


def test_a_narrower_token_does_not_read_by_the_key(
    api_of: Callable[..., Client], alpha: OrganizationRef
) -> None:
    post(api_of(alpha), {"name": "Ключ ООД"})
    assert_error(post(api_of(alpha, scopes=("contacts:write",)), {"name": "Ключ ООД"}), 403)


def test_another_person_who_does_not_see_everything_gets_a_conflict(
    api_of: Callable[..., Client], alpha: OrganizationRef
) -> None:
    post(api_of(alpha), {"name": "Ключ ООД"})
    assert_error(post(api_of(alpha, "user"), {"name": "Ключ ООД"}), 409)


def test_a_key_is_at_most_255_characters(api: Client) -> None:
    assert_error(post(api, {"name": "Ключ ООД"}, key="x" * 256), 422, "too_long", "Idempotency-Key")
    assert post(api, {"name": "Ключ ООД"}, key="x" * 255).status_code == 201


def test_after_a_day_the_key_is_free_again(api: Client, alpha: OrganizationRef, at: datetime) -> None:
    post(api, {"name": "Ключ ООД"})
    with in_organization(alpha):
        IdempotencyKey.objects.update(created_at=at - timedelta(hours=25))
    post(api, {"name": "Друг ООД"})
    post(api, {"name": "Друг ООД"})
    with in_organization(alpha):
        assert IdempotencyKey.objects.count() == 1


def test_the_sweep_forgets_old_keys_only(api: Client, alpha: OrganizationRef, at: datetime) -> None:
    post(api, {"name": "Ключ ООД"}, key="old")
    with in_organization(alpha):
        IdempotencyKey.objects.update(created_at=at - timedelta(hours=25))
    post(api, {"name": "Ключ ООД"}, key="new")
    with in_organization(alpha):
        assert forget_old_keys(by=system_actor(alpha.id), at=at) == 1
        assert IdempotencyKey.objects.get().key == "new"


def test_a_key_makes_a_sweep_due_as_long_as_there_are_keys(
    api: Client, alpha: OrganizationRef, at: datetime
) -> None:
    assert due_sweeps() == []
    post(api, {"name": "Ключ ООД"}, key="old")
    post(api, {"name": "Ключ ООД"}, key="new")
    (due_at,) = due_sweeps()
    with in_organization(alpha):
        old, _new = IdempotencyKey.objects.order_by("created_at").values_list("created_at", flat=True)
        assert due_at == old + timedelta(hours=24)
        sweep(alpha, old + timedelta(hours=25))
    assert due_sweeps() == []


def test_the_next_sweep_is_due_when_the_oldest_key_is_a_day_old(
    api: Client, alpha: OrganizationRef, at: datetime
) -> None:
    post(api, {"name": "Ключ ООД"}, key="new")
    sweep(alpha, at)
    with in_organization(alpha):
        assert due_sweeps() == [IdempotencyKey.objects.get().created_at + timedelta(hours=24)]


def test_a_repeated_answer_makes_nothing_due(api: Client, alpha: OrganizationRef) -> None:
    post(api, {"name": "Ключ ООД"})
    DueWork.objects.all().delete()
    post(api, {"name": "Ключ ООД"})
    assert due_sweeps() == []


def due_sweeps() -> list[datetime]:
    return list(DueWork.objects.filter(job="sweep_idempotency_keys").values_list("next_due_at", flat=True))


def sweep(organization: OrganizationRef, at: datetime) -> None:
    with in_organization(organization):
        forget_old_keys(by=system_actor(organization.id), at=at)
        settle_sweep(by=system_actor(organization.id))


def test_a_sweep_waits_for_a_request_that_has_not_ended(in_committed_alpha: OrganizationRef) -> None:
    claimed, is_over = threading.Event(), []

    def request() -> None:
        try:
            with in_organization(in_committed_alpha), transaction.atomic():
                claim_key(
                    method="POST", path=PATH, key="k", body_hash="", by=system_actor(), at=datetime.now(UTC)
                )
                claimed.set()
                time.sleep(0.3)
                is_over.append(True)
        finally:
            connection.close()

    with transaction.atomic():
        set_next_due("sweep_idempotency_keys", organization_id=in_committed_alpha.id, at=datetime.now(UTC))
    thread = threading.Thread(target=request)
    thread.start()
    assert claimed.wait(10)
    settle_sweep(by=system_actor(in_committed_alpha.id))
    assert is_over and len(due_sweeps()) == 1
    thread.join()


def test_racing_twins_do_the_work_once(
    in_committed_alpha: OrganizationRef, api_of_committed: Callable[[], Client]
) -> None:
    clients = [api_of_committed() for _ in range(4)]

    def race(client: Client) -> tuple[int, bytes]:
        try:
            answer = post(client, {"name": "Ключ ООД"})
            return answer.status_code, answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(race, clients))

    assert {status for status, _ in answers} == {201}
    assert len({content for _, content in answers}) == 1
    assert Company.objects.filter(name="Ключ ООД").count() == 1


@pytest.mark.parametrize("noun", ["notes", "conversations", "lists/views", "tags"])
def test_whatever_is_written_can_be_asked_again(api: Client, noun: str) -> None:
    company_id = post(api, {"name": "Ключ ООД"}, key="company").json()["id"]
    about = {"company_id": company_id}
    bodies: dict[str, dict[str, Any]] = {
        "notes": {"text": "Важно", **about},
        "conversations": {"kind": "call", "subject": "Цени", **about},
        "lists/views": {"record_type": "company", "name": "Моите"},
        "tags": {"name": "VIP"},
    }
    first, second = (post(api, bodies[noun], path=f"/api/v1/{noun}/") for _twice in range(2))
    assert (first.status_code, second.status_code) == (201, 201), second.content
    assert first.content == second.content


def test_a_merge_can_be_asked_to_be_undone_again(api: Client) -> None:
    kept, gone = (post(api, {"name": "Ключ ООД"}, key=key).json()["id"] for key in ("a", "b"))
    merge = post(api, {"absorb_id": gone}, key="c", path=f"{PATH}{kept}/merge/").json()
    answers = [post(api, {}, path=f"/api/v1/merges/{merge['id']}/undo/") for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
