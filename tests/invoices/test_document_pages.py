"""Writing other documents than plain invoices, and what the editor knows while one writes."""

from decimal import Decimal

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.activity.models import Event
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import create_note, issue_invoice
from tenants.context import OrganizationRef
from tests.invoices.stories import AT, client, draft, fresh, issued, line
from tests.invoices.test_draft_pages import CONSULTING, text, typed

D = Decimal
LINE = CONSULTING | {"quantity": "1", "unit_price": "9,99", "vat_rate": "20.00"}


def test_prices_with_vat_and_a_discount_are_counted_as_typed(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    data = typed(client(owner), LINE, prices_include_vat="on", discount="10", discount_in="percent")
    browser.post("/invoices/new/", data)
    invoice = Invoice.objects.get()
    assert (invoice.total, invoice.discount_percent, invoice.discount_total) == (D("8.99"), 10, D("0.84"))
    page = text(browser.get(f"/invoices/{invoice.pk}/edit/"))
    assert 'name="discount" value="10.00"' in page or 'value="10"' in page


def test_an_amount_comes_off_too(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    data = typed(client(owner), LINE, discount="1,99", discount_in="amount")
    browser.post("/invoices/new/", data)
    invoice = Invoice.objects.get()
    assert (invoice.net_total, invoice.discount_amount) == (D("8.00"), D("1.99"))


def test_a_treatment_says_why_there_is_no_vat(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    browser.post("/invoices/new/", typed(client(owner), LINE | {"vat_rate": "0.00:export"}))
    item = Invoice.objects.get().items.get()
    assert (item.vat_rate, item.vat_code) == (0, "export")
    page = text(browser.get(f"/invoices/{item.invoice_id}/edit/"))
    assert '<option value="0.00:export" selected>0 % · export</option>' in page


def test_a_treatment_that_nobody_knows_is_refused(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    for wrong in ("zero", "20.00:export"):
        answer = browser.post("/invoices/new/", typed(client(owner), LINE | {"vat_rate": wrong}))
        assert answer.status_code == 422
    assert not Invoice.objects.exists()


def test_a_proforma_is_written_on_its_own_form(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    page = text(browser.get("/invoices/new/?kind=proforma"))
    assert "New proforma" in page and "Advance invoice" not in page
    browser.post("/invoices/new/", typed(client(owner), LINE, kind="proforma"))
    proforma = Invoice.objects.get()
    assert proforma.kind == "proforma"
    issue_invoice(invoice_id=proforma.pk, by=owner, at=AT)
    browser.post(f"/invoices/{proforma.pk}/follow/")
    assert Invoice.objects.get(origin=proforma).kind == "invoice"


def test_a_note_asks_why_and_opens_its_draft(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    invoice = issued(owner)
    address = f"/invoices/{invoice.pk}/notes/?kind=credit_note"
    assert browser.post(address, {"reason": ""}).status_code == 422
    answer = browser.post(address, {"reason": "Върната стока"})
    note = Invoice.objects.get(amends=invoice)
    assert answer["Location"] == f"/invoices/{note.pk}/edit/"
    page = text(browser.get(answer["Location"]))
    assert "Върната стока" in page and '{"2000:standard": ["10000", "2000"]}' in page


@pytest.mark.parametrize("headers", [{}, {"X-Autosave": "1"}], ids=["saved", "saves itself"])
def test_a_note_is_cut_down_on_its_form(
    browser: Client, owner: Actor, in_alpha: OrganizationRef, headers: dict[str, str]
) -> None:
    company = client(owner)
    invoice = issued(owner, company)
    note = create_note(invoice_id=invoice.pk, kind="credit_note", reason="x", by=owner, at=AT)
    address = f"/invoices/{note.pk}/edit/"
    assert 'name="kind"' not in text(browser.get(address))
    half = typed(company, LINE | {"unit_price": "50"}, amend_reason="Половината", kind="credit_note")
    assert browser.post(address, half, headers=headers).status_code in {200, 302}
    kept = fresh(note)
    assert (kept.kind, kept.total, kept.amend_reason) == ("credit_note", D("60.00"), "Половината")


def test_documents_show_what_belongs_to_them(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    invoice = issued(owner)
    note = create_note(invoice_id=invoice.pk, kind="credit_note", reason="x", by=owner, at=AT)
    assert f"/invoices/{note.pk}/" in text(browser.get(f"/invoices/{invoice.pk}/"))
    assert f"Invoice {invoice.number}" in text(browser.get(f"/invoices/{note.pk}/"))


def test_advances_are_offered_and_taken_off(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    company = client(owner)
    advance = issued(owner, company, items=(line("1", "30"),), is_advance=True)
    invoice = draft(owner, company)
    assert "Advances to take off" in text(browser.get(f"/invoices/{invoice.pk}/"))
    browser.post(f"/invoices/{invoice.pk}/deduct-advances/", {"advance_ids": [str(advance.pk), "nonsense"]})
    assert fresh(invoice).total == D("84.00")
    assert "Advances to take off" not in text(browser.get(f"/invoices/{invoice.pk}/"))


def test_a_form_keeps_the_deductions_of_its_draft(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    company = client(owner)
    advance = issued(owner, company, items=(line("1", "30"),), is_advance=True)
    invoice = draft(owner, company)
    browser.post(f"/invoices/{invoice.pk}/deduct-advances/", {"advance_ids": [str(advance.pk)]})
    off = {"description": "Аванс", "quantity": "-1", "unit_price": "30", "vat_rate": "20.00"}
    rows = [LINE | {"unit_price": "100"}, off | {"deducts_id": str(advance.pk)}]
    browser.post(f"/invoices/{invoice.pk}/edit/", typed(company, *rows))
    assert fresh(invoice).items.get(deducts=advance).quantity == -1


def test_what_is_written_is_saved_without_a_line_in_the_history(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    company, itself = client(owner), {"HTTP_X_AUTOSAVE": "1"}
    made = browser.post("/invoices/new/", typed(company, LINE), **itself)
    invoice = Invoice.objects.get()
    assert made.status_code == 201 and made.json() == {"edit_url": f"/invoices/{invoice.pk}/edit/"}
    told = Event.objects.count()
    saved = browser.post(made.json()["edit_url"], typed(company, LINE | {"quantity": "2"}), **itself)
    assert saved.status_code == 200 and fresh(invoice).net_total == D("19.98")
    assert Event.objects.count() == told
    assert browser.post(made.json()["edit_url"], typed(company), **itself).status_code == 422


def test_the_client_is_known_while_one_writes(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    company = client(owner)
    page = text(browser.get(f"/invoices/client/?company_id={company.pk}"))
    assert "first invoice to this client" in page and 'data-treatment="20.00"' in page
    issued(owner, company)
    page = text(browser.get(f"/invoices/client/?company_id={company.pk}"))
    assert "1 invoice is late" in page and "Last invoice 0000000001" in page


def test_a_client_abroad_makes_it_ask_for_goods_or_service(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    company = client(owner, country="DE", vat_number="DE136695976", eik="")
    page = text(browser.get(f"/invoices/client/?company_id={company.pk}"))
    assert "data-must-ask" in page and "Goods or service?" in page
    page = text(browser.get(f"/invoices/client/?company_id={company.pk}&supply=goods"))
    assert 'data-treatment="0.00:eu_goods"' in page


def test_the_last_price_is_remembered(browser: Client, owner: Actor, in_alpha: OrganizationRef) -> None:
    company = client(owner)
    address = f"/invoices/price-memory/?company_id={company.pk}&description=консултация"
    assert browser.get(address).json() == {"text": ""}
    issued(owner, company, items=(line("1", "58"),))
    memory = browser.get(address).json()
    assert memory == {"text": "last sold to this client on 15 Mar 2026 at €58.00", "unit_price": "58.0000"}
