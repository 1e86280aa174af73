"""What is suggested for a payment, why, and what one click does."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.core.actors import system_actor
from tenant_apps.crm.operations import ContactChange, create_contact
from tenant_apps.invoices.models import Payment
from tenant_apps.invoices.operations import annul_invoice, deallocate_payment, void_payment
from tenant_apps.reconciliation.operations import match_payments
from tenant_apps.reconciliation.queries import advice_for, suggestions_for, suggestions_for_many
from tests.invoices.stories import AT, TODAY, client, fresh, issued, line, payment

pytestmark = pytest.mark.usefixtures("in_alpha")
IBAN = "BG80BNBG96611020345678"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def match(in_alpha):
    def run(*payments):
        ids = [one.pk for one in payments]
        return match_payments(payment_ids=ids, by=system_actor(in_alpha.id), at=AT)

    return run


def numbers(suggestions):
    return [one.invoice.number for one in suggestions]


def signals(suggestion):
    return [row["signal"] for row in suggestion.evidence]


def priced(owner, company, price):
    """An issued invoice that comes to `price` and a fifth."""
    return issued(owner, company, items=(line(unit_price=str(price)),))


def test_the_likeliest_comes_first_with_what_speaks_for_it(owner):
    mine, other = client(owner), client(owner, name="Далечна ООД")
    named, alike = priced(owner, mine, 200), priced(owner, other, 100)
    money = payment(owner, "120", f"ф-ра {int(named.number)}", payer_name="КЛИЕНТ ООД")
    first, second = suggestions_for(money.pk, owner)
    assert (first.invoice, first.amount) == (named, Decimal("120.00"))
    assert signals(first) == ["number_without_zeros", "part_of_outstanding", "payer_name", "paid_in_time"]
    assert first.against == ("amount_differs",)
    assert second.invoice == alike
    assert second.against == ("not_named", "other_payer")


def test_the_same_amount_is_suggested_and_the_payer_decides_among_equals(owner):
    companies = [client(owner, name=f"Наемател {name} ООД") for name in ("Алфа", "Бета", "Гама")]
    invoices = [issued(owner, one) for one in companies]
    money = payment(owner, reference="наем", payer_name="NAEMATEL BETA OOD")
    found = suggestions_for(money.pk, owner)
    assert found[0].invoice == invoices[1] and len(found) == 3
    assert found[0].score > found[1].score
    assert "not_named" in found[0].against


def test_a_name_that_a_bank_cut_or_a_person_misspelled_finds_the_client(owner):
    company = client(owner, name="Строителна компания Хоризонт Инвест АД")
    invoice = priced(owner, company, 300)
    priced(owner, client(owner, name="Съвсем друга фирма АД"), 400)
    money = payment(owner, "50", "по договор", payer_name="STROITELNA KOMPANYA HORIZONT IN")
    assert numbers(suggestions_for(money.pk, owner)) == [invoice.number]


def test_a_person_is_found_by_name(owner):
    ana = create_contact(details=ContactChange(first_name="Ана", last_name="Бонева"), by=owner, at=AT)
    invoice = issued(owner, client(owner), company_id=None, contact_id=ana.pk)
    money = payment(owner, "50", "вноска", payer_name="БОНЕВА АНА")
    (found,) = suggestions_for(money.pk, owner)
    assert found.invoice == invoice and "payer_name" in signals(found)


def test_a_known_account_brings_its_client_s_invoices(owner, match):
    company = client(owner)
    match(payment(owner, reference=issued(owner, company).number, payer_iban=IBAN))
    late = priced(owner, company, 70)
    money = payment(owner, "50", "наем", payer_iban=IBAN)
    (found,) = suggestions_for(money.pk, owner)
    assert found.invoice == late and "known_iban" in signals(found)


def test_invoices_named_together_are_suggested_when_their_sum_is_the_amount(owner):
    one, other = issued(owner, client(owner)), issued(owner, client(owner, name="Друг ООД"))
    money = payment(owner, "240", f"{one.number}, {other.number}")
    found = suggestions_for(money.pk, owner)
    assert {one.invoice.number for one in found} == {one.number, other.number}
    assert all("amount_equals_sum" in signals(one) and one.amount == 120 for one in found)


def test_what_is_named_but_cannot_be_is_told_with_the_reason(owner, match):
    company = client(owner)
    paid, annulled, dollars = issued(owner, company), issued(owner, company), None
    match(payment(owner, reference=paid.number))
    annul_invoice(invoice_id=annulled.pk, reason="x", by=owner, at=AT)
    dollars = issued(owner, company, currency="USD")
    money = payment(owner, "7", f"{paid.number} {annulled.number} {dollars.number}")
    advice = advice_for(money.pk, owner)
    assert advice.suggestions == []
    assert {one.invoice.number: one.against for one in advice.rejected} == {
        paid.number: ("already_paid",),
        annulled.number: ("not_open",),
        dollars.number: ("currency_differs",),
    }


def test_what_a_person_unlinked_is_not_suggested_again(owner, match):
    invoice = issued(owner)
    money = payment(owner, reference=invoice.number)
    match(money)
    deallocate_payment(payment_id=money.pk, invoice_id=invoice.pk, reason="не е тя", by=owner, at=AT)
    advice = advice_for(money.pk, owner)
    assert advice.suggestions == []
    assert [(one.invoice, one.against) for one in advice.rejected] == [(invoice, ("taken_back",))]


def test_at_most_five_and_none_without_money(owner, user):
    company = client(owner)
    for _one in range(7):
        issued(owner, company)
    money, void = payment(owner), payment(owner)
    assert len(suggestions_for(money.pk, owner)) == 5
    assert len(suggestions_for(money.pk, owner, 2)) == 2
    void_payment(payment_id=void.pk, reason="x", by=owner, at=AT)
    assert suggestions_for(void.pk, owner) == []
    with pytest.raises(Payment.DoesNotExist):
        suggestions_for(money.pk, user)


def test_many_are_asked_in_as_many_statements_as_few(owner):
    companies = [client(owner, name=f"Фирма {name} ООД") for name in ("Алфа", "Бета", "Гама", "Делта")]
    invoices = [issued(owner, one) for one in companies]

    def asked(count):
        moneys = [
            payment(owner, reference=f"ф-ра {int(one.number)}", payer_name=f"Платец {count} {one.number}")
            for one in invoices[:count]
        ]
        with CaptureQueriesContext(connection) as captured:
            found = suggestions_for_many([one.pk for one in moneys], owner, on=TODAY)
        assert [numbers(found[money.pk])[0] for money in moneys] == [one.number for one in invoices[:count]]
        return len(captured)

    assert asked(2) == asked(4) <= 6


class TestPages:
    def test_the_payment_s_page_suggests_and_one_click_accepts(self, owner, browser):
        invoice, money = issued(owner), payment(owner, reference="наем", payer_name="КЛИЕНТ ООД")
        page = browser.get(f"/payments/{money.pk}/").content.decode()
        assert "It may be for" in page and "The payer bears the client" in page
        address = f"/payments/{money.pk}/suggestions/"
        assert invoice.number in browser.get(address).content.decode()
        done = browser.post(address, {"invoice_id": str(invoice.pk), "amount": "120,00"})
        assert done["Location"] == f"/payments/{money.pk}/"
        assert fresh(invoice).outstanding == 0
        page = browser.get(f"/payments/{money.pk}/").content.decode()
        assert "It may be for" not in page and "Linked by hand." in page

    def test_what_went_away_meanwhile_is_explained(self, owner, browser, match):
        invoice, money = issued(owner), payment(owner)
        match(payment(owner, reference=invoice.number))
        data = {"invoice_id": str(invoice.pk), "amount": "120"}
        answer = browser.post(f"/payments/{money.pk}/suggestions/", data, headers=HTMX)
        assert answer.status_code == 422
        assert "already paid" in answer.content.decode() and "<html" not in answer.content.decode()

    def test_nothing_speaks_for_anything(self, owner, browser):
        page = browser.get(f"/payments/{payment(owner).pk}/").content.decode()
        assert "Nothing speaks for any open invoice" in page

    def test_the_api_tells_the_same(self, owner, api):
        invoice, money = issued(owner), payment(owner, reference="наем", payer_name="КЛИЕНТ ООД")
        address = f"/api/v1/payments/{money.pk}/suggestions/"
        (told,) = api.get(address).json()["suggestions"]
        assert (told["invoice_number"], told["amount"], told["against"]) == (
            invoice.number,
            "120.00",
            ["not_named"],
        )
        took = {"invoice_id": str(invoice.pk)}
        api.post(f"/api/v1/workbench/{money.pk}/accept/", took, content_type="application/json")
        assert api.get(address).json() == {"suggestions": [], "rejected": []}
        assert fresh(invoice).outstanding == 0
