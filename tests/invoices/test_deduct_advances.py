"""An advance is invoiced when it is asked for, and taken off the invoice of the work once."""

from decimal import Decimal

import pytest

from tenant_apps.invoices.models import Invoice
from tenant_apps.invoices.operations import (
    InvoiceInput,
    MoreThanRemains,
    NothingLeftToDeduct,
    annul_invoice,
    create_invoice,
    create_note,
    deduct_advances,
    issue_invoice,
)
from tests.invoices.stories import AT, client, draft, issued, line

pytestmark = pytest.mark.usefixtures("in_alpha")
D = Decimal


def advance(by, company, price="30", **more):
    return issued(by, company, items=(line("1", price),), is_advance=True, **more)


def deduct(by, invoice, *advances):
    return deduct_advances(invoice_id=invoice.pk, advance_ids=[one.pk for one in advances], by=by, at=AT)


def test_its_base_and_vat_come_off_and_it_is_named(owner):
    company = client(owner)
    paid_before = advance(owner, company)
    invoice = deduct(owner, draft(owner, company), paid_before)
    off = invoice.items.get(deducts=paid_before)
    assert (off.quantity, off.unit_price, off.net_total) == (-1, 30, D("-30.00"))
    assert off.description == "Приспаднат аванс: фактура 0000000001 от 15.03.2026"
    assert (invoice.net_total, invoice.vat_total, invoice.total) == (D("70.00"), D("14.00"), D("84.00"))


def test_prices_with_vat_lose_the_gross_of_the_advance(owner):
    company = client(owner)
    first = advance(owner, company, "9.99", prices_include_vat=True)
    invoice = deduct(owner, draft(owner, company, prices_include_vat=True), first)
    assert invoice.total == D("90.01")


def test_it_is_taken_off_once(owner):
    company = client(owner)
    first = advance(owner, company)
    invoice = deduct(owner, draft(owner, company), first)
    for again in (invoice, draft(owner, company)):
        with pytest.raises(NothingLeftToDeduct):
            deduct(owner, again, first)


def test_an_annulled_invoice_gives_it_back(owner):
    company = client(owner)
    first = advance(owner, company)
    invoice = issue_invoice(invoice_id=deduct(owner, draft(owner, company), first).pk, by=owner, at=AT)
    annul_invoice(invoice_id=invoice.pk, reason="Грешка", by=owner, at=AT)
    assert deduct(owner, draft(owner, company), first).total == D("84.00")


def test_two_drafts_cannot_both_be_issued(owner):
    """What a second hand wrote over the API, past `deduct_advances`, is found when it is issued."""
    company = client(owner)
    first = advance(owner, company)
    off = line("-1", "30", deducts_id=first.pk, description=f"Аванс по фактура {first.number}")
    drafts = [
        create_invoice(
            draft=InvoiceInput(currency="EUR", company_id=company.pk, items=(line(), off)), by=owner, at=AT
        )
        for _ in range(2)
    ]
    with pytest.raises(MoreThanRemains):
        issue_invoice(invoice_id=drafts[0].pk, by=owner, at=AT)
    Invoice.objects.get(pk=drafts[1].pk).delete()
    assert issue_invoice(invoice_id=drafts[0].pk, by=owner, at=AT).total == D("84.00")


def test_a_credited_advance_is_not_taken_off(owner):
    company = client(owner)
    first = advance(owner, company)
    credit = create_note(invoice_id=first.pk, kind="credit_note", reason="Отказ", by=owner, at=AT)
    issue_invoice(invoice_id=credit.pk, by=owner, at=AT)
    with pytest.raises(NothingLeftToDeduct):
        deduct(owner, draft(owner, company), first)


def test_only_an_advance_of_this_client_that_is_issued(owner):
    company = client(owner)
    other = client(owner, name="Друг ООД", eik="831646048")
    wrong = [
        issued(owner, company),
        draft(owner, company, is_advance=True),
        advance(owner, other),
        advance(owner, company, currency="USD"),
    ]
    for one in wrong:
        with pytest.raises(Invoice.DoesNotExist):
            deduct(owner, draft(owner, company), one)
