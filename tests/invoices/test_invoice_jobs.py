"""What follows an invoice's issue and its sending: codes, PDF, letter."""

import pytest
from django.core import mail

from shared_apps.core.errors import NotAllowed
from tenant_apps.files.queries import read_bytes
from tenant_apps.invoices.adapters import differences_in
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import (
    BuyerWithoutEmail,
    NotIssued,
    annul_invoice,
    invoice_pdf_bytes,
    issue_invoice,
    send_invoice,
    store_invoice_document,
)
from tenant_apps.invoices.queries import paper_of
from tenant_apps.sharing.models import PublicLink
from tenant_apps.sharing.operations import renew_public_link, revoke_public_link
from tenant_apps.workspace.operations import ProfileChange, change_organization
from tests.invoices.stories import AT, client, draft, events_of, issued

pytestmark = pytest.mark.usefixtures("in_alpha")


def stored(invoice):
    return Invoice.objects.select_related("pdf", "epc_qr", "payment_qr").get(pk=invoice.pk)


def test_an_issued_invoice_gets_its_codes_and_its_pdf(owner, run_jobs):
    invoice = issued(owner)
    run_jobs()
    made = stored(invoice)
    assert made.epc_qr.content_type == made.payment_qr.content_type == "image/png"
    assert read_bytes(made.pdf).startswith(b"%PDF")
    assert {InvoiceEvent.QR_CODES_STORED, InvoiceEvent.DOCUMENT_STORED} <= set(events_of(invoice))


def test_without_an_iban_there_is_no_transfer_code(owner, run_jobs):
    change_organization(change=ProfileChange(iban=""), by=owner, at=AT)
    invoice = issued(owner)
    run_jobs()
    assert stored(invoice).epc_qr is None and stored(invoice).payment_qr is not None


def test_the_paper_bears_the_address_of_the_client_link_as_it_is_now(owner, run_jobs):
    invoice = issued(owner)
    run_jobs()
    first, link = stored(invoice), PublicLink.objects.get(record_id=invoice.pk)
    assert differences_in(read_bytes(first.pdf), paper_of(invoice), invoice.language) == []
    renew_public_link(link_id=link.pk, by=owner, at=AT)
    assert differences_in(read_bytes(first.pdf), paper_of(invoice), invoice.language) == ["link_code"]
    run_jobs()
    second = stored(invoice)
    assert differences_in(read_bytes(second.pdf), paper_of(invoice), invoice.language) == []
    assert second.payment_qr_id != first.payment_qr_id and second.epc_qr_id == first.epc_qr_id
    revoke_public_link(link_id=link.pk, by=owner, at=AT)
    run_jobs()
    third = stored(invoice)
    assert third.payment_qr is None and third.pdf_id != second.pdf_id
    assert differences_in(read_bytes(third.pdf), paper_of(invoice), invoice.language) == []
    assert read_bytes(first.pdf), "what was sent once is kept"


def test_the_first_pdf_is_the_one_that_stays(owner):
    invoice = issued(owner)
    facts = {"invoice_id": invoice.pk, "state": "issued", "by": owner, "at": AT}
    store_invoice_document(content=b"%PDF first", **facts)
    store_invoice_document(content=b"%PDF second", **facts)
    assert invoice_pdf_bytes(invoice_id=invoice.pk, by=owner, at=AT) == b"%PDF first"
    assert events_of(invoice).count(InvoiceEvent.DOCUMENT_STORED) == 1


def test_an_annulled_invoice_gets_a_pdf_that_says_so(owner, run_jobs):
    invoice = issued(owner)
    before = invoice_pdf_bytes(invoice_id=invoice.pk, by=owner, at=AT)
    annul_invoice(invoice_id=invoice.pk, reason="грешка", by=owner, at=AT)
    late = store_invoice_document(invoice_id=invoice.pk, content=before, state="issued", by=owner, at=AT)
    assert late.pdf is None
    run_jobs()
    assert read_bytes(stored(invoice).pdf) != before


def test_a_draft_has_no_pdf(owner):
    with pytest.raises(NotIssued):
        invoice_pdf_bytes(invoice_id=draft(owner).pk, by=owner, at=AT)


def test_sending_makes_the_pdf_and_mails_it_in_the_invoice_s_language(owner, run_jobs):
    company = client(owner, email="office@client.example")
    invoice = issued(owner, company, language="en")
    sent = send_invoice(invoice_id=invoice.pk, by=owner, at=AT)
    assert sent.sent_at == AT and sent.status_on(AT.date()) == "sent"
    run_jobs()
    (letter,) = mail.outbox
    assert letter.to == ["office@client.example"]
    assert letter.subject.startswith("Invoice 0000000001")
    assert letter.attachments[0][0] == "0000000001.pdf"
    assert "€120.00" in letter.body and "BG80BNBG96611020345678" in letter.body


def test_it_may_be_sent_again(owner, run_jobs):
    invoice = issued(owner, client(owner, email="office@client.example"))
    for _time in range(2):
        send_invoice(invoice_id=invoice.pk, by=owner, at=AT)
    run_jobs()
    assert len(mail.outbox) == 2
    assert events_of(invoice).count(InvoiceEvent.SENT) == 2


def test_what_cannot_be_sent(owner, user):
    company = client(owner, email="office@client.example")
    with pytest.raises(NotIssued):
        send_invoice(invoice_id=draft(owner, company).pk, by=owner, at=AT)
    with pytest.raises(BuyerWithoutEmail) as refusal:
        send_invoice(invoice_id=issued(owner).pk, by=owner, at=AT)
    assert refusal.value.field == "email"
    with pytest.raises(Invoice.DoesNotExist):
        send_invoice(invoice_id=issued(owner, company).pk, by=user, at=AT)


def test_a_user_issues_nothing(user):
    with pytest.raises(NotAllowed):
        issue_invoice(invoice_id=draft(user).pk, by=user, at=AT)
