"""Tags over the API: kept, put on records, taken off."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenant_apps.activity.models import Event
from tenants.context import OrganizationRef

pytestmark = pytest.mark.usefixtures("in_alpha")
ROOT = "/api/v1/tags/"


def post(api: Client, url: str, **body: Any) -> Any:
    return api.post(url, body, content_type="application/json")


def tag(api: Client, name: str, color: str = "grey") -> str:
    made = post(api, ROOT, name=name, color=color)
    assert made.status_code == 201, made.content
    return str(made.json()["id"])


def company(api: Client, name: str = "Алфа ООД") -> str:
    return str(post(api, "/api/v1/companies/", name=name).json()["id"])


def names_on(api: Client, record_id: str) -> list[str]:
    return [one["name"] for one in api.get(f"{ROOT}of/company/{record_id}/").json()["tags"]]


def test_a_tag_is_made_renamed_and_listed_with_its_records(api: Client) -> None:
    vip = tag(api, "VIP", "red")
    post(api, f"{ROOT}of/company/{company(api)}/tag/", tag_ids=[vip])

    changed = api.patch(f"{ROOT}{vip}/", {"name": "Важен"}, content_type="application/json")

    assert changed.json()["name"] == "Важен" and changed.json()["color"] == "red"
    [listed] = api.get(ROOT, {"search": "важ"}).json()["items"]
    assert (listed["id"], listed["record_count"]) == (vip, 1)


def test_a_name_is_borne_once(api: Client) -> None:
    tag(api, "VIP")
    again = post(api, ROOT, name="vip")
    assert (again.status_code, again.json()["code"], again.json()["field"]) == (409, "tag_taken", "name")


def test_one_that_is_unknown_is_made_by_its_name(api: Client) -> None:
    of = f"{ROOT}of/company/{company(api)}/"
    told_names = {one["name"] for one in post(api, f"{of}tag/", names=["Нов", "VIP"]).json()["tags"]}
    assert told_names == {"Нов", "VIP"}
    told = Event.objects.get(type="workspace.record_tagged")
    assert told.new == {"tags": ["VIP", "Нов"]}


def test_tagging_twice_tells_it_once_and_untagging_takes_off(api: Client) -> None:
    record, vip = company(api), tag(api, "VIP")
    for _twice in range(2):
        assert post(api, f"{ROOT}of/company/{record}/tag/", tag_ids=[vip]).status_code == 200
    assert names_on(api, record) == ["VIP"]
    assert Event.objects.filter(type="workspace.record_tagged").count() == 1

    assert post(api, f"{ROOT}of/company/{record}/untag/", tag_ids=[vip]).json()["tags"] == []
    assert Event.objects.filter(type="workspace.record_tagged").count() == 2


def test_a_tag_that_is_not_there_is_not_found(api: Client) -> None:
    record = company(api)
    assert post(api, f"{ROOT}of/company/{record}/tag/", tag_ids=[record]).status_code == 404
    assert post(api, f"{ROOT}of/moon/{record}/tag/", names=["x"]).status_code == 404


def test_merging_leaves_each_record_one_tag(api: Client) -> None:
    record, vip, key = company(api), tag(api, "VIP"), tag(api, "Ключов")
    post(api, f"{ROOT}of/company/{record}/tag/", tag_ids=[vip, key])

    kept = post(api, f"{ROOT}{vip}/merge/", into_id=key)

    assert kept.json()["id"] == key and names_on(api, record) == ["Ключов"]
    assert post(api, f"{ROOT}{key}/merge/", into_id=key).json()["code"] == "same_tag"


def test_a_deleted_tag_is_on_nothing(api: Client) -> None:
    record, vip = company(api), tag(api, "VIP")
    post(api, f"{ROOT}of/company/{record}/tag/", tag_ids=[vip])

    assert post(api, f"{ROOT}{vip}/delete/").json()["name"] == "VIP"

    assert names_on(api, record) == [] and api.get(ROOT).json()["items"] == []
    assert post(api, f"{ROOT}{vip}/delete/").status_code == 404


def test_a_token_for_companies_reads_their_tags_and_changes_none(
    api: Client, api_of: Callable[..., Client], alpha: OrganizationRef
) -> None:
    record, vip = company(api), tag(api, "VIP")
    reader = api_of(alpha, "owner", scopes=("companies:read",))
    assert names_on(reader, record) == []
    assert post(reader, f"{ROOT}of/company/{record}/tag/", tag_ids=[vip]).status_code == 403
    assert reader.get(ROOT).status_code == 403
