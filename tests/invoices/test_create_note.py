"""Credit and debit notes: what they take, what they leave, and what happens to the money."""

from dataclasses import replace
from decimal import Decimal

import pytest

from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.invoices.events import InvoiceEvent, PaymentEvent
from tenant_apps.invoices.models import Allocation, Invoice, Payment
from tenant_apps.invoices.operations import (
    AmendedByNotes,
    CannotBeAmended,
    InvoiceChange,
    MoreThanRemains,
    NothingLeftToCredit,
    NotIssued,
    ReasonMissing,
    allocate_payment,
    annul_invoice,
    change_invoice,
    create_note,
    issue_invoice,
)
from tenant_apps.invoices.operations.drafts import items_of
from tests.invoices.stories import AT, TODAY, draft, events_of, fresh, issued, line, payment

pytestmark = pytest.mark.usefixtures("in_alpha")
D = Decimal


def note(by, invoice, kind="credit_note", reason="Върната стока"):
    return create_note(invoice_id=invoice.pk, kind=kind, reason=reason, by=by, at=AT)


def cut_to(by, one, unit_price):
    """The note with a single line of another price."""
    items = (replace(items_of(one)[0], unit_price=D(unit_price)),)
    return change_invoice(invoice_id=one.pk, change=InvoiceChange(items=items), by=by, at=AT)


def issue(by, one):
    return issue_invoice(invoice_id=one.pk, by=by, at=AT)


def paid(by, invoice, amount):
    money = payment(by, amount)
    allocate_payment(payment_id=money.pk, invoice_id=invoice.pk, amount=D(amount), by=by, at=AT)
    return money


def test_a_credit_note_begins_with_the_lines_of_its_invoice(owner):
    invoice = issued(owner, items=(line("2", "10"), line("1", "5", "9")))
    credit = note(owner, invoice)
    assert (credit.kind, credit.amends_id, credit.amend_reason) == (
        "credit_note",
        invoice.pk,
        "Върната стока",
    )
    assert credit.is_draft and credit.number is None
    assert [(item.quantity, item.unit_price) for item in credit.items.all()] == [(2, 10), (1, 5)]
    assert (credit.total, credit.vat_groups) == (invoice.total, invoice.vat_groups)
    assert events_of(credit) == [InvoiceEvent.CREATED]


def test_issued_it_takes_the_next_number_and_credits_the_invoice(owner):
    invoice = issued(owner)
    credit = issue(owner, note(owner, invoice))
    assert (invoice.number, credit.number) == ("0000000001", "0000000002")
    credited = fresh(invoice)
    assert (credited.credited_total, credited.outstanding) == (D("120.00"), D("0.00"))
    assert credited.status_on(TODAY) == "credited" and credited.paid_at is None
    assert (credit.outstanding, credit.status_on(TODAY)) == (D("0.00"), "issued")
    assert events_of(invoice)[-1] == InvoiceEvent.CREDITED


def test_a_part_leaves_the_rest_owed(owner):
    invoice = issued(owner)
    issue(owner, cut_to(owner, note(owner, invoice), "25"))
    assert fresh(invoice).outstanding == D("90.00")


def test_the_second_note_begins_with_what_is_left(owner):
    invoice = issued(owner, items=(line("1", "10"), line("1", "0.33"), line("1", "5", "9")))
    first = note(owner, invoice)
    change = InvoiceChange(items=(line("1", "4.99"),))
    change_invoice(invoice_id=first.pk, change=change, by=owner, at=AT)
    issue(owner, first)
    second = issue(owner, note(owner, invoice))
    assert [(item.vat_rate, item.net_total) for item in second.items.all()] == [
        (20, D("5.34")),
        (9, D("5.00")),
    ]
    assert fresh(invoice).credited_total == invoice.total


def test_with_prices_that_include_vat_the_gross_is_given_back(owner):
    invoice = issued(owner, items=(line("1", "9.99"),), prices_include_vat=True)
    credit = issue(owner, note(owner, invoice))
    assert (credit.net_total, credit.vat_total, credit.total) == (D("8.33"), D("1.66"), D("9.99"))


def test_more_than_is_left_is_refused_at_issue(owner):
    invoice = issued(owner)
    first, second = note(owner, invoice), note(owner, invoice)
    issue(owner, first)
    with pytest.raises(MoreThanRemains):
        issue(owner, second)
    assert fresh(second).number is None
    assert issued(owner).number == "0000000003"


def test_another_rate_cannot_be_credited(owner):
    credit = note(owner, issued(owner))
    change_invoice(invoice_id=credit.pk, change=InvoiceChange(items=(line("1", "1", "9"),)), by=owner, at=AT)
    with pytest.raises(MoreThanRemains):
        issue(owner, credit)


def test_a_whole_credit_leaves_nothing_to_credit(owner):
    invoice = issued(owner)
    issue(owner, note(owner, invoice))
    with pytest.raises(NothingLeftToCredit):
        note(owner, invoice)


def test_a_debit_note_is_owed_by_itself_and_may_be_credited(owner):
    invoice = issued(owner)
    debit = cut_to(owner, note(owner, invoice, "debit_note", "Доплащане"), "50")
    debit = issue(owner, debit)
    assert (debit.number, debit.outstanding, debit.status_on(TODAY)) == ("0000000002", D("60.00"), "issued")
    assert fresh(invoice).outstanding == D("120.00")
    money = paid(owner, debit, "60.00")
    assert fresh(debit).status_on(TODAY) == "paid" and fresh(money).unallocated == 0


def test_a_credit_note_after_a_debit_note_takes_what_the_invoice_charged(owner):
    invoice = issued(owner)
    debit = issue(owner, cut_to(owner, note(owner, invoice, "debit_note", "Доплащане"), "50"))
    credit = issue(owner, note(owner, invoice))
    assert (credit.total, fresh(invoice).outstanding, fresh(debit).outstanding) == (
        D("120.00"),
        D("0.00"),
        D("60.00"),
    )
    with pytest.raises(NothingLeftToCredit):
        note(owner, invoice)


def test_money_on_a_credited_invoice_becomes_free(owner):
    invoice = issued(owner)
    first, second = paid(owner, invoice, "70.00"), paid(owner, invoice, "50.00")
    issue(owner, cut_to(owner, note(owner, invoice), "50"))
    left = fresh(invoice)
    assert (left.paid_total, left.credited_total, left.outstanding) == (D("60.00"), D("60.00"), D("0.00"))
    assert (fresh(first).unallocated, fresh(second).unallocated) == (D("10.00"), D("50.00"))
    assert left.status_on(TODAY) == "paid"
    assert PaymentEvent.FREED in events_of(first) and PaymentEvent.FREED in events_of(second)
    assert sum(row.amount for row in Allocation.objects.all()) == D("60.00")


def test_the_rest_of_a_half_paid_invoice_is_credited_without_touching_the_money(owner):
    invoice = issued(owner)
    money = paid(owner, invoice, "60.00")
    issue(owner, cut_to(owner, note(owner, invoice), "50"))
    assert fresh(money).unallocated == 0
    told = fresh(invoice)
    assert told.status_on(TODAY) == "paid" and told.paid_at == AT
    assert events_of(invoice)[-1] == InvoiceEvent.PAID


def test_an_annulled_note_gives_back(owner):
    invoice = issued(owner)
    credit = issue(owner, note(owner, invoice))
    annul_invoice(invoice_id=credit.pk, reason="Грешка", by=owner, at=AT)
    assert fresh(invoice).outstanding == D("120.00")
    assert InvoiceEvent.REOPENED not in events_of(invoice)
    assert issue(owner, note(owner, invoice)).total == D("120.00")


def test_an_invoice_with_notes_is_not_annulled(owner):
    invoice = issued(owner)
    credit = issue(owner, note(owner, invoice))
    with pytest.raises(AmendedByNotes):
        annul_invoice(invoice_id=invoice.pk, reason="x", by=owner, at=AT)
    annul_invoice(invoice_id=credit.pk, reason="x", by=owner, at=AT)
    annul_invoice(invoice_id=invoice.pk, reason="x", by=owner, at=AT)


def test_only_an_issued_invoice_is_amended_with_a_reason(owner):
    invoice = issued(owner)
    with pytest.raises(ReasonMissing):
        note(owner, invoice, reason="  ")
    credit = issue(owner, note(owner, invoice))
    for wrong in (draft(owner), credit):
        with pytest.raises(CannotBeAmended):
            note(owner, wrong)
    with pytest.raises(CannotBeAmended):
        note(owner, invoice, kind="invoice")


def test_a_note_to_an_invoice_that_was_annulled_meanwhile_is_not_issued(owner):
    invoice = issued(owner)
    credit = note(owner, invoice)
    annul_invoice(invoice_id=invoice.pk, reason="x", by=owner, at=AT)
    with pytest.raises(CannotBeAmended):
        issue(owner, credit)


def test_money_is_not_put_on_a_credit_note(owner):
    credit = issue(owner, note(owner, issued(owner)))
    money = payment(owner, "1.00")
    with pytest.raises(NotIssued):
        allocate_payment(payment_id=money.pk, invoice_id=credit.pk, amount=D(1), by=owner, at=AT)


def test_who_may(owner, actor_with, user):
    invoice = issued(owner)
    with pytest.raises(NotAllowed):
        note(replace(owner, permissions=frozenset()), invoice)
    with pytest.raises(Invoice.DoesNotExist):
        note(user, invoice)


def test_nothing_half_written_stays(owner):
    before = (Invoice.objects.count(), Payment.objects.count())
    invoice = issued(owner)
    with pytest.raises(Refused):
        note(owner, invoice, reason="")
    assert (Invoice.objects.count(), Payment.objects.count()) == (before[0] + 1, before[1])
