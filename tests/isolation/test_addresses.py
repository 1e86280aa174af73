"""No path leads from one organization to another's row.

Every address is read from the URL table. One that takes an id which `belongings` does not know fails, so a
new kind of record has to be brought here before it can be shown anywhere.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client

from shared_apps.accounts.models import TeamMember
from tenants.context import OrganizationRef
from tenants.hosts import host_of
from tests.isolation.addresses import Address, addresses_of

TENANT = addresses_of(settings.ROOT_URLCONF)
OF_NOBODY = {"uidb36", "key", "path", "token", "record_type", "field_name", "rule_code", "report"}
WITH_IDS = [address for address in TENANT if set(address.parameters) - OF_NOBODY]
PAGES = [address for address in TENANT if not address.is_api]
API = [address for address in TENANT if address.is_api]
# Addresses that strangers may use: signing in, resetting a password, the API's description.
OPEN_PAGES = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_inactive",
    "set_language",
    "complete_handover",
    "accept_invitation",
    "receive_stripe_event",
}
OPEN_API = {"openapi-json", "openapi-view"}
REFUSALS = {401, 403, 404, 405}


def named(address: Address) -> str:
    return address.route or "/"


@pytest.fixture
def theirs(belongings: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Ids of beta's records, by the name of the URL parameter."""
    return belongings["beta"]


@pytest.fixture
def ours(belongings: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return belongings["alpha"]


def body_for(address: Address, ids: dict[str, Any]) -> dict[str, Any]:
    """What the act at this address wants to be told, so that it is the id that is refused and not the
    body.
    """
    told = {
        "amount": "1.00",
        "invoice_id": str(ids["invoice_id"]),
        "reason": "x",
        "role": "user",
        "user_id": str(ids["user_id"]),
        "company_id": str(ids["company_id"]),
        "stage_id": str(ids["stage_id"]),
        "absorb_id": str(ids["product_id"]),
        "into_id": str(ids["tag_id"]),
        "query": "",
        "next_number": 7,
        "kind": "bank_fee" if "write-off/" in address.route else "credit_note",
        "advance_ids": [str(ids["invoice_id"])],
        "name": "Мария",
        "refunded_on": "2026-01-31",
        "booked_on": "2026-11-02",
        "explanation": "fee",
        "payment_id": str(ids["payment_id"]),
        "parts": [{"invoice_id": str(ids["invoice_id"]), "amount": "1.00"}],
        "verdict": "fee",
        "text": "такса",
        "occurs_on": "2031-01-01",
        "starts_on": "2031-01-01",
        "catch_up": False,
        "from_on": "2031-01-01",
        "items": [{"description": "x", "quantity": "1", "unit_price": "1", "vat_rate": "20"}],
    }
    wanted = {
        "annul": ["reason"],
        "void": ["reason"],
        "client": ["company_id"],
        "refund": (
            ["payment_id"]
            if "bank-lines/" in address.route or "workbench/" in address.route
            else ["amount", "refunded_on", "reason"]
        ),
        "split": ["parts"],
        "same": ["payment_id"],
        "rule": ["verdict", "text"],
        "undo": ["reason"] if "refunds/" in address.route or "bank-" in address.route else [],
        "correct": ["booked_on", "amount"],
        "mark": ["explanation"],
        "explain": ["payment_id"],
        "write-off": ["amount", "kind", "reason"],
        "undo-write-off": ["reason"],
        "allocate": ["invoice_id", "amount"],
        "deallocate": ["invoice_id", "reason"],
        "lose": ["reason"],
        "move": ["stage_id"],
        "merge": ["into_id"] if "tags/" in address.route else ["absorb_id"],
        "update": ["query"],
        "notes": ["kind", "reason"] if "invoices/" in address.route else [],
        "deduct-advances": ["advance_ids"],
        "accept": ["invoice_id"] if "workbench/" in address.route else ["name"],
        "withdraw-acceptance": ["reason"],
        "recur": ["starts_on"],
        "resume": ["catch_up"],
        "skip": ["occurs_on"],
        "unskip": ["occurs_on"],
        "terms": ["from_on", "items"],
        "decline": ["name"],
        "refund-card": ["amount", "reason"],
        "<uuidstr:series_id>": ["next_number"],
    }
    names = wanted.get(address.route.rstrip("/").rsplit("/", 1)[-1], []) if address.is_api else list(told)
    return {name: told[name] for name in names}


def answers(client: Client, address: Address, ids: dict[str, Any], **extra: Any) -> dict[str, Any]:
    """Method → response, for every method that this address might answer."""
    path, body = address.path(ids), body_for(address, ids)
    if not address.is_api:
        return {"get": client.get(path, **extra), "post": client.post(path, body, **extra)}
    told = {"data": json.dumps(body), "content_type": "application/json", **extra}
    return {"get": client.get(path, **extra)} | {
        method: getattr(client, method)(path, **told) for method in ("post", "patch", "delete")
    }


@pytest.mark.parametrize("address", WITH_IDS, ids=named)
def test_with_their_ids_on_our_host_there_is_nothing(
    address: Address, theirs: dict[str, Any], browser: Client, api: Client
) -> None:
    for method, response in answers(api if address.is_api else browser, address, theirs).items():
        assert response.status_code in {404, 405}, (method, response.status_code, response.content[:300])


@pytest.mark.parametrize("address", [a for a in PAGES if a.name not in OPEN_PAGES], ids=named)
def test_our_session_is_nothing_on_their_host(
    address: Address, theirs: dict[str, Any], browser: Client, beta: OrganizationRef
) -> None:
    for method, response in answers(
        browser, address, theirs, headers={"host": host_of(beta.subdomain)}
    ).items():
        is_sign_in = response.status_code == 302 and response["Location"].startswith("/accounts/login/")
        assert is_sign_in or response.status_code in REFUSALS, (
            method,
            response.status_code,
            response.content[:300],
        )


@pytest.mark.parametrize("address", [a for a in API if a.name not in OPEN_API], ids=named)
def test_our_token_is_nothing_on_their_host(
    address: Address, theirs: dict[str, Any], api: Client, beta: OrganizationRef
) -> None:
    for method, response in answers(api, address, theirs, headers={"host": host_of(beta.subdomain)}).items():
        assert response.status_code in {401, 404, 405}, (method, response.status_code, response.content[:300])


@pytest.mark.parametrize("address", [a for a in API if a.name not in OPEN_API], ids=named)
def test_without_a_token_the_api_is_closed(
    address: Address, ours: dict[str, Any], alpha: OrganizationRef
) -> None:
    stranger = Client(headers={"host": host_of(alpha.subdomain)})
    assert stranger.get(address.path(ours)).status_code == 401


@pytest.mark.parametrize("field", ["company_id", "contact_id", "deal_id", "product_id"])
def test_their_ids_inside_our_bodies_are_not_found(
    field: str, theirs: dict[str, Any], ours: dict[str, Any], api: Client
) -> None:
    item: dict[str, Any] = {"description": "x", "quantity": "1", "unit_price": "1", "vat_rate": "20"}
    body: dict[str, Any] = {"company_id": str(ours["company_id"]), "currency": "EUR", "items": [item]}
    (item if field == "product_id" else body)[field] = str(theirs[field])
    response = api.post("/api/v1/invoices/", json.dumps(body), content_type="application/json")
    assert response.status_code == 404, response.content


def test_our_money_is_not_given_to_their_invoice(
    theirs: dict[str, Any], ours: dict[str, Any], api: Client
) -> None:
    response = api.post(
        f"/api/v1/payments/{ours['payment_id']}/allocate/",
        json.dumps({"invoice_id": str(theirs["invoice_id"]), "amount": "1.00"}),
        content_type="application/json",
    )
    assert response.status_code == 404


def test_a_page_to_pay_their_invoice_is_not_made(
    theirs: dict[str, Any], ours: dict[str, Any], api: Client
) -> None:
    for ids, status in ((theirs, 404), (ours, 409)):
        body = json.dumps({"invoice_id": str(ids["invoice_id"])})
        response = api.post("/api/v1/checkouts/", body, content_type="application/json")
        assert response.status_code == status, response.content


def test_lists_hold_our_rows_only(theirs: dict[str, Any], ours: dict[str, Any], api: Client) -> None:
    for noun in ("companies", "contacts", "products", "invoices", "offers", "payments"):
        ids = {row["id"] for row in api.get(f"/api/v1/{noun}/").json()["items"]}
        parameter = {"companies": "company_id"}.get(noun, f"{noun.rstrip('s')}_id")
        assert str(ours[parameter]) in ids
        assert str(theirs[parameter]) not in ids


def test_a_session_made_on_the_public_host_is_nothing_here(
    browser_of: Callable[..., Client], alpha: OrganizationRef
) -> None:
    browser = browser_of(alpha, "owner")
    session = browser.session
    session["organization_id"] = "public"
    session.save()
    assert browser.get("/").status_code == 302


def test_a_session_without_a_home_is_nobody_s(
    browser_of: Callable[..., Client], alpha: OrganizationRef
) -> None:
    browser = browser_of(alpha, "owner")
    session = browser.session
    del session["organization_id"]
    session.save()
    assert browser.get("/").status_code == 302


def test_a_member_who_was_switched_off_is_out_at_once(
    browser: Client, api: Client, alpha: OrganizationRef
) -> None:
    TeamMember.objects.filter(organization_id=alpha.id, role="owner").update(is_active=False)
    assert browser.get("/").status_code == 302


def test_an_unknown_host_is_not_found(db: None) -> None:
    for host in ("nobody.tefter.localhost", "tefter.example", "alpha.tefter.localhost.evil.example"):
        assert Client(headers={"host": host}).get("/").status_code == 404
        answer = Client(headers={"host": host}).get("/api/v1/companies/")
        error = {"code": "unknown_host", "message": "unknown host", "field": None}
        assert (answer.status_code, answer.json()) == (404, {**error, "errors": [error]})


def test_ids_are_never_shared(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    assert not {v for v in theirs.values() if isinstance(v, UUID)} & {
        v for v in ours.values() if isinstance(v, UUID)
    }
