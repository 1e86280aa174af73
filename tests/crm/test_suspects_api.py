"""Those who may be one, over the API: listed, told apart, merged."""

from typing import Any

import pytest
from django.test import Client

from tests.api.test_errors import assert_error

pytestmark = pytest.mark.usefixtures("in_alpha")
ROOT = "/api/v1/"


def post(api: Client, url: str, **body: Any) -> Any:
    return api.post(f"{ROOT}{url}", body, content_type="application/json")


def twins(api: Client, name: str) -> list[str]:
    return [post(api, "companies/", name=name, city="Русе").json()["id"] for _twice in range(2)]


def suspects(api: Client, **query: str) -> Any:
    return api.get(f"{ROOT}companies/suspects/", query).json()


def test_pairs_are_listed_with_what_they_share(api: Client) -> None:
    pair = twins(api, "Алфа ООД")
    [found] = suspects(api, by="name")["items"]
    assert {found["first"]["id"], found["second"]["id"]} == set(pair)
    assert found["evidence"] == ["name", "city"]
    assert suspects(api)["items"] == []
    assert suspects(api, by="name", search="бета")["items"] == []


def test_pages_follow_each_other(api: Client) -> None:
    twins(api, "Алфа ООД")
    twins(api, "Бета ООД")
    first = suspects(api, by="name", limit="1")
    second = suspects(api, by="name", limit="1", cursor=first["next_cursor"])
    assert [page["items"][0]["first"]["name"] for page in (first, second)] == ["Алфа ООД", "Бета ООД"]
    assert second["next_cursor"] is None
    wrong = api.get(f"{ROOT}companies/suspects/", {"by": "eik", "cursor": first["next_cursor"]})
    assert_error(wrong, 422, "invalid_cursor", "cursor")


def test_contacts_have_no_eik(api: Client) -> None:
    assert api.get(f"{ROOT}contacts/suspects/", {"by": "phone"}).status_code == 200
    assert_error(api.get(f"{ROOT}contacts/suspects/", {"by": "eik"}), 422, "not_a_choice", "by")


def test_two_that_are_told_apart_are_suspected_no_more(api: Client) -> None:
    first, second = twins(api, "Алфа ООД")
    told = post(api, "merges/tell_apart/", record_type="company", first_id=first, second_id=second)
    assert told.status_code == 200 and told.json()["record_type"] == "company"
    assert suspects(api, by="name")["items"] == []
    again = post(api, "merges/tell_apart/", record_type="company", first_id=second, second_id=first)
    assert again.status_code == 409


def test_a_merged_one_names_the_one_that_stayed(api: Client) -> None:
    kept, gone = twins(api, "Алфа ООД")
    post(api, f"companies/{kept}/merge/", absorb_id=gone)
    assert api.get(f"{ROOT}companies/{gone}/").json()["merged_into_id"] == kept
    assert api.get(f"{ROOT}companies/{kept}/").json()["merged_into_id"] is None
