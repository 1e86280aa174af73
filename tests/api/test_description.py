"""The description is true: everything in it asks for a token, has its own name, and fails in our shape."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from config.api import api as tefter_api
from shared_apps.core.operation import REGISTER
from tenants.context import OrganizationRef
from tests.api.test_errors import JSON, assert_error

METHODS = ("get", "post", "patch", "put", "delete")
RUBBISH: tuple[Any, ...] = (
    {},
    [],
    None,
    "x",
    17,
    {"": None},
    {"name": {"a": [1]}},
    {"items": "x"},
    {"items": [None]},
    {"amount": "NaN"},
    {"amount": 10**40},
    {"currency": "€€€"},
    {"name": "x" * 5000},
    {"company_id": "17"},
    {"contact_id": str(uuid4())},
    {"name": "a", "vat_rate": "1e9"},
    {"reason": None},
    {"received_on": "2026-02-30"},
    {"email": "a@@b"},
    {"city": True},
)


@pytest.fixture(scope="module")
def description() -> Any:
    return tefter_api.get_openapi_schema()


def endpoints() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in tefter_api.get_openapi_schema()["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method, path, methods[method]


ENDPOINTS = [pytest.param(method, path, id=f"{method} {path}") for method, path, _ in endpoints()]


def address(path: str) -> str:
    return re.sub(r"\{[^}]*\}", str(uuid4()), path)


def test_it_is_openapi_3_1_and_anybody_may_read_it(
    browser_of: Callable[..., Client], alpha: OrganizationRef
) -> None:
    response = browser_of(alpha).get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.1")
    assert response.json()["components"]["securitySchemes"]["BearerToken"] == {
        "type": "http",
        "scheme": "bearer",
    }


def test_the_docs_page_names_no_other_host(browser_of: Callable[..., Client], alpha: OrganizationRef) -> None:
    page = browser_of(alpha).get("/api/v1/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "//" not in text.replace("<!doctype", "")
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|style=", text)
    assert "unsafe" not in page["Content-Security-Policy"]


def test_every_endpoint_has_its_own_name_a_tag_and_a_sentence() -> None:
    named = [endpoint["operationId"] for _, _, endpoint in endpoints()]
    assert len(named) == len(set(named))
    assert [
        e["operationId"] for _, _, e in endpoints() if not e.get("tags") or not e.get("description")
    ] == []


def test_every_write_bears_the_name_of_its_operation() -> None:
    operations = {name.split(".")[1] for name in REGISTER}
    writes = {endpoint["operationId"] for method, _, endpoint in endpoints() if method != "get"}
    assert writes - operations == set()


def test_every_endpoint_tells_how_it_fails() -> None:
    for method, path, endpoint in endpoints():
        assert {"401", "403", "429"} <= endpoint["responses"].keys(), (method, path)


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_every_endpoint_wants_a_token(
    browser_of: Callable[..., Client], alpha: OrganizationRef, method: str, path: str
) -> None:
    assert_error(getattr(browser_of(alpha), method)(address(path)), 401, "unauthorized")


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_a_token_without_scope_for_it_is_refused(
    api_of: Callable[..., Client], alpha: OrganizationRef, method: str, path: str
) -> None:
    scope = "team:read"
    response = getattr(api_of(alpha, scopes=(scope,)), method)(address(path), **_body(method, {}))
    assert response.status_code in {403, 404, 422}, response.content
    assert_error(response, response.status_code)


@pytest.mark.parametrize(
    ("method", "path"),
    [one for one in ENDPOINTS if "{" in one.values[1] and one.values[0] in {"get", "delete"}],
)
def test_what_does_not_exist_is_not_found(api: Client, method: str, path: str) -> None:
    assert_error(getattr(api, method)(address(path)), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), [one for one in ENDPOINTS if one.values[0] in {"post", "patch"}])
def test_no_rubbish_breaks_it(api: Client, method: str, path: str) -> None:
    for body in RUBBISH:
        response = getattr(api, method)(address(path), **_body(method, body))
        assert response.status_code < 500, (body, response.content)
        if response.status_code >= 400:
            assert_error(response, response.status_code)


def answers_pages(operation: dict[str, Any]) -> bool:
    """Whether it answers a page at a time: it takes the cursor of the next one."""
    return "cursor" in {one["name"] for one in operation.get("parameters", ())}


LISTS = [
    pytest.param(method, path, id=f"{method} {path}")
    for method, path, operation in endpoints()
    if method == "get" and answers_pages(operation) and "{" not in path
]
# Told whole, because they are few by nature or a paper of a day.
WHOLE = {
    "/api/v1/card-payments/",  # the settings: one record
    "/api/v1/invoices/{invoice_id}/rules/",  # the rules of the law
    "/api/v1/payments/{payment_id}/suggestions/",  # five at most
    "/api/v1/recurring-invoices/raise-prices/",  # what one act would change, as one
    "/api/v1/reminders/stages/",  # a handful that people write
    "/api/v1/books/month-packs/",  # the latest ones
    "/api/v1/books/receivables/",  # a sum per client and currency
    "/api/v1/books/open-items/",  # what goes to the accountant, as one
}


def test_what_is_named_like_a_list_is_told_in_pages_or_has_a_reason() -> None:
    asked = [(path, one) for method, path, one in endpoints() if method == "get"]
    plural = {path for path, _one in asked if path.rstrip("/").endswith("s")}
    paged = {path for path, one in asked if answers_pages(one)}
    assert plural - paged == WHOLE


@pytest.mark.parametrize(("method", "path"), LISTS)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"ordering": "moon"}, "ordering"),
        ({"ordering": "--name"}, "ordering"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "W10"}, "cursor"),
        ({"cursor": "!!"}, "cursor"),
    ],
)
def test_a_list_refuses_wrong_parameters(
    api: Client, method: str, path: str, query: dict[str, str], field: str
) -> None:
    assert_error(api.get(path, query), 422, field=field)


@pytest.mark.parametrize(("method", "path"), LISTS)
def test_a_list_takes_any_text(api: Client, method: str, path: str) -> None:
    for text in ("'", "%", "_", "\\", "Ъ", "+359 88", "(", "€", "a" * 200, " "):
        response = api.get(path, {"search": text, "limit": "1"})
        assert response.status_code == 200, (text, response.content)
        assert response.json().keys() == {"items", "next_cursor"}
    assert_error(api.get(path, {"search": "a\x00b"}), 422)


def test_a_cursor_belongs_to_its_ordering(api: Client) -> None:
    path = "/api/v1/companies/"
    for name in ("Б ООД", "А ООД", "В ООД"):
        api.post(path, {"name": name}, content_type=JSON)
    page = api.get(path, {"limit": "2", "ordering": "name"}).json()
    assert [item["name"] for item in page["items"]] == ["А ООД", "Б ООД"]
    assert re.fullmatch(r"[A-Za-z0-9_-]+", page["next_cursor"])

    rest = api.get(path, {"limit": "2", "ordering": "name", "cursor": page["next_cursor"]}).json()
    assert [item["name"] for item in rest["items"]] == ["В ООД"] and rest["next_cursor"] is None
    assert_error(api.get(path, {"ordering": "-name", "cursor": page["next_cursor"]}), 422, field="cursor")


def _body(method: str, body: Any) -> dict[str, Any]:
    return {"data": body, "content_type": JSON} if method in {"post", "patch"} else {}


def test_a_pdf_is_described_as_one(description: dict[str, Any]) -> None:
    answer = description["paths"]["/api/v1/invoices/{invoice_id}/pdf/"]["get"]["responses"][200]
    assert list(answer["content"]) == ["application/pdf"]
