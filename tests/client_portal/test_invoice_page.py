"""An invoice, a note, a proforma behind its link."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
import zxingcpp
from django.test import Client
from PIL import Image

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.activity.queries import timeline_of
from tenant_apps.crm.models import Company
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.invoices.operations import (
    allocate_payment,
    annul_invoice,
    create_note,
    follow_proforma,
    issue_invoice,
)
from tenant_apps.messages.models import Notification
from tenant_apps.sharing.models import PublicLink
from tenant_apps.sharing.operations import revoke_public_link
from tenant_apps.workspace.operations import ProfileChange, change_logo, change_organization
from tests.client_portal.conftest import path_to
from tests.invoices.stories import AT, client, draft, issued, line, payment


def text(answer: Any) -> str:
    return str(answer.content.decode())


def give(by: Actor, came: Payment, invoice: Invoice, amount: str) -> None:
    allocate_payment(payment_id=came.pk, invoice_id=invoice.pk, amount=Decimal(amount), by=by, at=AT)


def image_in(answer: Any) -> Image.Image:
    return Image.open(BytesIO(answer.content)).convert("L")


def test_it_says_what_from_whom_how_much_and_until_when(
    stranger: Client, owner: Actor, company: Company
) -> None:
    invoice = issued(owner, company, due_date=AT.date() + timedelta(days=5000))
    answer = stranger.get(path_to(invoice.pk))
    page = text(answer)
    for said in ("Invoice 0000000001", "Алфа Проба ООД", "Клиент ООД", "€120.00", "Консултация", "€100.00"):
        assert said in page
    assert "BG80 BNBG 9661 1020 3456 78" in page and 'data-copy="BG80BNBG96611020345678"' in page
    assert 'data-copy="120.00"' in page and 'data-copy="Фактура 0000000001"' in page
    assert answer["X-Robots-Tag"].startswith("noindex") and answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"] and not answer.cookies
    assert "Sign out" not in page and "/invoices/" not in page


def test_it_speaks_the_language_of_the_document_until_another_is_chosen(
    stranger: Client, owner: Actor, company: Company
) -> None:
    invoice = issued(owner, company)
    path = path_to(invoice.pk).removesuffix("?lang=en")
    first = stranger.get(path)
    assert '<html lang="bg"' in text(first) and first["Content-Language"] == "bg"
    english = stranger.get(f"{path}?lang=en")
    assert '<html lang="en"' in text(english) and "/pdf/?lang=en" in text(english)
    assert '<html lang="bg"' in text(stranger.get(f"{path}?lang=xx"))


def test_the_status_tells_the_truth(stranger: Client, owner: Actor, company: Company) -> None:
    invoice = issued(owner, company, due_date=AT.date())
    path = path_to(invoice.pk)
    assert "Overdue" in text(stranger.get(path))
    came = payment(owner, "50.00", company_id=company.pk)
    waiting = text(stranger.get(path))
    assert "being checked" in waiting and "€50.00" in waiting
    give(owner, came, invoice, "50.00")
    partly = text(stranger.get(path))
    assert "being checked" not in partly and "€70.00" in partly
    give(owner, payment(owner, "70.00", company_id=company.pk), invoice, "70.00")
    paid = text(stranger.get(path))
    assert "Paid. Thank you." in paid and "IBAN" not in paid


def test_money_of_others_is_nobody_s_business(stranger: Client, owner: Actor, company: Company) -> None:
    """The first invoice has the number 1, which is in every other text that a bank passes on."""
    invoice = issued(owner, company)
    other = client(owner, name="Друг", eik="175074752")
    payment(owner, "5000.00", reference="аванс по договор от 01.03.2026 г.", company_id=other.pk)
    payment(owner, "5000.00", reference="Фактура 0000000001", company_id=other.pk)
    for text_beside in ("за 00000000011", "аванс, 01.03.2026 г.", "договор № 1", "1", "проформа 0000000001"):
        payment(owner, "50.00", reference=text_beside)
    assert "being checked" not in text(stranger.get(path_to(invoice.pk)))
    payment(owner, "20.00", reference="ф-ра 1")
    page = text(stranger.get(path_to(invoice.pk)))
    assert "being checked" in page and "€20.00" in page


def test_no_more_is_being_checked_than_is_asked(stranger: Client, owner: Actor, company: Company) -> None:
    invoice = issued(owner, company)
    payment(owner, "70.00", company_id=company.pk)
    payment(owner, "5000.00", reference="0000000001")
    page = text(stranger.get(path_to(invoice.pk)))
    assert "being checked" in page and "5,000" not in page
    assert "€120.00" in page.partition("being checked")[2][:200]


def test_money_for_a_proforma_has_its_number(stranger: Client, owner: Actor, company: Company) -> None:
    proforma = issued(owner, company, kind="proforma", series="proforma")
    for text_beside in ("фактура 1", "PF-0000010", "0000000001"):
        payment(owner, "120.00", reference=text_beside)
    assert "being checked" not in text(stranger.get(path_to(proforma.pk)))
    payment(owner, "120.00", reference="проформа pf-000001")
    assert "being checked" in text(stranger.get(path_to(proforma.pk)))


def test_the_code_asks_for_what_is_left(stranger: Client, owner: Actor, company: Company) -> None:
    invoice = issued(owner, company)
    give(owner, payment(owner, "50.00", company_id=company.pk), invoice, "50.00")
    answer = stranger.get(path_to(invoice.pk, "transfer-code/"))
    assert answer["Content-Type"] == "image/png"
    (code,) = zxingcpp.read_barcodes(image_in(answer))
    fields = code.text.split("\n")
    assert (fields[6], fields[7], fields[10]) == ("BG80BNBG96611020345678", "EUR70", "Фактура 0000000001")


def test_without_an_account_in_euro_there_is_no_code(
    stranger: Client, owner: Actor, company: Company
) -> None:
    change_organization(change=ProfileChange(iban=""), by=owner, at=AT)
    invoice = issued(owner, company)
    page = text(stranger.get(path_to(invoice.pk)))
    assert "Pay by bank transfer" not in page
    assert stranger.get(path_to(invoice.pk, "transfer-code/")).status_code == 404


def test_its_files_are_downloaded(stranger: Client, owner: Actor, company: Company) -> None:
    invoice = issued(owner, company)
    pdf = stranger.get(path_to(invoice.pk, "pdf/"))
    assert pdf.content.startswith(b"%PDF") and 'filename="0000000001.pdf"' in pdf["Content-Disposition"]
    ubl = stranger.get(path_to(invoice.pk, "ubl/"))
    assert b"0000000001" in ubl.content and ubl["Content-Type"] == "application/xml"
    assert Invoice.objects.get().pdf_id is not None
    assert "no-store" in pdf["Cache-Control"]


def test_a_credit_note_a_proforma_and_an_annulled_one(
    stranger: Client, owner: Actor, company: Company
) -> None:
    invoice = issued(owner, company)
    note = create_note(invoice_id=invoice.pk, kind="credit_note", reason="Отстъпка", by=owner, at=AT)
    issue_invoice(invoice_id=note.pk, by=owner, at=AT)
    page = text(stranger.get(path_to(note.pk)))
    assert "Credit note 0000000002" in page and "Pay by bank transfer" not in page
    assert "Credited in full" in text(stranger.get(path_to(invoice.pk)))

    proforma = issued(owner, company, kind="proforma")
    page = text(stranger.get(path_to(proforma.pk)))
    assert "Proforma P" in page and "Pay by bank transfer" in page and "E-invoice" not in page
    assert stranger.get(path_to(proforma.pk, "ubl/")).status_code == 409
    follower = follow_proforma(invoice_id=proforma.pk, by=owner, at=AT)
    issue_invoice(invoice_id=follower.pk, by=owner, at=AT)
    page = text(stranger.get(path_to(proforma.pk)))
    assert "Pay by bank transfer" not in page and path_to(follower.pk).removesuffix("?lang=en") in page

    wrong = issued(owner, company)
    annul_invoice(invoice_id=wrong.pk, reason="Грешка", by=owner, at=AT)
    page = text(stranger.get(path_to(wrong.pk)))
    assert "Annulled" in page and "Pay by bank transfer" not in page
    assert stranger.get(path_to(wrong.pk, "pdf/")).status_code == 200


def test_what_nobody_may_see_leads_nowhere(stranger: Client, owner: Actor, company: Company) -> None:
    invoice = issued(owner, company)
    path = path_to(invoice.pk)
    revoke_public_link(link_id=PublicLink.objects.get(record_id=invoice.pk).pk, by=owner, at=AT)
    for more in ("", "pdf/", "ubl/", "transfer-code/", "logo/", "colors.css"):
        answer = stranger.get(path.replace("?", f"{more}?"))
        assert answer.status_code == 404 and "no-store" in answer["Cache-Control"]
    assert "leads nowhere" in text(stranger.get(path, headers={"accept-language": "en"}))


def test_the_first_opening_is_told_once_and_only_of_people_from_outside(
    stranger: Client, browser: Client, owner: Actor, company: Company
) -> None:
    invoice = issued(owner, company)
    path = path_to(invoice.pk)

    def times_told() -> int:
        events = [event.type for event in timeline_of(invoice.pk, by=owner)]
        return events.count("sharing.public_link_opened")

    stranger.head(path)
    stranger.get(path, headers={"sec-purpose": "prefetch"})
    for robot in ("Googlebot/2.1", "Mozilla/5.0 (compatible; Viber preview)", "curl/8", ""):
        stranger.get(path, headers={"user-agent": robot})
    browser.get(path, headers={"user-agent": stranger.defaults["HTTP_USER_AGENT"]})
    stranger.get(path_to(invoice.pk, "pdf/"))
    assert times_told() == 0 and not Notification.objects.exists()
    stranger.get(path)
    stranger.get(path)
    assert times_told() == 1
    told = Notification.objects.get()
    assert (told.kind, told.text) == ("link_opened", "0000000001 · Клиент ООД")
    assert "Opened by the client" in text(browser.get("/notifications/"))


def test_too_many_visits_wait(stranger: Client, owner: Actor, company: Company, settings: Any) -> None:
    settings.LINK_RATE_PER_MINUTE = 3
    one, other = f"2001:db8::{uuid4().hex[:4]}", f"2001:db8:1::{uuid4().hex[:4]}"
    invoice, second = issued(owner, company), issued(owner, company)
    with time_machine.travel(clock.now().replace(second=20), tick=False):
        for _visit in range(3):
            assert stranger.get(path_to(invoice.pk), REMOTE_ADDR=one).status_code == 200
        late = stranger.get(path_to(second.pk), REMOTE_ADDR=one)
        assert (late.status_code, late["Retry-After"]) == (429, "40"), "one address, another link"
        assert "no-store" in late["Cache-Control"]
        elsewhere = stranger.get(path_to(invoice.pk), REMOTE_ADDR=other)
        assert elsewhere.status_code == 429, "another address, the same link"
        assert stranger.get(path_to(second.pk), REMOTE_ADDR=other).status_code == 200


def test_the_page_wears_the_organization_s_logo_and_colour(
    stranger: Client, owner: Actor, company: Company
) -> None:
    picture = BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    invoice = issued(owner, company)
    assert stranger.get(path_to(invoice.pk, "colors.css")).content == b""
    assert stranger.get(path_to(invoice.pk, "logo/")).status_code == 404
    change_logo(name="logo.png", content=picture.getvalue(), by=owner, at=AT)
    change_organization(change=ProfileChange(accent_color="#ffcc00"), by=owner, at=AT)
    colors = stranger.get(path_to(invoice.pk, "colors.css"))
    assert colors["Content-Type"].startswith("text/css") and "--on-accent: #000" in text(colors)
    assert stranger.get(path_to(invoice.pk, "logo/"))["Content-Type"] == "image/png"
    page = text(stranger.get(path_to(invoice.pk)))
    assert "colors.css" in page and "/logo/" in page and "style=" not in page


def test_it_asks_little_of_the_database(
    stranger: Client, owner: Actor, company: Company, django_assert_max_num_queries: Any
) -> None:
    invoice = issued(owner, company, items=[line() for _one in range(30)])
    stranger.get(path_to(invoice.pk))
    path = path_to(invoice.pk)
    with django_assert_max_num_queries(8):
        stranger.get(path)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_is_written_at_the_page_itself(
    stranger: Client, owner: Actor, company: Company, method: str
) -> None:
    assert getattr(stranger, method)(path_to(issued(owner, company).pk)).status_code == 405


def test_a_draft_of_the_same_client_stays_inside(
    stranger: Client, owner: Actor, company: Company, browser_of: Callable[..., Client]
) -> None:
    written = draft(owner, company)
    PublicLink.objects.filter(record_id=issued(owner, company).pk).update(record_id=written.pk)
    assert stranger.get(path_to(written.pk)).status_code == 404
