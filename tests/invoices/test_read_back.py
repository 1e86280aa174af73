"""A PDF that does not say what its document says is neither kept nor sent, and a human is told."""

from decimal import Decimal

import pytest
from django.core import mail

from tenant_apps.invoices.adapters import epc_qr_png
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import (
    DocumentUnreadable,
    annul_invoice,
    invoice_pdf_bytes,
    send_invoice,
    store_invoice_document,
)
from tenant_apps.invoices.queries import document_refusal
from tenant_apps.workspace.operations import ProfileChange, change_logo, change_organization
from tests.invoices.stories import AT, client, draft, events_of, fresh, issued

pytestmark = pytest.mark.usefixtures("in_alpha")


@pytest.fixture
def someone_elses_code(in_alpha, owner):
    """The organization's logo is a payment code that somebody else made: it asks for money to them."""
    code = epc_qr_png("Друг", "BG10STSA93000027446545", "", Decimal("5"), "за друго")
    change_logo(name="logo.png", content=code, by=owner, at=AT)


@pytest.mark.usefixtures("someone_elses_code")
def test_what_reads_back_otherwise_is_not_kept_and_told_once(owner):
    invoice = issued(owner)
    for _time in range(2):
        with pytest.raises(DocumentUnreadable) as refusal:
            invoice_pdf_bytes(invoice_id=invoice.pk, by=owner, at=AT)
    assert refusal.value.differences == ("transfer_code",)
    assert "the code for a bank transfer" in str(refusal.value)
    assert fresh(invoice).pdf_id is None
    assert events_of(invoice).count(InvoiceEvent.DOCUMENT_REFUSED) == 1
    told = document_refusal(fresh(invoice))
    assert told.new == {"differences": ["transfer_code"]}


@pytest.mark.usefixtures("someone_elses_code")
def test_sending_stops_and_the_job_fails(owner, run_jobs):
    invoice = issued(owner, client(owner, email="office@client.example"))
    send_invoice(invoice_id=invoice.pk, by=owner, at=AT)
    with pytest.raises(DocumentUnreadable):
        run_jobs()
    assert mail.outbox == []


@pytest.mark.usefixtures("someone_elses_code")
def test_the_page_tells(owner, browser):
    invoice = issued(owner)
    address = f"/invoices/{invoice.pk}/"
    assert "The PDF was not made" not in browser.get(address).content.decode()
    assert browser.get(f"{address}pdf/").status_code == 302
    page = browser.get(address).content.decode()
    assert "The PDF was not made" in page and "the code for a bank transfer" in page


@pytest.mark.usefixtures("someone_elses_code")
def test_once_annulled_it_asks_for_nothing_and_the_refusal_is_over(owner):
    invoice = issued(owner)
    with pytest.raises(DocumentUnreadable):
        invoice_pdf_bytes(invoice_id=invoice.pk, by=owner, at=AT)
    annul_invoice(invoice_id=invoice.pk, reason="грешка", by=owner, at=AT)
    assert document_refusal(fresh(invoice)) is None


def test_one_that_reads_back_right_has_no_refusal(owner):
    invoice = issued(owner, language="bg-en")
    first = invoice_pdf_bytes(invoice_id=invoice.pk, by=owner, at=AT)
    assert document_refusal(fresh(invoice)) is document_refusal(draft(owner)) is None
    store_invoice_document(invoice_id=invoice.pk, content=b"%PDF other", state="issued", by=owner, at=AT)
    assert invoice_pdf_bytes(invoice_id=invoice.pk, by=owner, at=AT) == first
    assert events_of(invoice).count(InvoiceEvent.DOCUMENT_STORED) == 1


@pytest.mark.parametrize(("country", "word"), [("BG", "Фактура"), ("DE", "Invoice")])
def test_a_letter_about_a_paper_in_two_languages_is_in_the_client_s(owner, run_jobs, country, word):
    company = client(owner, email="office@client.example", country=country)
    send_invoice(invoice_id=issued(owner, company, language="bg-en").pk, by=owner, at=AT)
    run_jobs()
    (letter,) = mail.outbox
    assert letter.subject.startswith(f"{word} 0000000001")


def test_the_colour_of_the_day_of_issue_stays(owner):
    change_organization(change=ProfileChange(accent_color="#0F766E"), by=owner, at=AT)
    invoice = issued(owner)
    change_organization(change=ProfileChange(accent_color=""), by=owner, at=AT)
    assert Invoice.objects.get(pk=invoice.pk).seller["accent_color"] == "#0f766e"
