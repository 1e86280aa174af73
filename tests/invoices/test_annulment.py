"""The protocol of an annulment: why, who, when, and what took the place of the document."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from shared_apps.core.actors import Actor
from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import annul_invoice, create_note, duplicate_invoice, issue_invoice
from tenant_apps.invoices.queries import annulment_of, chain_of
from tenants.context import OrganizationRef
from tests.invoices.stories import AT, client, draft, fresh, issued

pytestmark = pytest.mark.usefixtures("in_alpha")
LATE = datetime(2026, 3, 15, 22, 30, tzinfo=UTC)  # half past midnight in Sofia


def annulled(by: Actor, invoice: Invoice | None = None, **more: Any) -> Invoice:
    wrong = invoice or issued(by, **more)
    return annul_invoice(invoice_id=wrong.pk, reason="Сгрешен получател", by=by, at=LATE)


def words_of(answer: Any) -> str:
    pages = PdfReader(BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_it_says_who_annulled_it_when_and_why(owner: Actor) -> None:
    told = annulment_of(annulled(owner).pk, owner)
    assert (told.invoice.number, told.invoice.annul_reason) == ("0000000001", "Сгрешен получател")
    assert (told.by_label, told.replacement) == (owner.label, None)
    assert told.at.isoformat() == "2026-03-16T00:30:00+02:00"


def test_a_document_that_stands_has_none(owner: Actor, browser: Client) -> None:
    for one in (draft(owner), issued(owner)):
        with pytest.raises(Invoice.DoesNotExist):
            annulment_of(one.pk, owner)
        assert browser.get(f"/invoices/{one.pk}/annulment/").status_code == 404


def test_the_copy_of_it_takes_its_place_once_it_is_issued(owner: Actor) -> None:
    wrong = annulled(owner)
    copy = duplicate_invoice(invoice_id=wrong.pk, by=owner, at=LATE)
    assert annulment_of(wrong.pk, owner).replacement == copy
    second = duplicate_invoice(invoice_id=wrong.pk, by=owner, at=LATE)
    issue_invoice(invoice_id=second.pk, by=owner, at=LATE)
    told = annulment_of(wrong.pk, owner)
    assert told.replacement is not None and told.replacement.number == "0000000002"
    assert second in chain_of(fresh(wrong), owner) and wrong in chain_of(fresh(second), owner)


def test_the_copy_of_one_that_stands_replaces_nothing(owner: Actor) -> None:
    copy = duplicate_invoice(invoice_id=issued(owner).pk, by=owner, at=AT)
    assert copy.origin is None


def test_a_replacement_may_be_annulled_and_replaced_in_its_turn(owner: Actor) -> None:
    first = annulled(owner)
    second = duplicate_invoice(invoice_id=first.pk, by=owner, at=LATE)
    issue_invoice(invoice_id=second.pk, by=owner, at=LATE)
    annulled(owner, second)
    third = duplicate_invoice(invoice_id=second.pk, by=owner, at=LATE)
    replaced = [annulment_of(one.pk, owner).replacement for one in (first, second)]
    assert replaced == [second, third]


def test_an_annulled_note_is_not_replaced_by_an_invoice(owner: Actor) -> None:
    note = create_note(
        invoice_id=issued(owner).pk, kind="credit_note", reason="Върната стока", by=owner, at=AT
    )
    issue_invoice(invoice_id=note.pk, by=owner, at=AT)
    annulled(owner, note)
    copy = duplicate_invoice(invoice_id=note.pk, by=owner, at=LATE)
    assert copy.origin is None and annulment_of(note.pk, owner).replacement is None


def test_the_page_shows_the_protocol_and_the_way_on(browser: Client, owner: Actor) -> None:
    wrong = annulled(owner)
    page = browser.get(f"/invoices/{wrong.pk}/annulment/").content.decode()
    assert "ПРОТОКОЛ ЗА АНУЛИРАНЕ" in page and "Сгрешен получател" in page and owner.label in page
    assert "чл. 116, ал. 4 ЗДДС" in page and "ФАКТУРА № 0000000001 / 15.03.2026" in page
    assert f'action="/invoices/{wrong.pk}/duplicate/"' in page
    assert f"/invoices/{wrong.pk}/annulment/" in browser.get(f"/invoices/{wrong.pk}/").content.decode()
    copy = duplicate_invoice(invoice_id=wrong.pk, by=owner, at=LATE)
    page = browser.get(f"/invoices/{wrong.pk}/annulment/").content.decode()
    assert f'href="/invoices/{copy.pk}/"' in page and "Write its replacement" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("bg", ["16.03.2026, 00:30", "Заместващ документ", "0000000002 / 15.03.2026"]),
        (
            "en",
            ["ANNULMENT PROTOCOL", "16 Mar 2026, 00:30", "Issued in its place", "15 Mar 2026"],
        ),
    ],
)
def test_the_pdf_says_the_same_in_the_language_of_the_document(
    browser: Client, owner: Actor, language: str, words: list[str]
) -> None:
    wrong = annulled(owner, language=language)
    copy = duplicate_invoice(invoice_id=wrong.pk, by=owner, at=AT)
    issue_invoice(invoice_id=copy.pk, by=owner, at=AT)
    answer = browser.get(f"/invoices/{wrong.pk}/annulment/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    told = words_of(answer)
    wanted = ["ПРОТОКОЛ ЗА АНУЛИРАНЕ", "0000000001", "120", "Сгрешен получател", owner.label, *words]
    assert [word for word in wanted if word not in told] == []


def test_programs_read_it_too(api: Any, api_of: Any, alpha: OrganizationRef, owner: Actor) -> None:
    wrong = annulled(owner, issued(owner, client(owner), at=AT - timedelta(days=1)))
    path = f"/api/v1/invoices/{wrong.pk}/annulment/"
    told = api.get(path).json()
    assert (told["number"], told["reason"]) == ("0000000001", "Сгрешен получател")
    assert (told["annulled_at"], told["annulled_by"]) == ("2026-03-15T22:30:00Z", owner.label)
    assert told["replacement_id"] is None
    copy = duplicate_invoice(invoice_id=wrong.pk, by=owner, at=LATE)
    told = api.get(path).json()
    assert (told["replacement_id"], told["replacement_number"]) == (str(copy.pk), None)
    assert api.get(f"{path}pdf/").content.startswith(b"%PDF")
    assert api.get(f"/api/v1/invoices/{copy.pk}/annulment/").status_code == 404
    assert api_of(alpha, "user").get(path).status_code == 404
