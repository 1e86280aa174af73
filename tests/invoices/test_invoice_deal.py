"""The deal that an invoice bills: chosen, kept, shown on both pages."""

from typing import Any

import pytest
from django.db.models import ProtectedError
from django.test import Client

from shared_apps.core.actors import Actor
from shared_apps.core.errors import Refused
from tenant_apps.crm.models import Deal
from tenant_apps.crm.operations import ContactChange, Participant, create_contact, win_deal
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import (
    InvoiceChange,
    annul_invoice,
    change_invoice,
    create_invoice_of_deal,
    duplicate_invoice,
)
from tenants.context import OrganizationRef, in_organization
from tests.crm.selling import add_deal
from tests.crm.selling import line as deal_line
from tests.invoices.stories import AT, client, draft, events_of, fresh, issued
from tests.invoices.test_draft_pages import CONSULTING, text, typed


def test_a_draft_bills_a_deal_and_may_change_it(in_alpha: OrganizationRef, owner: Actor) -> None:
    first, second = (add_deal(name, by=owner, at=AT) for name in ("Сайт", "Магазин"))
    invoice = draft(owner, deal_id=first.pk)
    assert invoice.deal == first

    change_invoice(invoice_id=invoice.pk, change=InvoiceChange(deal_id=second.pk), by=owner, at=AT)
    assert fresh(invoice).deal == second
    change_invoice(invoice_id=invoice.pk, change=InvoiceChange(notes="x"), by=owner, at=AT)
    assert fresh(invoice).deal == second
    change_invoice(invoice_id=invoice.pk, change=InvoiceChange(deal_id=None), by=owner, at=AT)
    assert fresh(invoice).deal is None


def test_a_hidden_deal_cannot_be_chosen_but_is_kept(
    in_alpha: OrganizationRef, owner: Actor, user: Actor
) -> None:
    hidden = add_deal("Тайна", by=owner, at=AT)
    mine = draft(user)
    with pytest.raises(Deal.DoesNotExist):
        change_invoice(invoice_id=mine.pk, change=InvoiceChange(deal_id=hidden.pk), by=user, at=AT)
    change_invoice(invoice_id=mine.pk, change=InvoiceChange(deal_id=hidden.pk), by=owner, at=AT)
    change_invoice(invoice_id=mine.pk, change=InvoiceChange(deal_id=hidden.pk, notes="x"), by=user, at=AT)
    assert fresh(mine).deal == hidden


def test_the_copy_of_an_annulled_invoice_bills_the_deal_again(
    in_alpha: OrganizationRef, owner: Actor
) -> None:
    invoice = issued(owner, deal_id=add_deal("Сайт", by=owner, at=AT).pk)
    assert duplicate_invoice(invoice_id=invoice.pk, by=owner, at=AT).deal is None
    annul_invoice(invoice_id=invoice.pk, reason="грешка", by=owner, at=AT)
    assert duplicate_invoice(invoice_id=invoice.pk, by=owner, at=AT).deal == invoice.deal


def test_a_billed_deal_is_not_deleted(in_alpha: OrganizationRef, owner: Actor) -> None:
    deal = add_deal("Сайт", by=owner, at=AT)
    draft(owner, deal_id=deal.pk)
    with pytest.raises(ProtectedError):
        deal.delete()


def test_the_form_chooses_the_deal_of_the_client(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    buyer = client(owner)
    ours, other = add_deal("Наша", by=owner, at=AT, company_id=buyer.pk), add_deal("Чужда", by=owner, at=AT)

    page = text(browser.get(f"/invoices/new/?company_id={buyer.pk}"))
    assert str(ours.pk) in page and str(other.pk) not in page
    browser.post("/invoices/new/", typed(buyer, CONSULTING, deal_id=str(ours.pk)))

    invoice = Invoice.objects.get()
    assert invoice.deal == ours
    assert f'<option value="{ours.pk}" selected>' in text(browser.get(f"/invoices/{invoice.pk}/edit/"))
    assert "Наша" in text(browser.get(f"/invoices/{invoice.pk}/"))
    browser.post(f"/invoices/{invoice.pk}/edit/", typed(buyer, CONSULTING, deal_id=""))
    assert fresh(invoice).deal is None


def test_one_who_does_not_see_the_deal_is_not_told_of_it(
    browser_of: Any, alpha: OrganizationRef, actor_with: Any, owner: Actor
) -> None:
    with in_organization(alpha):
        user = actor_with("user")
        hidden = add_deal("Тайна", by=owner, at=AT)
        mine = draft(user)
        change_invoice(invoice_id=mine.pk, change=InvoiceChange(deal_id=hidden.pk), by=owner, at=AT)
    browser = browser_of(alpha, "user")
    for address in (f"/invoices/{mine.pk}/", f"/invoices/{mine.pk}/edit/"):
        assert "Тайна" not in text(browser.get(address))
    browser.post(f"/invoices/{mine.pk}/edit/", typed(mine.company, CONSULTING))
    with in_organization(alpha):
        assert (fresh(mine).deal, str(fresh(mine).total)) == (hidden, "3086.42")


def test_a_deal_leads_to_its_invoice_and_shows_it(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    buyer = client(owner)
    deal = add_deal("Сайт", by=owner, at=AT, company_id=buyer.pk, items=(deal_line("Дизайн", "2", "50"),))
    address = f"/deals/{deal.pk}/"
    assert f"/invoices/new/?deal={deal.pk}" in text(browser.get(address))
    filled = browser.get(f"/invoices/new/?deal={deal.pk}").context["form"]
    assert filled["deal_id"].value() == str(deal.pk)

    invoice = issued(owner, buyer, deal_id=deal.pk)

    page = text(browser.get(address))
    assert invoice.number in page and "issued invoice" in page and "PDF of invoice" not in page


def test_a_won_deal_asks_for_its_invoice_until_it_has_one(
    browser: Client, owner: Actor, in_alpha: OrganizationRef
) -> None:
    deal = add_deal("Сайт", by=owner, at=AT)
    win_deal(deal_id=deal.pk, by=owner, at=AT)
    assert "The next step is the invoice." in text(browser.get(f"/deals/{deal.pk}/"))
    draft(owner, deal_id=deal.pk)
    assert "The next step is the invoice." not in text(browser.get(f"/deals/{deal.pk}/"))


def test_the_api_reads_writes_and_filters_by_deal(api: Any, alpha: OrganizationRef, owner: Actor) -> None:
    with in_organization(alpha):
        buyer, deal = client(owner), add_deal("Сайт", by=owner, at=AT)
        draft(owner, buyer)
    item = {"description": "Х", "quantity": "1", "unit_price": "1", "vat_rate": None}
    body = {"company_id": str(buyer.pk), "deal_id": str(deal.pk), "currency": "EUR", "items": [item]}
    written = api.post("/api/v1/invoices/", body, content_type="application/json").json()
    assert written["deal_id"] == str(deal.pk)
    found = api.get(f"/api/v1/invoices/?deal_id={deal.pk}").json()["items"]
    assert [one["id"] for one in found] == [written["id"]]
    address = f"/api/v1/invoices/{written['id']}/"
    emptied = api.patch(address, {"deal_id": None}, content_type="application/json").json()
    assert emptied["deal_id"] is None


def test_a_draft_is_made_of_a_deal(in_alpha: OrganizationRef, owner: Actor, user: Actor) -> None:
    buyer = client(owner)
    items = (deal_line("Дизайн", "2", "50.5", "10"), deal_line("Текст", "1", "9"))
    deal = add_deal("Сайт", by=owner, at=AT, company_id=buyer.pk, currency="USD", items=items)
    invoice = create_invoice_of_deal(deal_id=deal.pk, by=owner, at=AT)
    assert (invoice.company, invoice.contact, invoice.deal, invoice.currency) == (buyer, None, deal, "USD")
    assert [str(one.net_total) for one in invoice.items.all()] == ["90.90", "9.00"]
    assert events_of(invoice) == ["invoices.invoice_created"]
    assert create_invoice_of_deal(deal_id=deal.pk, by=owner, at=AT).pk != invoice.pk
    with pytest.raises(Deal.DoesNotExist):
        create_invoice_of_deal(deal_id=deal.pk, by=user, at=AT)


def test_a_deal_without_lines_or_company_is_one_line_to_its_first_person(
    in_alpha: OrganizationRef, owner: Actor
) -> None:
    person = create_contact(details=ContactChange(first_name="Мария", last_name="П"), by=owner, at=AT)
    people = (Participant(contact_id=person.pk),)
    invoice = create_invoice_of_deal(
        deal_id=add_deal("Сайт", by=owner, at=AT, value="300", contacts=people).pk, by=owner, at=AT
    )
    (whole,) = invoice.items.all()
    assert (invoice.contact, whole.description, str(whole.net_total)) == (person, "Сайт", "300.00")
    with pytest.raises(Refused) as refusal:
        create_invoice_of_deal(deal_id=add_deal("Ничия", by=owner, at=AT).pk, by=owner, at=AT)
    assert [one.field for one in refusal.value.errors] == ["company_id"]


def test_the_api_bills_a_deal(api: Any, api_of: Any, alpha: OrganizationRef, owner: Actor) -> None:
    with in_organization(alpha):
        deal = add_deal("Сайт", by=owner, at=AT, company_id=client(owner).pk, value="70")
    address = f"/api/v1/deals/{deal.pk}/invoice/"
    answer = api.post(address, {}, content_type="application/json")
    assert (answer.status_code, answer.json()["deal_id"], answer.json()["net_total"]) == (
        201,
        str(deal.pk),
        "70.00",
    )
    assert api_of(alpha, "user").post(address, {}, content_type="application/json").status_code == 404
