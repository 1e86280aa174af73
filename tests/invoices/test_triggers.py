"""What the database refuses by itself, whoever asks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from shared_apps.core.ids import new_id
from tenant_apps.activity.models import Event
from tenant_apps.invoices.models import Allocation, Invoice, InvoiceItem, Payment, Refund, WriteOff
from tenant_apps.invoices.operations import allocate_payment, annul_invoice
from tests.crm.selling import add_deal
from tests.invoices.stories import AT, TODAY, client, draft, fresh, issued, payment

pytestmark = pytest.mark.usefixtures("in_alpha")
FROZEN, APPEND_ONLY, UNFIT, CHECK, FOREIGN = "TF001", "TF002", "TF003", "23514", "23503"


def refused(sql, *arguments):
    """The SQLSTATE with which the database refuses a statement."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, arguments)
    return error.value.__cause__.sqlstate


def ledger_row(money, invoice, amount, **more):
    values = {"evidence": [], "by_kind": "member", "by_label": "x", "at": AT} | more
    return Allocation(payment=money, invoice=invoice, amount=Decimal(amount), **values)


def refund_row(money, amount, **more):
    values = {"refunded_on": TODAY, "reason": "x", "by_kind": "member", "by_label": "x", "at": AT} | more
    return Refund(payment=money, amount=Decimal(amount), **values)


def write_off_row(invoice, amount, **more):
    values = {
        "kind": "bank_fee",
        "written_off_on": TODAY,
        "reason": "x",
        "by_kind": "member",
        "by_label": "x",
    }
    return WriteOff(invoice=invoice, amount=Decimal(amount), at=AT, **values | more)


def saving(row):
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        row.save(force_insert=True)
    return error.value.__cause__.sqlstate


@pytest.mark.parametrize(
    "change",
    [
        "number = '0000000099'",
        "deal_id = (SELECT id FROM crm_deal)",
        "state = 'draft'",
        "total = 1, net_total = 1",
        "currency = 'USD'",
        "issue_date = '2020-01-01'",
        "buyer = '{}'",
        "seller = '{}'",
        "notes = 'x'",
        "issued_at = now()",
        "paid_total = 5",
        "written_off_total = 5",
        "annul_reason = 'x'",
        "owner_id = NULL",
        "language = 'en'",
        "due_date = NULL",
        "vat_groups = '[]'",
        "search_text = 'x'",
    ],
)
def test_an_issued_invoice_is_frozen(owner, change):
    invoice = issued(owner)
    add_deal("Сайт", by=owner, at=AT)
    assert refused(f"UPDATE invoices_invoice SET {change} WHERE id = %s", invoice.pk) == FROZEN  # noqa: S608


def test_what_may_still_change_does(owner):
    invoice = issued(owner)
    Invoice.objects.filter(pk=invoice.pk).update(sent_at=AT, paid_at=AT, pdf=None, epc_qr=None, updated_at=AT)


def test_an_annulled_invoice_stays_so(owner):
    invoice = issued(owner)
    annul_invoice(invoice_id=invoice.pk, reason="x", by=owner, at=AT)
    for change in ("state = 'issued', annulled_at = NULL", "annul_reason = 'y'", "annulled_at = now()"):
        assert refused(f"UPDATE invoices_invoice SET {change} WHERE id = %s", invoice.pk) == FROZEN  # noqa: S608


def test_an_issued_invoice_is_not_deleted(owner):
    invoice = issued(owner)
    assert refused("DELETE FROM invoices_invoiceitem WHERE invoice_id = %s", invoice.pk) == FROZEN
    assert refused("DELETE FROM invoices_invoice WHERE id = %s", invoice.pk) == FROZEN


def test_its_lines_are_frozen(owner):
    invoice, other = issued(owner), draft(owner)
    assert refused("UPDATE invoices_invoiceitem SET quantity = 2 WHERE invoice_id = %s", invoice.pk) == FROZEN
    into = "UPDATE invoices_invoiceitem SET invoice_id = %s, position = 9 WHERE invoice_id = %s"
    assert refused(into, invoice.pk, other.pk) == FROZEN
    assert refused(into, other.pk, invoice.pk) == FROZEN
    line = InvoiceItem.objects.filter(invoice=other).get()
    line.pk, line.invoice = new_id(), invoice
    assert saving(line) == FROZEN


def test_a_draft_changes_freely_but_for_its_ledger_total(owner):
    invoice = draft(owner)
    Invoice.objects.filter(pk=invoice.pk).update(notes="x", total=5)
    assert refused("UPDATE invoices_invoice SET paid_total = 1 WHERE id = %s", invoice.pk) == FROZEN
    annulled = "UPDATE invoices_invoice SET state = 'annulled', annulled_at = now() WHERE id = %s"
    assert refused(annulled, invoice.pk) == FROZEN


@pytest.mark.parametrize(
    "change",
    [
        "amount = 500",
        "currency = 'USD'",
        "reference = 'x'",
        "received_on = '2020-01-01'",
        "allocated_total = 1",
        "refunded_total = 1",
        "external_key = 'x'",
        "end_to_end_id = 'x'",
        "owner_id = NULL",
    ],
)
def test_a_posted_payment_is_frozen(owner, change):
    money = payment(owner)
    assert refused(f"UPDATE invoices_payment SET {change} WHERE id = %s", money.pk) == FROZEN  # noqa: S608


def test_a_payment_is_not_deleted_and_is_voided_for_good(owner):
    money = payment(owner)
    assert refused("DELETE FROM invoices_payment WHERE id = %s", money.pk) == APPEND_ONLY
    Payment.objects.filter(pk=money.pk).update(voided_at=AT, void_reason="x")
    assert refused("UPDATE invoices_payment SET voided_at = NULL WHERE id = %s", money.pk) == FROZEN


def test_the_ledger_is_only_added_to(owner):
    invoice, money = issued(owner), payment(owner)
    allocate_payment(payment_id=money.pk, invoice_id=invoice.pk, amount=Decimal(120), by=owner, at=AT)
    assert refused("UPDATE invoices_allocation SET amount = 1") == APPEND_ONLY
    assert refused("DELETE FROM invoices_allocation") == APPEND_ONLY


def test_the_ledger_keeps_both_totals_within_their_bounds(owner):
    invoice, money = issued(owner), payment(owner, "1000")
    ledger_row(money, invoice, "100").save(force_insert=True)
    money.refresh_from_db()
    invoice.refresh_from_db()
    assert money.allocated_total == invoice.paid_total == 100
    assert saving(ledger_row(money, invoice, "20.01")) == CHECK
    small = payment(owner, "5")
    assert saving(ledger_row(small, invoice, "6")) == CHECK
    assert saving(ledger_row(money, invoice, "0")) == CHECK
    assert saving(ledger_row(money, invoice, "-1")) == CHECK


def test_the_ledger_joins_only_what_fits(owner):
    company = client(owner)
    money = payment(owner)
    assert saving(ledger_row(money, issued(owner, company, currency="USD"), "1")) == UNFIT
    assert saving(ledger_row(money, draft(owner, company), "1")) == UNFIT
    void = payment(owner)
    Payment.objects.filter(pk=void.pk).update(voided_at=AT)
    assert saving(ledger_row(void, issued(owner, company), "1")) in {UNFIT, CHECK}


def test_an_opposite_row_takes_back_one_allocation_whole_and_once(owner):
    company = client(owner)
    invoice, other, money = issued(owner, company), issued(owner, company), payment(owner, "500")
    given = ledger_row(money, invoice, "100")
    given.save(force_insert=True)
    ledger_row(money, other, "100").save(force_insert=True)
    assert saving(ledger_row(money, invoice, "-50", undoes=given)) == UNFIT
    assert saving(ledger_row(money, other, "-100", undoes=given)) == UNFIT
    ledger_row(money, invoice, "-100", undoes=given).save(force_insert=True)
    ledger_row(money, invoice, "100").save(force_insert=True)
    assert saving(ledger_row(money, invoice, "-100", undoes=given)) == "23505"


def test_many_rows_of_one_statement_are_applied_as_one_by_one(owner):
    company = client(owner)
    invoice, other, money = issued(owner, company), issued(owner, company), payment(owner, "200")
    rows = [
        ledger_row(money, invoice, "50"),
        ledger_row(money, invoice, "70"),
        ledger_row(money, other, "80"),
    ]
    Allocation.objects.bulk_create(rows)
    money.refresh_from_db()
    assert (money.allocated_total, fresh(invoice).paid_total, fresh(other).paid_total) == (200, 120, 80)
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        Allocation.objects.bulk_create(
            [ledger_row(money, other, "1"), ledger_row(payment(owner), other, "1")]
        )
    assert error.value.__cause__.sqlstate == CHECK
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        dollars = issued(owner, company, currency="USD")
        Allocation.objects.bulk_create([ledger_row(payment(owner), one, "1") for one in (other, dollars)])
    assert error.value.__cause__.sqlstate == UNFIT


def test_refunds_are_only_added_and_keep_the_payment_within_its_bounds(owner):
    invoice, money = issued(owner), payment(owner)
    ledger_row(money, invoice, "100").save(force_insert=True)
    assert saving(refund_row(money, "20.01")) == CHECK
    given = refund_row(money, "20")
    given.save(force_insert=True)
    assert fresh(money).refunded_total == 20
    assert refused("UPDATE invoices_refund SET amount = 1") == APPEND_ONLY
    assert refused("DELETE FROM invoices_refund") == APPEND_ONLY
    assert saving(refund_row(money, "-10", undoes=given)) == UNFIT
    assert saving(refund_row(payment(owner), "-20", undoes=given)) in {UNFIT, CHECK}
    refund_row(money, "-20", undoes=given).save(force_insert=True)
    assert fresh(money).refunded_total == 0
    assert saving(refund_row(money, "-20", undoes=given)) in {"23505", CHECK}
    void = payment(owner)
    Payment.objects.filter(pk=void.pk).update(voided_at=AT)
    assert saving(refund_row(void, "1")) in {UNFIT, CHECK}


def test_write_offs_are_only_added_and_keep_the_invoice_within_its_bounds(owner):
    invoice, money = issued(owner), payment(owner)
    ledger_row(money, invoice, "100").save(force_insert=True)
    assert saving(write_off_row(invoice, "20.01")) == CHECK
    forgotten = write_off_row(invoice, "20")
    forgotten.save(force_insert=True)
    assert fresh(invoice).written_off_total == 20
    assert saving(ledger_row(money, invoice, "0.01")) == CHECK
    assert refused("UPDATE invoices_writeoff SET amount = 1") == APPEND_ONLY
    assert refused("DELETE FROM invoices_writeoff") == APPEND_ONLY
    assert saving(write_off_row(invoice, "-10", undoes=forgotten)) == UNFIT
    write_off_row(invoice, "-20", undoes=forgotten).save(force_insert=True)
    assert fresh(invoice).written_off_total == 0
    assert saving(write_off_row(draft(owner), "1")) in {UNFIT, CHECK}


def test_a_payment_may_still_learn_whose_it_is(owner):
    money, company = payment(owner), client(owner)
    Payment.objects.filter(pk=money.pk).update(company=company, search_text="x", updated_at=AT)
    assert fresh(money).company == company


def test_events_are_only_added_and_may_be_blanked_once(owner):
    event = Event.objects.filter(subject_id=issued(owner).pk).first()
    assert refused("UPDATE activity_event SET type = 'x' WHERE id = %s", event.pk) == APPEND_ONLY
    assert refused("UPDATE activity_event SET subject_label = '' WHERE id = %s", event.pk) == APPEND_ONLY
    assert refused("DELETE FROM activity_event WHERE id = %s", event.pk) == APPEND_ONLY
    mixed = "UPDATE activity_event SET type = 'x', erased_at = now() WHERE id = %s"
    assert refused(mixed, event.pk) == APPEND_ONLY
    Event.objects.filter(pk=event.pk).update(subject_label="", actor_label="", old={}, new={}, erased_at=AT)
    again = "UPDATE activity_event SET subject_label = 'x', erased_at = %s WHERE id = %s"
    assert refused(again, AT + timedelta(days=1), event.pk) == APPEND_ONLY
