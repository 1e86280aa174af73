"""A proforma asks for money; the invoice follows from it."""

from decimal import Decimal

import pytest

from tenant_apps.invoices.operations import NotAProforma, allocate_payment, follow_proforma, issue_invoice
from tenant_apps.invoices.operations.issuing import NotIssued
from tests.invoices.stories import AT, TODAY, draft, fresh, issued, payment

pytestmark = pytest.mark.usefixtures("in_alpha")


def proforma(by):
    return issued(by, kind="proforma")


def test_it_has_a_number_of_its_own_and_owes_nothing(owner):
    one, other = proforma(owner), issued(owner)
    assert (one.number, other.number) == ("PF-000001", "0000000001")
    assert (one.outstanding, one.status_on(TODAY)) == (Decimal("0.00"), "issued")


def test_the_invoice_is_like_it_and_names_it(owner):
    one = proforma(owner)
    invoice = follow_proforma(invoice_id=one.pk, by=owner, at=AT)
    assert (invoice.kind, invoice.origin_id, invoice.total) == ("invoice", one.pk, one.total)
    assert issue_invoice(invoice_id=invoice.pk, by=owner, at=AT).number == "0000000001"
    advance = follow_proforma(invoice_id=one.pk, is_advance=True, by=owner, at=AT)
    assert advance.is_advance


def test_only_an_issued_proforma_is_followed(owner):
    for wrong in (draft(owner, kind="proforma"), issued(owner)):
        with pytest.raises(NotAProforma):
            follow_proforma(invoice_id=wrong.pk, by=owner, at=AT)


def test_money_goes_to_the_invoice_not_to_it(owner):
    one, money = proforma(owner), payment(owner)
    with pytest.raises(NotIssued):
        allocate_payment(payment_id=money.pk, invoice_id=one.pk, amount=Decimal(1), by=owner, at=AT)
    assert fresh(one).paid_total == 0
