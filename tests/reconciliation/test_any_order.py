"""Whatever happens to money and in whatever order, the ledger's sums, bounds and statuses stay right."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from shared_apps.core.actors import system_actor
from shared_apps.core.errors import Refused
from tenant_apps.invoices.models import Allocation, Invoice, Payment, Refund, WriteOff
from tenant_apps.invoices.operations import (
    InvoiceChange,
    allocate_payment,
    annul_invoice,
    change_invoice,
    create_note,
    deallocate_payment,
    issue_invoice,
    refund_payment,
    set_payment_client,
    undo_refund,
    undo_write_off,
    void_payment,
    write_off,
)
from tenant_apps.invoices.queries import (
    Client,
    payments_with_status,
    statements_of,
    with_outstanding,
    with_status,
)
from tenant_apps.reconciliation.operations import accept_candidate, match_payments
from tests.invoices.stories import AT, TODAY, client, issued, line, payment

IBANS = ("", "BG80BNBG96611020345678", "DE89370400440532013000")
amounts = st.sampled_from([Decimal(amount) for amount in ("0.01", "20", "60", "119.99", "120", "180", "300")])
places = st.integers(0, 3)
ZERO = Decimal("0.00")


class Money(RuleBasedStateMachine):
    """One client with three invoices, money that comes, and all that people and the engine may do with it."""

    owner = None

    @initialize()
    def begin(self):
        self.company = client(self.owner)
        self.engine = system_actor(self.owner.organization_id)
        self.invoices = [
            issued(self.owner, self.company, items=(line(unit_price=price, vat_rate="20"),))
            for price in ("100", "50", "200")
        ]
        self.notes, self.payments, self.refunds = [], [], []

    def attempt(self, operation, **arguments):
        """Do it as its person would; a refusal is as good as the act."""
        by = arguments.pop("by", self.owner)
        try:
            return operation(**arguments, by=by, at=AT)
        except Refused:
            return None

    def one_of(self, things, place):
        return things[place % len(things)] if things else None

    @rule(amount=amounts, place=places, way=st.integers(0, 4), iban=st.sampled_from(IBANS))
    def money_comes(self, amount, place, way, iban):
        number = self.one_of(self.invoices, place).number
        both = " и ".join(one.number for one in self.invoices[:2])
        text = ("", number, f"ф-ра {int(number)}", f"{number[:5]} {number[5:]}", both)[way]
        named = {"payer_name": "КЛИЕНТ ООД"} if way % 2 else {}
        self.payments.append(payment(self.owner, str(amount), text, payer_iban=iban, **named))

    @rule()
    def engine_runs(self):
        self.attempt(match_payments, payment_ids=[one.pk for one in self.payments], by=self.engine)

    @rule(source=places, of=places, amount=amounts)
    def link(self, source, of, amount):
        if money := self.one_of(self.payments, source):
            invoice = self.one_of(self.invoices, of)
            self.attempt(allocate_payment, payment_id=money.pk, invoice_id=invoice.pk, amount=amount)

    @rule(source=places, of=places)
    def accept(self, source, of):
        if money := self.one_of(self.payments, source):
            invoice = self.one_of(self.invoices, of)
            self.attempt(accept_candidate, payment_id=money.pk, invoice_id=invoice.pk)

    @rule(source=places, of=places)
    def unlink(self, source, of):
        if money := self.one_of(self.payments, source):
            invoice = self.one_of(self.invoices, of)
            self.attempt(deallocate_payment, payment_id=money.pk, invoice_id=invoice.pk, reason="x")

    @rule(source=places, amount=amounts, frees=st.booleans())
    def give_back(self, source, amount, frees):
        if money := self.one_of(self.payments, source):
            wanted = {"refunded_on": TODAY + timedelta(days=1), "reason": "x", "frees_allocations": frees}
            if done := self.attempt(refund_payment, payment_id=money.pk, amount=amount, **wanted):
                self.refunds.append(done)

    @rule(place=places)
    def take_the_refund_back(self, place):
        if done := self.one_of(self.refunds, place):
            self.attempt(undo_refund, payment_id=done.payment_id, refund_id=done.pk, reason="x")

    @rule(of=places, amount=amounts)
    def forget_a_rest(self, of, amount):
        invoice = self.one_of(self.invoices, of)
        self.attempt(write_off, invoice_id=invoice.pk, amount=amount, kind="difference", reason="x")

    @rule(of=places)
    def remember_it(self, of):
        self.attempt(undo_write_off, invoice_id=self.one_of(self.invoices, of).pk, reason="x")

    @rule(of=places, net=st.sampled_from(["10", "50", "100", "200"]))
    def credit(self, of, net):
        invoice = self.one_of(self.invoices, of)
        wanted = {"invoice_id": invoice.pk, "kind": "credit_note", "reason": "Върнато"}
        note = self.attempt(create_note, **wanted)
        if note is None:
            return
        cut = InvoiceChange(items=(line(unit_price=net),))
        self.attempt(change_invoice, invoice_id=note.pk, change=cut)
        if self.attempt(issue_invoice, invoice_id=note.pk):
            self.notes.append(note)

    @rule(place=places)
    def annul_a_note(self, place):
        if note := self.one_of(self.notes, place):
            self.attempt(annul_invoice, invoice_id=note.pk, reason="x")

    @rule(of=places)
    def annul(self, of):
        self.attempt(annul_invoice, invoice_id=self.one_of(self.invoices, of).pk, reason="x")

    @rule(source=places)
    def void(self, source):
        if money := self.one_of(self.payments, source):
            self.attempt(void_payment, payment_id=money.pk, reason="x")

    @rule(source=places, is_ours=st.booleans())
    def say_whose_it_is(self, source, is_ours):
        if money := self.one_of(self.payments, source):
            wanted = self.company.pk if is_ours else None
            self.attempt(set_payment_client, payment_id=money.pk, company_id=wanted)

    @invariant()
    def the_payments_are_right(self):
        mine = Payment.objects.filter(pk__in=[one.pk for one in self.payments])
        given, back = summed(Allocation, "payment"), summed(Refund, "payment")
        shown = {one.pk: one.shown_status for one in mine}
        for money in mine:
            totals = (money.allocated_total, money.refunded_total)
            assert totals == (given.get(money.pk, ZERO), back.get(money.pk, ZERO))
            assert min(totals) >= 0 and sum(totals) <= money.amount
            assert not (money.voided_at and sum(totals))
        for kind in ("unmatched", "partly_matched", "matched", "refunded", "voided"):
            found = set(payments_with_status(mine, kind).values_list("pk", flat=True))
            assert found == {pk for pk, status in shown.items() if status == kind}

    @invariant()
    def the_invoices_are_right(self):
        mine = Invoice.objects.filter(pk__in=[one.pk for one in self.invoices])
        paid, forgotten = summed(Allocation, "invoice"), summed(WriteOff, "invoice")
        issued_notes = Invoice.objects.filter(kind="credit_note", state="issued", amends__in=mine)
        credited = Counter(dict.fromkeys(mine.values_list("pk", flat=True), ZERO))
        for amends, total in issued_notes.values_list("amends_id", "total"):
            credited[amends] += total
        for invoice in with_status(with_outstanding(mine), on=TODAY):
            totals = (invoice.paid_total, invoice.credited_total, invoice.written_off_total)
            kept = (paid.get(invoice.pk, ZERO), credited[invoice.pk], forgotten.get(invoice.pk, ZERO))
            assert totals == kept
            assert min(totals) >= 0 and sum(totals) <= invoice.total
            assert invoice.outstanding_amount == invoice.outstanding
            assert invoice.status == invoice.status_on(TODAY)
            if invoice.outstanding:
                assert invoice.paid_at is None
            elif invoice.is_issued and (invoice.paid_total or invoice.written_off_total):
                assert invoice.paid_at is not None and invoice.status == "paid"

    @invariant()
    def the_client_s_statement_comes_to_what_is_owed(self):
        """What is outstanding, less what is left of the client's own money."""
        owed = sum((one.outstanding for one in Invoice.objects.filter(company=self.company)), ZERO)
        free = sum((one.unallocated for one in Payment.objects.filter(company=self.company)), ZERO)
        period = {"since": TODAY - timedelta(days=9), "until": TODAY + timedelta(days=9)}
        told = statements_of(Client(company_id=self.company.pk), self.owner, **period)
        assert [one.closing for one in told] in ([owed - free], [])
        assert told or owed == free == 0


def summed(model, key):
    """The sums of the rows of the ledger, by what they belong to."""
    return dict(model.objects.order_by().values_list(key).annotate(sum=Sum("amount")))


@pytest.mark.usefixtures("in_alpha")
def test_any_order_keeps_the_ledger_right(owner):
    class OfTheOwner(Money):
        pass

    OfTheOwner.owner = owner
    run_state_machine_as_test(
        OfTheOwner,
        settings=settings(
            max_examples=10,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
