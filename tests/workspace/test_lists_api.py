"""Lists over the API: the filter of the pages, saved views, many records at once and back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.context import OrganizationRef
from tests.api.test_errors import assert_error

pytestmark = pytest.mark.usefixtures("in_alpha")
ROOT = "/api/v1/"
VIEWS, CHANGES = f"{ROOT}lists/views/", f"{ROOT}lists/changes/"


def post(api: Client, url: str, **body: Any) -> Any:
    return api.post(url, body, content_type="application/json")


def companies(api: Client) -> dict[str, str]:
    """City → id of the one company there."""
    cities = ("Варна", "Русе", "Пловдив")
    return {city: post(api, f"{ROOT}companies/", name=city, city=city).json()["id"] for city in cities}


def cities_of(api: Client, **query: str) -> list[str]:
    return [one["city"] for one in api.get(f"{ROOT}companies/", query).json()["items"]]


# The filter -------------------------------------------------------------------------------------------------


def test_a_filter_search_and_order_as_on_the_page(api: Client) -> None:
    companies(api)
    assert cities_of(api, filter="any(city:is:Варна,city:starts:Ру)", ordering="name") == ["Варна", "Русе"]
    assert cities_of(api, filter="city:not:Русе", search="пловдив") == ["Пловдив"]


@pytest.mark.parametrize("noun", ["companies", "contacts", "deals", "tasks", "products"])
def test_every_list_of_a_page_takes_one(api: Client, noun: str) -> None:
    assert api.get(f"{ROOT}{noun}/", {"filter": "created_at:last:30"}).status_code == 200
    assert_error(api.get(f"{ROOT}{noun}/", {"filter": "moon:is:full"}), 422, "invalid_filter", "filter")


@pytest.mark.parametrize("text", ["city", "city:is:", "city:above:3", 'city:is:"x', "owner:is:nobody"])
def test_a_filter_that_says_nothing_is_refused(api: Client, text: str) -> None:
    assert_error(api.get(f"{ROOT}companies/", {"filter": text}), 422, "invalid_filter", "filter")


@pytest.mark.parametrize(
    "noun",
    ["companies", "contacts", "deals", "tasks", "products", "invoices", "payments", "pipelines", "tags"],
)
def test_a_parameter_that_no_list_knows_is_named(api: Client, noun: str) -> None:
    answer = api.get(f"{ROOT}{noun}/", {"citty": "Варна", "limit": "1"})
    assert_error(answer, 422, "unknown_parameter", "citty")


# Saved views ------------------------------------------------------------------------------------------------


def test_a_view_is_kept_changed_and_taken_away(api: Client) -> None:
    made = post(api, VIEWS, record_type="company", name="Варна", query="filter=city:is:Варна&moon=1")
    assert made.status_code == 201, made.content
    view = f"{VIEWS}{made.json()['id']}/"
    assert made.json()["query"] == "filter=city:is:%D0%92%D0%B0%D1%80%D0%BD%D0%B0"

    changed = api.patch(view, {"is_pinned": True}, content_type="application/json")
    assert (changed.json()["name"], changed.json()["is_pinned"]) == ("Варна", True)
    assert post(api, f"{view}update/", query="ordering=-name").json()["query"] == "ordering=-name"
    assert api.get(view).json()["query"] == "ordering=-name"
    assert post(api, f"{view}delete/").json()["name"] == "Варна"
    assert api.get(view).status_code == 404


def test_views_are_one_s_own_or_the_team_s(
    api: Client, api_of: Callable[..., Client], alpha: OrganizationRef
) -> None:
    post(api, VIEWS, record_type="company", name="Моят")
    post(api, VIEWS, record_type="company", name="На екипа", is_shared=True)
    user = api_of(alpha, "user")
    assert [one["name"] for one in user.get(VIEWS, {"record_type": "company"}).json()["items"]] == [
        "На екипа"
    ]
    assert api.get(VIEWS, {"record_type": "deal"}).json()["items"] == []
    shared = post(user, VIEWS, record_type="company", name="x", is_shared=True)
    assert_error(shared, 403, "not_allowed")


def test_a_view_of_no_list_is_not_found(api: Client) -> None:
    assert post(api, VIEWS, record_type="moon", name="x").status_code == 404


# Many records at once ---------------------------------------------------------------------------------------


def test_many_are_changed_and_given_back(api: Client) -> None:
    ids = companies(api)
    made = post(
        api,
        CHANGES,
        record_type="company",
        act="edit",
        values={"city": "София"},
        record_ids=[ids["Варна"], ids["Русе"]],
    )
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["total"], told["done_count"], told["left_out"]) == (2, 2, [])
    assert sorted(cities_of(api)) == ["Пловдив", "София", "София"]

    undone = post(api, f"{CHANGES}{told['id']}/undo/")
    assert undone.status_code == 200 and undone.json()["undone_at"]
    assert sorted(cities_of(api)) == ["Варна", "Пловдив", "Русе"]
    assert_error(post(api, f"{CHANGES}{told['id']}/undo/"), 409, "undo_too_late")


def test_those_of_a_filter_are_tagged(api: Client) -> None:
    ids = companies(api)
    vip = post(api, f"{ROOT}tags/", name="VIP").json()["id"]
    made = post(api, CHANGES, record_type="company", act="tag", tag_ids=[vip], filter="city:is:Варна|Русе")
    assert_error(made, 422, "invalid_filter", "filter")

    found = "any(city:is:Варна,city:is:Русе)"
    made = post(api, CHANGES, record_type="company", act="tag", tag_ids=[vip], filter=found)
    assert made.json()["done_count"] == 2
    assert set(cities_of(api, filter=f"tags:any:{vip}")) == {"Варна", "Русе"}
    change = api.get(f"{CHANGES}{made.json()['id']}/").json()
    assert (change["record_type"], change["kind"]) == ("company", "tag") and ids


def test_nothing_named_changes_nothing(api: Client) -> None:
    companies(api)
    sent = {"record_type": "company", "act": "archive"}
    assert_error(post(api, CHANGES, **sent), 422, "required", "record_ids")
    assert_error(post(api, CHANGES, **sent, record_ids=[]), 422, "nothing_chosen")
    assert len(cities_of(api)) == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [({"moon": 1}, "values.moon"), ({"name": ""}, "values.name"), ({"size": "x"}, "values.size")],
)
def test_a_wrong_value_is_named(api: Client, values: dict[str, Any], field: str) -> None:
    record_ids = list(companies(api).values())
    answer = post(api, CHANGES, record_type="company", act="edit", values=values, record_ids=record_ids)
    assert_error(answer, 422, field=field)


def test_a_token_that_only_reads_changes_nothing(
    api: Client, api_of: Callable[..., Client], alpha: OrganizationRef
) -> None:
    record_ids = list(companies(api).values())
    reader = api_of(alpha, "owner", scopes=("companies:read", "lists:write"))
    answer = post(reader, CHANGES, record_type="company", act="archive", record_ids=record_ids)
    assert_error(answer, 403, "not_allowed")


# Addresses --------------------------------------------------------------------------------------------------


def test_an_address_without_its_slash_leads_to_the_right_one(api: Client) -> None:
    read = api.get(f"{ROOT}companies", {"search": "а"})
    assert (read.status_code, read["Location"]) == (301, f"{ROOT}companies/?search=%D0%B0")
    written = post(api, f"{ROOT}companies", name="x")
    assert_error(written, 404, "not_found")
    assert written.json()["message"].endswith(f"{ROOT}companies/")
