import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenant_apps.crm.models import Deal
from tenants.context import OrganizationRef
from tests.crm.selling import stages_of

HEAD = {"name": "Нов сайт", "value": "1200.00", "currency": "EUR", "expected_close_on": "2027-01-31"}
LINE = {"description": "Дизайн", "quantity": "3", "unit_price": "33.3350", "vat_rate": "20"}


def sent(client: Client, path: str, body: Any = None, method: str = "post") -> tuple[int, dict[str, Any]]:
    answer = getattr(client, method)(
        f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json"
    )
    return answer.status_code, answer.json()


@pytest.fixture
def deal(api: Client, in_alpha: OrganizationRef) -> dict[str, Any]:
    return sent(api, "deals/", HEAD)[1]


def test_a_deal_is_added_read_and_changed(api: Client, deal: dict[str, Any]) -> None:
    assert deal | HEAD == deal
    assert (deal["status"], deal["version"], deal["items"], deal["contacts"]) == ("open", 1, [], [])
    assert api.get(f"/api/v1/deals/{deal['id']}/").json() == deal

    status, changed = sent(api, f"deals/{deal['id']}/", {"name": "Друг", "items": [LINE, LINE]}, "patch")

    assert (status, changed["name"], changed["value"]) == (200, "Друг", "200.02")
    assert [item["net_total"] for item in changed["items"]] == ["100.01", "100.01"]
    kept = sent(api, f"deals/{deal['id']}/", {"value": "5.00"}, "patch")[1]
    assert kept["value"] == "200.02"
    emptied = sent(api, f"deals/{deal['id']}/", {"items": [], "value": "5.00"}, "patch")[1]
    assert (emptied["items"], emptied["value"]) == ([], "5.00")


def test_contacts_with_roles(api: Client, deal: dict[str, Any]) -> None:
    maria = sent(api, "contacts/", {"first_name": "Мария"})[1]["id"]
    taking_part = [{"contact_id": maria, "role": "решава"}]
    status, changed = sent(api, f"deals/{deal['id']}/", {"contacts": taking_part}, "patch")
    assert (status, changed["contacts"]) == (200, taking_part)
    found = api.get(f"/api/v1/deals/?contact_id={maria}").json()["items"]
    assert [one["id"] for one in found] == [deal["id"]]
    twice = sent(api, f"deals/{deal['id']}/", {"contacts": taking_part * 2}, "patch")
    assert (twice[0], twice[1]["field"]) == (422, "contacts")


def test_it_goes_through_its_stages(api: Client, deal: dict[str, Any]) -> None:
    stages = api.get("/api/v1/stages/").json()["items"]
    pipelines = api.get("/api/v1/pipelines/").json()["items"]
    assert [one["id"] for one in pipelines] == [deal["pipeline_id"]]
    assert stages[0]["id"] == deal["stage_id"] and {one["name_bg"] for one in stages}
    path = f"deals/{deal['id']}/"

    status, moved = sent(api, path + "move/", {"stage_id": stages[2]["id"], "version": 1})
    assert (status, moved["stage_id"], moved["version"]) == (200, stages[2]["id"], 2)
    status, told = sent(api, path + "move/", {"stage_id": stages[3]["id"], "version": 1})
    assert (status, told["code"]) == (409, "moved_meanwhile")
    assert sent(api, path + "move/", {"stage_id": deal["id"]})[0] == 404

    assert sent(api, path + "lose/", {"reason": " "})[0] == 422
    assert sent(api, path + "lose/", {"reason": "скъпо"})[1]["lost_reason"] == "скъпо"
    assert sent(api, path + "win/")[0] == 409
    assert sent(api, path + "reopen/")[1]["status"] == "open"
    assert sent(api, path + "win/")[1]["status"] == "won"
    assert sent(api, path + "duplicate/")[0] == 201
    assert sent(api, path + "archive/")[1]["archived_at"]
    assert [one["status"] for one in api.get("/api/v1/deals/").json()["items"]] == ["open"]
    assert sent(api, path + "unarchive/")[0] == 200


def test_lists_are_filtered_ordered_and_cut(api: Client, in_alpha: OrganizationRef) -> None:
    second = stages_of()[1]
    for number in range(3):
        sent(api, "deals/", {"name": f"Сделка {number}", "value": str(number), "currency": "EUR"})
    sent(api, "deals/", {"name": "Ремонт", "stage_id": str(second.pk)})

    names = [one["name"] for one in api.get("/api/v1/deals/?ordering=-value&limit=2").json()["items"]]
    assert names == ["Сделка 2", "Сделка 1"]
    assert len(api.get(f"/api/v1/deals/?stage_id={second.pk}").json()["items"]) == 1
    assert len(api.get("/api/v1/deals/?search=sdelka").json()["items"]) == 3
    assert api.get("/api/v1/deals/?ordering=status").status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"value": "-1"}, "value"),
        ({"currency": "XXX"}, "currency"),
        ({"items": [{**LINE, "quantity": "0"}]}, "items.0.quantity"),
        ({"owner_id": "01a20535-03f5-7500-9054-a7b51bb25352"}, "owner_id"),
    ],
)
def test_wrong_values_are_told_by_their_field(
    api: Client, deal: dict[str, Any], body: Any, field: str
) -> None:
    status, told = sent(api, f"deals/{deal['id']}/", body, "patch")
    assert (status, told["field"]) == (422, field)
    assert Deal.objects.get().name == "Нов сайт"


def test_who_may_only_look_does_not_move(
    api_of: Callable[..., Client], alpha: OrganizationRef, deal: dict[str, Any]
) -> None:
    reader = api_of(alpha, "owner", ("deals:read",))
    assert reader.get("/api/v1/deals/").status_code == 200
    assert sent(reader, f"deals/{deal['id']}/win/")[0] == 403
    plain = api_of(alpha, "user")
    assert plain.get("/api/v1/deals/").json()["items"] == []
    assert plain.get(f"/api/v1/deals/{deal['id']}/").status_code == 404
