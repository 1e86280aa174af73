from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.core import clock
from tenant_apps.crm.operations import CompanyChange, create_company
from tenants.context import in_organization

LINE = {
    "description": "Консултация",
    "quantity": "2",
    "unit": "час",
    "unit_price": "50.125",
    "discount_percent": "0",
    "vat_rate": "20",
}


@pytest.fixture
def company_id(alpha, owner):
    with in_organization(alpha):
        facts = {"eik": "121644736", "email": "client@client.example", "address": "ул. Клиентска 5"}
        details = CompanyChange(name="Клиент ООД", **facts)
        return str(create_company(details=details, by=owner, at=clock.now()).pk)


@pytest.fixture
def written(api, company_id):
    """`written(currency="USD")`: the answer to a POST of an invoice of 120.30."""

    def write(**more):
        body = {"company_id": company_id, "currency": "EUR", "items": [LINE]} | more
        return api.post("/api/v1/invoices/", body, content_type="application/json")

    return write


@pytest.fixture
def act(api):
    def do(path, body=None):
        return api.post(f"/api/v1/{path}", body if body is not None else {}, content_type="application/json")

    return do


@pytest.fixture
def issued(written, act):
    def issue(**more):
        answer = act(f"invoices/{written(**more).json()['id']}/issue/")
        assert answer.status_code == 200, answer.content
        return answer.json()

    return issue


def today(alpha):
    return clock.today(alpha.time_zone)


def test_a_created_invoice_is_whole(written, api):
    answer = written(notes="Бележка", due_date="2030-01-31")
    invoice = answer.json()
    assert answer.status_code == 201
    assert (invoice["status"], invoice["number"], invoice["notes"]) == ("draft", None, "Бележка")
    assert (invoice["net_total"], invoice["vat_total"], invoice["total"]) == ("100.25", "20.05", "120.30")
    assert (invoice["paid_total"], invoice["outstanding"]) == ("0.00", invoice["total"])
    assert invoice["vat_groups"] == [
        {"rate": "20.00", "code": "standard", "base": "100.25", "vat": "20.05", "discount": "0.00"}
    ]
    (item,) = invoice["items"]
    assert (item["quantity"], item["unit_price"], item["discount_percent"], item["vat_rate"]) == (
        "2.000",
        "50.1250",
        "0.00",
        "20.00",
    )
    assert item["net_total"] == "100.25" and item["id"]
    assert invoice["created_at"].endswith("Z") and invoice["pdf_url"] is None
    assert api.get(f"/api/v1/invoices/{invoice['id']}/").json() == invoice


def test_numbers_may_be_numbers(written):
    line = LINE | {"quantity": 3, "unit_price": 0.1, "discount_percent": 0, "vat_rate": None}
    assert written(items=[line]).json()["total"] == "0.30"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"quantity": "0"}, "items.0.quantity"),
        ({"quantity": "x"}, "items.0.quantity"),
        ({"quantity": None}, "items.0.quantity"),
        ({"quantity": "1.0005"}, "items.0.quantity"),
        ({"unit_price": "1.00005"}, "items.0.unit_price"),
        ({"vat_rate": "101"}, "items.0.vat_rate"),
        ({"discount_percent": "-1"}, "items.0.discount_percent"),
        ({"description": ""}, "items.0.description"),
        ({"nonsense": 1}, "items.0.nonsense"),
    ],
)
def test_a_wrong_line_says_where(written, line, field):
    answer = written(items=[LINE | line])
    assert answer.status_code == 422
    assert answer.json()["field"] == field, answer.json()


def test_wrong_heads_say_where(written):
    assert written(currency="EURO").json()["field"] == "currency"
    assert written(currency="XXX").json()["field"] == "currency"
    assert written(items=[]).json()["field"] == "items"
    assert written(company_id=None).json()["field"] == "company_id"
    assert written(issue_date="31.12.2026").json()["field"] == "issue_date"


def test_ids_in_bodies_that_lead_nowhere_are_404(written, api, company_id):
    assert written(company_id=str(uuid4())).status_code == 404
    assert written(contact_id=str(uuid4())).status_code == 404
    assert written(items=[LINE | {"product_id": str(uuid4())}]).status_code == 404


def test_a_patch_changes_what_it_names(written, api):
    invoice = written(notes="стара").json()
    path = f"/api/v1/invoices/{invoice['id']}/"
    answer = api.patch(path, {"notes": None, "due_date": "2031-01-01"}, content_type="application/json")
    changed = answer.json()
    assert answer.status_code == 200
    assert (changed["notes"], changed["due_date"], changed["items"]) == ("", "2031-01-01", invoice["items"])
    two = api.patch(path, {"items": [LINE, LINE]}, content_type="application/json").json()
    assert (len(two["items"]), two["total"]) == (2, "240.60")
    assert api.patch(path, {"currency": None}, content_type="application/json").status_code == 422
    assert (
        api.patch(path, {"company_id": None}, content_type="application/json").json()["field"] == "company_id"
    )


def test_an_issued_invoice_is_frozen(issued, api, alpha, settings):
    invoice = issued()
    path = f"/api/v1/invoices/{invoice['id']}/"
    assert (invoice["number"], invoice["status"]) == ("0000000001", "issued")
    assert invoice["issue_date"] == today(alpha).isoformat()
    assert invoice["outstanding"] == "120.30"
    assert invoice["pdf_url"].endswith(f"{path}pdf/") and invoice["pdf_url"].startswith("http")
    assert api.patch(path, {"notes": "x"}, content_type="application/json").status_code == 409
    assert api.delete(path).status_code == 409
    assert api.generic("POST", f"{path}issue/").status_code == 409


def test_issue_takes_a_day_and_no_body_at_all(written, api, act, alpha):
    first, second = written().json()["id"], written().json()["id"]
    day = (today(alpha) - timedelta(days=3)).isoformat()
    assert act(f"invoices/{first}/issue/", {"issue_date": day}).json()["issue_date"] == day
    assert api.generic("POST", f"/api/v1/invoices/{second}/issue/").status_code == 200
    tomorrow = (today(alpha) + timedelta(days=1)).isoformat()
    third = written().json()["id"]
    assert act(f"invoices/{third}/issue/", {"issue_date": tomorrow}).json()["field"] == "issue_date"


def test_a_draft_is_deleted(written, api):
    path = f"/api/v1/invoices/{written().json()['id']}/"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_the_pdf_is_made_once(issued, api, written):
    invoice = issued()
    first, second = (api.get(f"/api/v1/invoices/{invoice['id']}/pdf/") for _time in range(2))
    assert first["content-type"] == "application/pdf"
    assert first.content.startswith(b"%PDF") and first.content == second.content
    assert api.get(f"/api/v1/invoices/{written().json()['id']}/pdf/").status_code == 409


def test_payment_allocation_and_back(issued, act, api):
    invoice = issued()
    body = {"amount": "200", "currency": "EUR", "received_on": "2026-03-15", "method": "bank_transfer"}
    answer = act("payments/", body | {"reference": "аванс", "payer_iban": "BG80 BNBG 9661 1020 3456 78"})
    payment = answer.json()
    assert answer.status_code == 201
    assert (payment["amount"], payment["status"], payment["allocations"]) == ("200.00", "unmatched", [])
    assert payment["payer_iban"] == "BG80BNBG96611020345678" and payment["unmatched_reason"] is None

    wanted = {"invoice_id": invoice["id"], "amount": "120.30"}
    matched = act(f"payments/{payment['id']}/allocate/", wanted).json()
    assert matched["status"] == "partly_matched"
    assert matched["allocations"] == [
        {
            "invoice_id": invoice["id"],
            "invoice_number": "0000000001",
            "amount": "120.30",
            "evidence": [{"signal": "by_hand", "value": ""}],
        }
    ]
    paid = api.get(f"/api/v1/invoices/{invoice['id']}/").json()
    assert (paid["status"], paid["paid_total"], paid["outstanding"]) == ("paid", "120.30", "0.00")
    assert paid["paid_at"]
    assert act(f"payments/{payment['id']}/allocate/", wanted).status_code == 422
    assert act(f"payments/{payment['id']}/allocate/", wanted | {"amount": "1"}).status_code == 409
    assert act(f"payments/{payment['id']}/void/", {"reason": "грешка"}).status_code == 409
    assert act(f"invoices/{invoice['id']}/annul/", {"reason": "грешка"}).status_code == 409

    back = {"invoice_id": invoice["id"], "reason": "не е за нея"}
    assert act(f"payments/{payment['id']}/deallocate/", back).json()["allocations"] == []
    assert act(f"payments/{payment['id']}/deallocate/", back).status_code == 409
    assert act(f"payments/{payment['id']}/void/", {"reason": "грешка"}).json()["voided_at"]
    annulled = act(f"invoices/{invoice['id']}/annul/", {"reason": "грешка"}).json()
    assert (annulled["status"], annulled["outstanding"]) == ("annulled", "0.00")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"currency": "XXX"}, "currency"),
        ({"method": "barter"}, "method"),
        ({"payer_iban": "BG80BNBG96611020345679"}, "payer_iban"),
        ({"received_on": "yesterday"}, "received_on"),
    ],
)
def test_a_wrong_payment_says_where(act, wrong, field):
    body = {"amount": "1", "currency": "EUR", "received_on": "2026-03-15", "method": "cash"} | wrong
    answer = act("payments/", body)
    assert answer.status_code == 422
    assert answer.json()["field"] == field


def test_lists_are_narrowed_by_the_status_that_reading_tells(issued, written, api, act, alpha):
    long_ago = (today(alpha) - timedelta(days=60)).isoformat()
    overdue = issued(issue_date=long_ago, due_date=long_ago)
    draft, plain = written().json(), issued()
    expected = {"draft": draft, "issued": plain, "overdue": overdue}
    for status, invoice in expected.items():
        listed = api.get(f"/api/v1/invoices/?status={status}").json()["items"]
        assert [one["id"] for one in listed] == [invoice["id"]]
        assert listed[0]["status"] == status
    assert api.get("/api/v1/invoices/?status=nonsense").status_code == 422


def test_lists_filter_search_and_order(issued, written, api, company_id, alpha):
    day = today(alpha)
    rate = {"exchange_rate": "1.16", "exchange_rate_on": day.isoformat()}
    first, second = issued(), issued(currency="USD", notes="x", **rate)
    assert _ids(api, "currency=usd") == [second["id"]]
    assert _ids(api, "number=1") == [first["id"]]
    assert _ids(api, f"company_id={company_id}&ordering=number") == [first["id"], second["id"]]
    assert _ids(api, f"company_id={uuid4()}") == []
    assert _ids(api, "search=0000000002") == [second["id"]]
    assert _ids(api, "search=klient") == [second["id"], first["id"]]
    assert len(_ids(api, f"issue_date_from={day}&issue_date_to={day}")) == 2
    assert _ids(api, f"issue_date_to={day - timedelta(days=1)}") == []
    assert _ids(api, "ordering=-issue_date&limit=1") == [second["id"]]


@pytest.mark.parametrize(
    "ordering", ["number", "-issue_date", "due_date", "-total", "updated_at", "created_at", ""]
)
def test_pages_follow_one_another_in_any_order(issued, written, api, ordering):
    everything = {written().json()["id"], issued()["id"], issued()["id"]}
    seen, cursor = [], ""
    while cursor is not None:
        answer = api.get(f"/api/v1/invoices/?ordering={ordering}&limit=1&cursor={cursor}").json()
        seen += [one["id"] for one in answer["items"]]
        cursor = answer["next_cursor"]
    assert len(seen) == 3 and set(seen) == everything


def test_a_list_takes_as_many_statements_for_many(issued, api, act, alpha):
    def statements(path):
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200
        return len(captured)

    issued()
    few = statements("/api/v1/invoices/")
    for _count in range(3):
        issued()
    assert statements("/api/v1/invoices/") == few


def test_sending_needs_an_address_and_marks_it_sent(issued, act, api, alpha, owner):
    invoice = issued()
    assert act(f"invoices/{invoice['id']}/send/").json()["status"] == "sent"
    with in_organization(alpha):
        facts = {"eik": "831646048", "city": "Русе"}
        silent = create_company(details=CompanyChange(name="Без поща", **facts), by=owner, at=clock.now())
    refused = act(f"invoices/{issued(company_id=str(silent.pk))['id']}/send/")
    assert (refused.status_code, refused.json()["field"]) == (422, "email")


def test_of_another_organization_nothing_is_there(issued, api_of, beta, company_id):
    invoice = issued()
    stranger = api_of(beta)
    for act in ("", "pdf/"):
        assert stranger.get(f"/api/v1/invoices/{invoice['id']}/{act}").status_code == 404
    body = {"company_id": company_id, "currency": "EUR", "items": [LINE]}
    assert stranger.post("/api/v1/invoices/", body, content_type="application/json").status_code == 404


def test_a_user_reads_own_invoices_only(issued, api_of, alpha):
    invoice = issued()
    theirs = api_of(alpha, "user")
    assert theirs.get(f"/api/v1/invoices/{invoice['id']}/").status_code == 404
    assert theirs.get("/api/v1/invoices/").json()["items"] == []
    assert theirs.generic("POST", f"/api/v1/invoices/{invoice['id']}/issue/").status_code == 403


def _ids(api, query):
    return [one["id"] for one in api.get(f"/api/v1/invoices/?{query}").json()["items"]]


def test_the_totals_of_the_sample_are_exact(written):
    lines = [LINE | {"quantity": "3", "unit_price": "0.3333", "vat_rate": rate} for rate in ("20", "9", None)]
    invoice = written(items=lines).json()
    assert Decimal(invoice["net_total"]) + Decimal(invoice["vat_total"]) == Decimal(invoice["total"])
