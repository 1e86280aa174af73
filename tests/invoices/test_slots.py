import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.core.asking import answered
from tenant_apps.crm.operations import ContactChange, create_contact
from tenant_apps.invoices.operations import mark_invoice_paid
from tenant_apps.invoices.slots import invoices_of_company, invoices_of_contact
from tests.invoices.stories import AT, TODAY, client, draft, issued

pytestmark = pytest.mark.usefixtures("in_alpha")


def related(company, actor):
    return answered(invoices_of_company(company=company, actor=actor))


def test_a_company_page_shows_what_it_owes_in_one_statement(owner):
    company = client(owner)
    draft(owner, company)
    issued(owner)
    paid, *open_ones = (issued(owner, company) for _one in range(8))
    mark_invoice_paid(invoice_id=paid.pk, received_on=TODAY, by=owner, at=AT)
    issued(owner, company, currency="USD")
    with CaptureQueriesContext(connection) as captured:
        part = related(company, owner)
    assert len(captured) == 1
    assert [(one.currency, one.amount) for one in part.balances] == [("EUR", 840), ("USD", 120)]
    assert (len(part.invoices), part.invoice_count) == (5, 8)
    assert {one.pk for one in part.invoices} <= {one.pk for one in open_ones}


def test_a_contact_page_shows_what_the_person_owes(owner):
    person = create_contact(details=ContactChange(first_name="Мария", last_name="Петрова"), by=owner, at=AT)
    invoice = issued(owner, company_id=None, contact_id=person.pk)
    part = answered(invoices_of_contact(contact=person, actor=owner))
    assert [one.pk for one in part.invoices] == [invoice.pk]


def test_others_invoices_are_not_shown(owner, user):
    company = client(owner)
    issued(owner, company)
    assert related(company, user).invoices == ()


def test_the_page_holds_it(owner, browser):
    company = client(owner)
    invoice = issued(owner, company)
    page = browser.get(f"/companies/{company.pk}/").content.decode()
    assert invoice.number in page
