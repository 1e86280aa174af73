"""A client's statement behind the link that was made on their page."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from shared_apps.core.actors import Actor
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import ContactChange, create_contact
from tenant_apps.invoices.operations import allocate_payment
from tenant_apps.sharing.models import PublicLink
from tenant_apps.sharing.operations import make_public_link, revoke_public_link
from tests.client_portal.conftest import path_to
from tests.invoices.stories import AT, client, draft, issued, payment

pytestmark = pytest.mark.usefixtures("in_alpha")
PERIOD = "&since=2026-03-01&until=2026-03-31"


def text(answer: Any) -> str:
    return str(answer.content.decode())


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
