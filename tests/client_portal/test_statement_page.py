"""A client's statement behind the link that was made on their page."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from shared_apps.core import clock
from shared_apps.core.actors import Actor
from tenant_apps.client_portal import queries
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import ContactChange, create_contact, merge_companies, merge_contacts
from tenant_apps.invoices.operations import allocate_payment, refund_payment
from tenant_apps.sharing.models import PublicLink
from tenant_apps.sharing.operations import make_public_link, revoke_public_link
from tests.client_portal.conftest import path_to
from tests.invoices.stories import AT, client, draft, issued, payment

pytestmark = pytest.mark.usefixtures("in_alpha")
PERIOD = "&since=2026-03-01&until=2026-03-31"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def words_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


@pytest.fixture
def link(company: Company, owner: Actor) -> PublicLink:
    return make_public_link(record_type="company", record_id=company.pk, by=owner, at=AT)


def test_what_is_to_be_paid_leads_to_where_it_is_paid(
    stranger: Client, owner: Actor, company: Company, link: PublicLink
) -> None:
    invoice, revoked = issued(owner, company), issued(owner, company)
    revoke_public_link(link_id=PublicLink.objects.get(record_id=revoked.pk).pk, by=owner, at=AT)
    draft(owner, company)
    page = text(stranger.get(path_to(company.pk)))
    assert path_to(invoice.pk).removesuffix("?lang=en") in page
    assert "0000000001" in page and "0000000002" in page and page.count("See and pay") == 1


def test_the_period_that_was_asked_for_with_all_that_moved(
    stranger: Client, owner: Actor, company: Company, link: PublicLink
) -> None:
    invoice = issued(owner, company)
    came = payment(owner, "20.00", reference="от майката", company_id=client(owner, name="Майка", eik="").pk)
    allocate_payment(payment_id=came.pk, invoice_id=invoice.pk, amount=Decimal(20), by=owner, at=AT)
    payment(owner, "30.00", company_id=company.pk)
    issued(owner, client(owner, name="Друг", eik="175074752", city="Видин"))
    page = text(stranger.get(path_to(company.pk) + PERIOD))
    assert "€120.00" in page and "€20.00" in page and "€30.00" in page and "€70.00" in page
    assert "0000000002" not in page and "Друг" not in page and "Майка" not in page
    before = text(stranger.get(path_to(company.pk) + "&since=2026-01-01&until=2026-01-31"))
    assert "Nothing passed between you" in before


def test_its_pdf(stranger: Client, owner: Actor, company: Company, link: PublicLink) -> None:
    issued(owner, company)
    answer = stranger.get(path_to(company.pk, "pdf/") + PERIOD)
    assert answer.content.startswith(b"%PDF")
    assert 'filename="statement-2026-03-01-2026-03-31.pdf"' in answer["Content-Disposition"]


def test_a_pdf_says_no_more_than_the_page(
    stranger: Client, owner: Actor, company: Company, link: PublicLink
) -> None:
    """What another wrote beside their money is theirs."""
    invoice = issued(owner, company)
    came = payment(
        owner, "20.00", reference="Лечение Мария", company_id=client(owner, name="Майка", eik="").pk
    )
    allocate_payment(payment_id=came.pk, invoice_id=invoice.pk, amount=Decimal(20), by=owner, at=AT)
    own = payment(owner, "30.00", reference="лични бележки", company_id=company.pk)
    back = {"amount": Decimal(5), "refunded_on": AT.date(), "reason": "грешка"}
    refund_payment(payment_id=own.pk, **back, by=owner, at=AT)
    read = words_of(stranger.get(path_to(company.pk, "pdf/") + PERIOD).content)
    assert "0000000001" in read and "20.00" in read
    for untold in ("Лечение", "Мария", "лични", "бележки"):
        assert untold not in read


def test_a_link_s_pdfs_are_drawn_so_often_and_no_more(
    stranger: Client, owner: Actor, company: Company, link: PublicLink
) -> None:
    invoice = issued(owner, company)
    with time_machine.travel(clock.now().replace(second=20), tick=False):
        path = path_to(invoice.pk, "pdf/")
        assert [stranger.get(path).status_code for _time in range(11)] == [200] * 10 + [429]
        assert stranger.get(path)["Retry-After"] == "40"
        assert stranger.get(path_to(company.pk, "pdf/")).status_code == 200, "another link"
        assert stranger.get(path_to(invoice.pk)).status_code == 200


def test_a_period_of_too_much_is_told_by_its_sums(
    stranger: Client, owner: Actor, company: Company, link: PublicLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_MOVEMENTS", 2)
    for _each in range(2):
        issued(owner, company)
    assert "0000000002" in text(stranger.get(path_to(company.pk) + PERIOD)).partition("portal-period")[2]
    payment(owner, "30.00", company_id=company.pk)
    page = text(stranger.get(path_to(company.pk) + PERIOD)).partition("portal-period")[2]
    assert "Choose a shorter one" in page and "0000000002" not in page and "€210.00" in page
    refused = stranger.get(path_to(company.pk, "pdf/") + PERIOD)
    assert refused.status_code == 422 and "Choose a shorter one" in text(refused)


@pytest.mark.parametrize("kind", ["company", "contact"])
def test_after_a_merge_the_link_tells_of_the_one_that_was_kept(
    stranger: Client, owner: Actor, company: Company, kind: str
) -> None:
    if kind == "company":
        absorbed, kept = company, client(owner, name="Клиент България")
        before, after = issued(owner, absorbed), issued(owner, kept)
    else:
        absorbed, kept = (
            create_contact(details=ContactChange(first_name=name, last_name="Б"), by=owner, at=AT)
            for name in ("Ана", "Анна")
        )
        before, after = (issued(owner, None, company_id=None, contact_id=one.pk) for one in (absorbed, kept))
    made = make_public_link(record_type=kind, record_id=absorbed.pk, by=owner, at=AT)
    path = path_to(absorbed.pk)
    assert str(after.number) not in text(stranger.get(path + PERIOD))
    PublicLink.objects.filter(pk=made.pk).update(opened_at=None)

    merge = merge_companies if kind == "company" else merge_contacts
    merge(kept_id=kept.pk, absorbed_id=absorbed.pk, by=owner, at=AT)

    page = text(stranger.get(path + PERIOD))
    assert str(before.number) in page and str(after.number) in page and str(kept) in page
    assert "€240.00" in page
    assert stranger.get(path_to(absorbed.pk, "pdf/") + PERIOD).status_code == 200
    made.refresh_from_db()
    assert made.opened_at


def test_a_person_has_one_too(stranger: Client, owner: Actor) -> None:
    person = create_contact(details=ContactChange(first_name="Ана", last_name="Б"), by=owner, at=AT)
    invoice = issued(owner, None, company_id=None, contact_id=person.pk)
    at_work = issued(owner, client(owner), contact_id=person.pk)
    make_public_link(record_type="contact", record_id=person.pk, by=owner, at=AT)
    page = text(stranger.get(path_to(person.pk) + PERIOD))
    assert str(invoice.number) in page and str(at_work.number) not in page and "Ана Б" in page


def test_a_day_that_cannot_be_read_is_as_none(stranger: Client, company: Company, link: PublicLink) -> None:
    answer = stranger.get(path_to(company.pk) + "&since=вчера%20или%20утре&until=9999-99-99")
    assert answer.status_code == 200


def test_no_other_pages_are_behind_it(stranger: Client, company: Company, link: PublicLink) -> None:
    for more in ("ubl/", "transfer-code/"):
        assert stranger.get(path_to(company.pk, more)).status_code == 404
    assert stranger.post(path_to(company.pk, "accept/"), {"name": "М"}).status_code == 404


def test_it_asks_little_of_the_database(
    stranger: Client, owner: Actor, company: Company, link: PublicLink, django_assert_max_num_queries: Any
) -> None:
    for late in range(5):
        issued(owner, company, due_date=AT.date() + timedelta(days=late))
    stranger.get(path_to(company.pk))
    path = path_to(company.pk)
    with django_assert_max_num_queries(9):
        stranger.get(path)
