"""The workbench over the API."""

from datetime import date

import pytest

from tenant_apps.invoices.models import Payment
from tests.invoices.stories import client, fresh, issued, payment
from tests.reconciliation.bench import D, brought, left, paid
from tests.reconciliation.samples import Move

pytestmark = pytest.mark.usefixtures("in_alpha")
JSON = "application/json"


def post(api, path, body=None):
    return api.post(f"/api/v1/workbench/{path}", body or {}, content_type=JSON)


def test_what_waits_is_listed_in_pages(till, api, owner):
    (out,) = brought(till, Move("-12.50", name="Банка", iban="", text="Такса"))
    money = payment(owner, "7.00", received_on=date(2026, 1, 5), reference="наем")
    listed = api.get("/api/v1/workbench/", {"limit": "1"}).json()
    (first,) = listed["items"]
    assert (first["id"], first["kind"], first["left"], first["day"]) == (
        str(money.pk),
        "payment",
        "7.00",
        "2026-01-05",
    )
    (second,) = api.get("/api/v1/workbench/", {"limit": "1", "cursor": listed["next_cursor"]}).json()["items"]
    assert (second["id"], second["kind"], second["left"], second["explanation"]) == (
        str(out.pk),
        "line",
        "-12.50",
        "open",
    )

    def found(**query):
        return [one["id"] for one in api.get("/api/v1/workbench/", query).json()["items"]]

    assert found(ordering="-left") == [str(out.pk), str(money.pk)] and found(search="naem") == [str(money.pk)]
    assert found(sign="out") == found(bank_account_id=str(out.account_id)) == [str(out.pk)]
    assert found(older_than_days="60") == [str(money.pk)]


def test_a_case_is_told_with_its_candidates_and_accepted(api, owner):
    firm = client(owner)
    invoice, money = issued(owner, firm), payment(owner, "110.00", company_id=firm.pk)
    told = api.get(f"/api/v1/workbench/{money.pk}/").json()
    (candidate,) = told["candidates"]
    assert (candidate["invoice_id"], candidate["given"], candidate["missing"], candidate["left_over"]) == (
        str(invoice.pk),
        "110.00",
        "10.00",
        "0.00",
    )
    assert {"known_client", "part_of_outstanding"} <= {row["signal"] for row in candidate["evidence"]}

    answer = post(
        api, f"{money.pk}/accept/", {"invoice_id": str(invoice.pk), "left": "110.00", "rest": "fee"}
    )

    decision = answer.json()
    assert (answer.status_code, decision["kind"], decision["written_off"]) == (200, "accept", "10.00")
    assert decision["links"][0]["invoice_number"] == invoice.number and paid(invoice)[2] == "0.00"
    again = post(api, f"{money.pk}/accept/", {"invoice_id": str(invoice.pk)})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    undone = post(api, f"decisions/{decision['id']}/undo/").json()
    assert (undone["state"], undone["links"]) == ("undone", []) and left(money) == "110.00"
    assert post(api, f"decisions/{decision['id']}/undo/").status_code == 409


def test_splits_clients_and_the_last_one(api, owner):
    one, two, money = issued(owner), issued(owner), payment(owner, "200.00")
    parts = [{"invoice_id": str(one.pk), "amount": "120.00"}, {"invoice_id": str(two.pk), "amount": "80"}]
    assert post(api, f"{money.pk}/split/", {"parts": parts}).json()["linked_count"] == 2
    assert post(api, "undo/").json()["kind"] == "split" and left(money) == "200.00"
    assert post(api, f"{money.pk}/split/", {"parts": []}).json()["field"] == "parts"
    firm = client(owner)
    given = post(api, f"{money.pk}/client/", {"company_id": str(firm.pk)})
    assert given.json()["kind"] == "client" and fresh(money).company_id == firm.pk


def test_lines_are_marked_recorded_recognized_and_ruled(till, api, owner):
    before = payment(owner, "75.00", received_on=date(2026, 11, 3))
    payment(owner, "75.00", received_on=date(2026, 11, 3))
    out, come = brought(
        till,
        Move("-12.50", name="Банка", iban="", text="Такса превод"),
        Move("75.00", name="Непознат", iban="", text="по уговорка"),
    )
    told = api.get(f"/api/v1/workbench/{come.pk}/").json()
    assert str(before.pk) in told["recorded_payment_ids"] and told["kind"] == "line"
    assert post(api, f"{out.pk}/mark/", {"explanation": "fee"}).json()["kind"] == "mark"
    post(api, "undo/")
    rule = post(api, f"{out.pk}/rule/", {"verdict": "fee", "text": "такса", "applies": True}).json()
    assert rule["rule_id"] and fresh(out).explanation == "fee"
    same = post(api, f"{come.pk}/same/", {"payment_id": str(before.pk)})
    assert same.json()["payment_id"] == str(before.pk)
    post(api, "undo/")
    assert post(api, f"{come.pk}/record/").json()["kind"] == "record" and Payment.objects.count() == 3


def test_money_given_back(till, api, owner):
    money = payment(owner, "75.00", received_on=date(2026, 11, 1))
    (out,) = brought(till, Move("-75.00", iban="", text="Връщане"))
    assert api.get(f"/api/v1/workbench/{out.pk}/").json()["refundable_payment_ids"] == [str(money.pk)]
    assert post(api, f"{out.pk}/refund/", {"payment_id": str(money.pk)}).json()["kind"] == "refund"


def test_all_that_is_certain(api, owner):
    firm = client(owner)
    invoice, money = issued(owner, firm), payment(owner, company_id=firm.pk)
    rehearsal = api.get("/api/v1/workbench/certain/").json()
    (link,) = rehearsal["links"]
    assert (link["payment_id"], link["amount"], rehearsal["ask_count"]) == (str(money.pk), "120.00", 0)
    body = {"links": [{"payment_id": link["payment_id"], "invoice_id": link["invoice_id"]}]}
    decision = post(api, "certain/", body).json()
    assert (decision["state"], decision["linked_count"], decision["wanted_count"]) == ("done", 1, 1)
    assert paid(invoice)[2] == "0.00"
    assert api.get(f"/api/v1/workbench/decisions/{decision['id']}/").json()["links"][0]["amount"] == "120.00"
    assert post(api, "certain/", body).json()["code"] == "nothing_certain"


def test_a_line_is_no_payment_to_link(till, api, owner):
    (out,) = brought(till, Move("-12.50", name="Банка", iban="", text="Такса"))
    assert post(api, f"{out.pk}/accept/", {"invoice_id": str(issued(owner).pk)}).status_code == 404
    assert D(fresh(out).amount) == D("-12.50")
