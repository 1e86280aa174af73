"""Card payments over the API."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.invoices.models import Payment
from tenant_apps.online_payments.models import CardRefund, Checkout, Payout
from tenants.context import OrganizationRef
from tests.invoices.stories import issued
from tests.online_payments.fake_stripe import WEBHOOK_SECRET, FakeStripe
from tests.online_payments.stories import KEY, run_due_jobs, told

API = "/api/v1"


def post(api: Client, path: str, body: Any = None, **headers: str) -> Any:
    return api.post(f"{API}{path}", body or {}, content_type="application/json", headers=headers)


def test_from_keys_to_cards(api: Client, in_alpha: OrganizationRef, fake: FakeStripe) -> None:
    nothing = api.get(f"{API}/card-payments/").json()
    assert (nothing["mode"], nothing["accepts_cards"], nothing["working"]) == (None, False, None)
    keys = {"secret_key": KEY, "webhook_secret": WEBHOOK_SECRET}
    answer = post(api, "/card-payments/connect/", keys)
    assert answer.status_code == 202 and answer.json()["candidate"]["state"] == "checking"
    assert KEY not in answer.content.decode() and WEBHOOK_SECRET not in answer.content.decode()
    run_due_jobs()
    assert post(api, "/card-payments/turn-on/", {"is_confirmed": False}).status_code == 422
    on = post(api, "/card-payments/turn-on/", {"is_confirmed": True}).json()
    assert (on["accepts_cards"], on["mode"], on["working"]["account_name"]) == (True, "live", "Проба ООД")
    assert on["webhook_url"] == "http://alpha.tefter.localhost/stripe/webhook/"
    assert post(api, "/card-payments/check/").status_code == 202
    assert post(api, "/card-payments/turn-off/").json()["is_on"] is False
    assert post(api, "/card-payments/turn-off/").status_code == 409
    assert post(api, "/card-payments/disconnect/").json()["working"] is None
    wrong = post(api, "/card-payments/connect/", {"secret_key": "pk_live_abcdefgh"})
    assert wrong.status_code == 422 and wrong.json()["code"] == "key_is_publishable"


@pytest.mark.usefixtures("connected")
def test_a_checkout_from_asked_for_to_paid_given_back_and_paid_out(
    api: Client, owner: Actor, fake: FakeStripe, tell: Any
) -> None:
    invoice = issued(owner)
    body = {"invoice_id": str(invoice.pk)}
    first = post(api, "/checkouts/", body, **{"idempotency-key": "k1"})
    again = post(api, "/checkouts/", body, **{"idempotency-key": "k1"})
    assert (first.status_code, first.json()["state"]) == (202, "preparing")
    assert again.json() == first.json() and again.headers["Idempotent-Replayed"] == "true"
    run_due_jobs()
    address = f"{API}/checkouts/{first.json()['id']}/"
    told_now = api.get(address).json()
    assert (told_now["state"], told_now["url"]) == ("open", fake.sessions()[0]["url"])

    fake.pay(fake.sessions()[0]["id"])
    assert post(api, f"/checkouts/{first.json()['id']}/ask-again/").status_code == 202
    run_due_jobs()
    money = Payment.objects.get()
    told_now = api.get(address).json()
    assert (told_now["state"], told_now["payment_status"]) == ("completed", "paid")
    assert told_now["payment_id"] == str(money.pk)

    given = post(api, f"/payments/{money.pk}/refund-card/", {"amount": "20.00", "reason": "Отказ"})
    assert (given.status_code, given.json()["state"]) == (202, "requested")
    run_due_jobs()
    card = api.get(f"{API}/payments/{money.pk}/card/").json()
    assert (card["fee"], card["refunds"][0]["state"]) == ("2.05", "succeeded")
    assert CardRefund.objects.get().amount == Decimal("20.00")

    fake.pay_out(KEY)
    assert tell(told(fake, "payout.paid")) == 200
    run_due_jobs()
    (payout,) = api.get(f"{API}/payouts/").json()["items"]
    assert (payout["is_explained"], payout["amount"], payout["fees_total"]) == (True, "97.95", "2.05")
    assert api.get(f"{API}/payouts/{Payout.objects.get().pk}/").json() == payout
    lines = api.get(f"{API}/payout-transactions/?payout_id={payout['id']}").json()["items"]
    assert {line["payment_id"] for line in lines} == {str(money.pk)}
    (event,) = api.get(f"{API}/card-payments/events/").json()["items"]
    assert (event["type"], event["outcome"]) == ("payout.paid", "noted")


@pytest.mark.usefixtures("connected")
def test_scopes(api_of: Any, alpha: OrganizationRef, owner: Actor) -> None:
    reader = api_of(alpha, scopes=("cards:read", "payments:read"))
    assert reader.get(f"{API}/card-payments/").status_code == 200
    assert post(reader, "/checkouts/", {"invoice_id": str(issued(owner).pk)}).status_code == 403
    assert post(reader, "/card-payments/disconnect/").status_code == 403
    assert api_of(alpha, scopes=("invoices:read",)).get(f"{API}/card-payments/").status_code == 403
    assert not Checkout.objects.exists()
