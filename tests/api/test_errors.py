"""Every refusal has one shape, in the caller's language."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.context import OrganizationRef

ROOT = "/api/v1/"
JSON = "application/json"


def assert_error(response: Any, status: int, code: str | None = None, field: str | None = None) -> None:
    body = response.json()
    assert response.status_code == status, body
    assert {"code", "message", "field", "errors"} <= body.keys()
    assert body["message"]
    assert body["errors"][0] == {"field": body["field"], "code": body["code"], "message": body["message"]}
    if code:
        assert body["code"] == code
    if field:
        assert body["field"] == field


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"authorization": "Bearer tft_unknown"},
        {"authorization": "Basic YTpi"},
        {"authorization": "Bearer "},
    ],
)
def test_without_a_known_token_nothing_is_told(
    browser_of: Callable[..., Client], alpha: OrganizationRef, header: dict[str, str]
) -> None:
    response = browser_of(alpha).get(f"{ROOT}organization/", headers=header)
    assert_error(response, 401, "unauthorized")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_session_is_no_way_in(browser: Client) -> None:
    assert_error(browser.get(f"{ROOT}organization/"), 401)


def test_a_token_of_another_organization_is_unknown_here(
    api_of: Callable[..., Client], alpha: OrganizationRef, beta: OrganizationRef
) -> None:
    foreign = api_of(beta)
    response = foreign.get(
        f"{ROOT}organization/", headers={"host": f"alpha.{foreign.defaults['HTTP_HOST'].split('.', 1)[1]}"}
    )
    assert_error(response, 401, "unauthorized")


@pytest.mark.parametrize("path", ["", "moons/", "moons", "organization/x/", "companies/17/", "companies//"])
def test_an_unknown_address_is_json_too(api: Client, path: str) -> None:
    assert_error(api.get(ROOT + path), 404, "not_found")


def test_the_platforms_host_has_no_api(browser_of: Callable[..., Client]) -> None:
    assert_error(browser_of(None).get(f"{ROOT}organization/"), 404, "not_found")


def test_a_wrong_method_names_the_right_ones(api: Client) -> None:
    response = api.delete(f"{ROOT}organization/")
    assert_error(response, 405, "method_not_allowed")
    assert "PATCH" in response["Allow"]


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b'{"legal_name": "\\ud800"}', b'{"legal_name": "a\\u0000b"}', b'{"a": 1e999}']
)
def test_a_body_that_is_no_json(api: Client, body: bytes) -> None:
    assert_error(api.patch(f"{ROOT}organization/", body, content_type=JSON), 422, "invalid_json")


@pytest.mark.parametrize("body", ["[]", '"x"', "17", "null", ""])
def test_a_body_that_is_no_object(api: Client, body: str) -> None:
    assert_error(api.patch(f"{ROOT}organization/", body, content_type=JSON), 422)


def test_a_body_that_is_too_large(api: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert_error(api.post(f"{ROOT}companies/", {"name": "x" * 100}, content_type=JSON), 413, "body_too_large")


def test_an_unknown_field_is_named(api: Client) -> None:
    response = api.patch(f"{ROOT}organization/", {"colour": "red"}, content_type=JSON)
    assert_error(response, 422, "unknown_field", "colour")


def test_a_path_leads_to_the_wrong_item(api: Client) -> None:
    items = [{"description": "a", "quantity": "1", "unit": "pcs", "unit_price": "1", "vat_rate": "20"}] * 2
    items[1] = {**items[1], "quantity": "many"}
    response = api.post(f"{ROOT}invoices/", {"currency": "EUR", "items": items}, content_type=JSON)
    assert_error(response, 422, "not_a_number", "items.1.quantity")


def test_errors_speak_the_callers_language(api: Client) -> None:
    english = api.get(f"{ROOT}moons/").json()["message"]
    bulgarian = api.get(f"{ROOT}moons/", headers={"accept-language": "bg,en;q=0.5"}).json()["message"]
    assert english == "There is nothing here, or you may not see it."
    assert bulgarian != english and any("а" <= letter <= "я" for letter in bulgarian)


def test_a_cookie_does_not_change_the_language(api: Client, settings: Any) -> None:
    api.cookies[settings.LANGUAGE_COOKIE_NAME] = "bg"
    assert api.get(f"{ROOT}moons/").json()["message"].startswith("There is nothing")


def test_a_role_that_may_not_is_403(api_of: Callable[..., Client], alpha: OrganizationRef) -> None:
    response = api_of(alpha, "user").patch(f"{ROOT}organization/", {"city": "Варна"}, content_type=JSON)
    assert_error(response, 403, "not_allowed")


def test_a_scope_that_may_not_is_403(api_of: Callable[..., Client], alpha: OrganizationRef) -> None:
    reader = api_of(alpha, "owner", scopes=("organization:read",))
    assert reader.get(f"{ROOT}organization/").status_code == 200
    assert_error(
        reader.patch(f"{ROOT}organization/", {"city": "Варна"}, content_type=JSON), 403, "not_allowed"
    )
    assert_error(reader.get(f"{ROOT}companies/"), 403, "not_allowed")


def test_a_bug_tells_the_caller_nothing(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down() -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("tenant_apps.workspace.queries.profile", break_down)
    api.raise_request_exception = False
    response = api.get(f"{ROOT}organization/")
    assert_error(response, 500, "internal_error")
    assert b"secret" not in response.content


def test_too_many_requests(api: Client, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 2
    answers = [api.get(f"{ROOT}organization/") for _ in range(5)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert_error(refused[0], 429, "rate_limited")
    assert 1 <= int(refused[0]["Retry-After"]) <= 60
