"""The letter that carries an invoice: changed before it leaves, and what became of it."""

import pytest
from django.core import mail
from django.urls import reverse

from shared_apps.core.errors import Refused
from tenant_apps.invoices.operations import LetterInput, send_invoice
from tests.invoices.stories import AT, client, draft, fresh, issued

pytestmark = pytest.mark.usefixtures("in_alpha")
TO = "office@client.example"
LETTER = {"to": "other@client.example", "cc": "a@x.example, b@x.example", "subject": "Тема", "text": "Ето я."}


@pytest.fixture
def invoice(owner):
    return issued(owner, client(owner, email=TO), language="en")


def test_the_page_begins_with_the_usual_letter_in_the_client_s_language(browser, invoice):
    page = browser.get(reverse("send_invoice", args=[invoice.pk])).content.decode()
    assert TO in page and "Invoice 0000000001 from" in page and "€120.00" in page


def test_what_was_typed_is_what_leaves(browser, invoice, run_jobs):
    browser.post(reverse("send_invoice", args=[invoice.pk]), LETTER | {"with_ubl": "on"})
    run_jobs()
    (letter,) = mail.outbox
    assert (letter.to, letter.cc) == (["other@client.example"], ["a@x.example", "b@x.example"])
    assert (letter.subject, letter.body) == ("Тема", "Ето я.")
    assert [name for name, *_rest in letter.attachments] == ["0000000001.pdf", "0000000001.xml"]
    assert letter.metadata["message_id"] and fresh(invoice).sent_at


def test_its_state_stands_beside_the_invoice(browser, invoice, run_jobs):
    browser.post(reverse("send_invoice", args=[invoice.pk]), LETTER)
    run_jobs()
    page = browser.get(invoice.get_absolute_url()).content.decode()
    assert "other@client.example, a@x.example, b@x.example" in page and "Тема" in page


def test_a_button_elsewhere_sends_the_usual_letter(browser, invoice, run_jobs):
    browser.post(reverse("send_invoice", args=[invoice.pk]))
    run_jobs()
    assert mail.outbox[0].to == [TO] and mail.outbox[0].subject.startswith("Invoice 0000000001")


@pytest.mark.parametrize("wrong", [{"to": "не е адрес"}, {"cc": "x"}, {"cc": "a@x.example " * 11}])
def test_wrong_addresses_are_told_beside_the_field(browser, invoice, wrong):
    answer = browser.post(reverse("send_invoice", args=[invoice.pk]), LETTER | wrong)
    assert answer.status_code == 422 and "Ето я." in answer.content.decode()
    assert fresh(invoice).sent_at is None


def test_a_draft_is_not_sent(browser, owner):
    url = reverse("send_invoice", args=[draft(owner, client(owner, email=TO)).pk])
    assert browser.get(url).status_code != 200


def test_without_an_address_of_the_client_one_may_be_typed(owner, run_jobs):
    invoice = issued(owner)
    with pytest.raises(Refused, match="no e-mail address"):
        send_invoice(invoice_id=invoice.pk, by=owner, at=AT)
    send_invoice(invoice_id=invoice.pk, letter=LetterInput(to=TO), by=owner, at=AT)
    run_jobs()
    assert mail.outbox[0].to == [TO]


def test_programs_send_their_own_letter(api, invoice, run_jobs):
    url = f"/api/v1/invoices/{invoice.pk}/send/"
    letter = {"to": TO, "cc": ["a@x.example"], "subject": "S", "text": "T"}
    assert api.post(url, letter, content_type="application/json").status_code == 200
    assert api.post(url, content_type="application/json").status_code == 200
    assert api.post(url, {"to": "x"}, content_type="application/json").status_code == 422
    run_jobs()
    assert [one.subject for one in mail.outbox] == ["S", "Invoice 0000000001 from Алфа Проба ООД"]
