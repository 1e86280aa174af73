"""A small rest that is not waited for: written off, taken back, and what a credit note does to it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared_apps.core.errors import NotAllowed
from tenant_apps.invoices.events import InvoiceEvent
from tenant_apps.invoices.models import WriteOff
from tenant_apps.invoices.operations import (
    AlreadyPaid,
    InvoiceChange,
    NotIssued,
    NotWrittenOff,
    PartWrittenOff,
    ReasonMissing,
    allocate_payment,
    annul_invoice,
    change_invoice,
    create_note,
    issue_invoice,
    undo_write_off,
    write_off,
)
from tenant_apps.invoices.operations.allocations import AmountNotPositive, MoreThanOutstanding
from tenant_apps.invoices.operations.write_offs import KindUnknown
from tenant_apps.invoices.queries import aged_receivables, open_invoices, owed_as_of
from tenant_apps.workspace.operations import ProfileChange, change_organization
from tests.invoices.stories import AT, TODAY, client, draft, events_of, fresh, issued, line, payment

pytestmark = pytest.mark.usefixtures("in_alpha")
LATER = AT + timedelta(hours=1)


@pytest.fixture
def forget(owner):
    def do(invoice, amount="10.00", **more):
        wanted = {"kind": "bank_fee", "reason": "Такса на банката", "by": owner, "at": LATER} | more
        return write_off(invoice_id=invoice.pk, amount=Decimal(amount), **wanted)

    return do


@pytest.fixture
def remember(owner):
    def do(invoice, reason="Сбъркано"):
        return undo_write_off(invoice_id=invoice.pk, reason=reason, by=owner, at=LATER)

    return do


def pay(owner, invoice, amount):
    money = payment(owner, amount)
    allocate_payment(payment_id=money.pk, invoice_id=invoice.pk, amount=money.amount, by=owner, at=AT)


def credit(owner, invoice):
    note = create_note(invoice_id=invoice.pk, kind="credit_note", reason="Върнато", by=owner, at=AT)
    return issue_invoice(invoice_id=note.pk, by=owner, at=LATER)


def test_the_rest_of_a_short_payment_is_written_off_and_the_invoice_is_paid(owner, forget):
    invoice = issued(owner)
    pay(owner, invoice, "110")
    written = forget(invoice)
    told = fresh(invoice)
    assert (told.paid_total, told.written_off_total, told.outstanding) == (110, 10, 0)
    assert told.status_on(TODAY) == "paid" and told.paid_at == LATER
    assert (written.kind, written.reason, written.written_off_on) == ("bank_fee", "Такса на банката", TODAY)
    assert events_of(invoice)[-2:] == [InvoiceEvent.WRITTEN_OFF, InvoiceEvent.PAID]
    assert not open_invoices(owner, on=TODAY).exists()
    assert aged_receivables(owner, on=TODAY, today=TODAY) == []


def test_it_counts_from_its_own_day(owner, forget):
    invoice = issued(owner)
    forget(invoice, at=AT + timedelta(days=5))
    later = TODAY + timedelta(days=10)
    owed = {
        day: [one.still_owed for one in owed_as_of(owner, on=TODAY + timedelta(days=day), today=later)]
        for day in (4, 5)
    }
    assert owed == {4: [120], 5: [110]}


def test_taken_back_it_is_owed_again(owner, forget, remember):
    invoice = issued(owner)
    pay(owner, invoice, "110")
    forget(invoice, "4")
    forget(invoice, "6")
    assert remember(invoice).outstanding == 10
    told = fresh(invoice)
    assert (told.written_off_total, told.paid_at) == (0, None)
    assert events_of(invoice)[-2:] == [InvoiceEvent.WRITE_OFF_UNDONE, InvoiceEvent.REOPENED]
    with pytest.raises(NotWrittenOff):
        remember(invoice)
    with pytest.raises(ReasonMissing):
        remember(invoice, " ")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"amount": "0"}, AmountNotPositive),
        ({"amount": "0.001"}, AmountNotPositive),
        ({"amount": "120.01"}, MoreThanOutstanding),
        ({"kind": "mercy"}, KindUnknown),
        ({"reason": " "}, ReasonMissing),
    ],
)
def test_what_does_not_fit_is_refused(owner, forget, change, error):
    with pytest.raises(error):
        forget(issued(owner), **change)
    assert not WriteOff.objects.exists()


def test_a_paid_one_and_a_draft_are_refused(owner, forget):
    invoice = issued(owner)
    pay(owner, invoice, "120")
    with pytest.raises(AlreadyPaid):
        forget(invoice)
    with pytest.raises(NotIssued):
        forget(draft(owner))


def test_it_stands_in_the_way_of_annulment(owner, forget, remember):
    invoice = issued(owner)
    forget(invoice)
    with pytest.raises(PartWrittenOff):
        annul_invoice(invoice_id=invoice.pk, reason="x", by=owner, at=AT)
    remember(invoice)
    annul_invoice(invoice_id=invoice.pk, reason="x", by=owner, at=AT)


def test_a_credit_note_takes_it_back_before_it_frees_money(owner, forget):
    invoice = issued(owner)
    pay(owner, invoice, "100")
    forget(invoice, "20")
    credit(owner, invoice)
    told = fresh(invoice)
    assert (told.paid_total, told.credited_total, told.written_off_total) == (0, 120, 0)
    assert told.status_on(TODAY) == "credited"


def test_a_note_that_needs_less_leaves_the_rest_written_off(owner, forget):
    company = client(owner)
    invoice = issued(owner, company)
    pay(owner, invoice, "50")
    note = create_note(invoice_id=invoice.pk, kind="credit_note", reason="Върнато", by=owner, at=AT)
    change_organization(change=ProfileChange(write_off_limit=Decimal(70)), by=owner, at=AT)
    forget(invoice, "70")
    note.refresh_from_db()
    change_invoice(invoice_id=note.pk, change=InvoiceChange(items=(line(unit_price="25"),)), by=owner, at=AT)
    issue_invoice(invoice_id=note.pk, by=owner, at=LATER)
    told = fresh(invoice)
    assert (told.paid_total, told.credited_total, told.written_off_total) == (50, 30, 40)
    assert told.outstanding == 0 and told.status_on(TODAY) == "paid"


def test_a_user_may_not(owner, user, forget):
    invoice = issued(owner)
    with pytest.raises(NotAllowed):
        forget(invoice, by=user)


def test_over_the_api(api, owner):
    invoice = issued(owner)
    address = f"/api/v1/invoices/{invoice.pk}"
    wanted = {"amount": "0.05", "kind": "difference", "reason": "Стотинки"}
    told = api.post(f"{address}/write-off/", wanted, content_type="application/json").json()
    assert (told["written_off_total"], told["outstanding"]) == ("0.05", "119.95")
    told = api.post(f"{address}/undo-write-off/", {"reason": "x"}, content_type="application/json").json()
    assert (told["written_off_total"], told["outstanding"]) == ("0.00", "120.00")
    again = api.post(f"{address}/undo-write-off/", {"reason": "x"}, content_type="application/json")
    assert again.status_code == 409


def test_on_its_page(browser, owner):
    invoice = issued(owner)
    address = f"/invoices/{invoice.pk}"
    assert "120" in browser.get(f"{address}/write-off/").content.decode()
    refused = browser.post(f"{address}/write-off/", {"amount": "500", "kind": "bank_fee", "reason": "Такса"})
    assert refused.status_code == 422 and "Такса" in refused.content.decode()
    browser.post(f"{address}/write-off/", {"amount": "5", "kind": "bank_fee", "reason": "Такса"})
    page = browser.get(f"{address}/").content.decode()
    assert "Written off" in page and "Такса" in page
    assert browser.get(f"{address}/undo-write-off/").status_code == 200
    browser.post(f"{address}/undo-write-off/", {"reason": "Сбъркано"})
    assert fresh(invoice).outstanding == 120
