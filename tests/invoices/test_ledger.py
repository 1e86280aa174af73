"""The ledger: what may be given, what is refused, who finds out, and what holds whatever happens."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_apps.accounts.queries import actor_of
from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.invoices.events import InvoiceEvent, PaymentEvent
from tenant_apps.invoices.models import Allocation, Invoice, Payment
from tenant_apps.invoices.operations import (
    AlreadyPaid,
    MoneyAllocated,
    NotIssued,
    ReasonMissing,
    allocate_payment,
    annul_invoice,
    deallocate_payment,
    mark_invoice_paid,
    void_payment,
)
from tenant_apps.invoices.operations.allocations import (
    AmountNotPositive,
    CurrencyDiffers,
    MoreThanOutstanding,
    MoreThanUnallocated,
    NotAllocated,
    PaymentVoided,
)
from tenant_apps.invoices.queries import of_status, visible_invoices, with_outstanding
from tenant_apps.invoices.rules import STATUSES
from tenants.context import in_organization
from tests.conftest import member_of
from tests.invoices.stories import AT, TODAY, client, draft, events_of, fresh, issued, payment

LATER = AT + timedelta(hours=1)


@pytest.fixture
def give(owner):
    def do(source, invoice, amount="120.00", at=AT):
        return allocate_payment(
            payment_id=source.pk, invoice_id=invoice.pk, amount=Decimal(amount), by=owner, at=at
        )

    return do


@pytest.fixture
def take_back(owner):
    def do(source, invoice, reason="сбъркано"):
        return deallocate_payment(
            payment_id=source.pk, invoice_id=invoice.pk, reason=reason, by=owner, at=LATER
        )

    return do


@pytest.mark.usefixtures("in_alpha")
class TestAllocating:
    def test_it_pays_the_invoice_and_says_so_once(self, owner, give):
        invoice, money = issued(owner), payment(owner)
        give(money, invoice, "20.00")
        assert fresh(invoice).status_on(TODAY) == "partly_paid"
        give(money, invoice, "100.00", LATER)
        paid = fresh(invoice)
        assert (paid.paid_total, paid.outstanding, paid.paid_at) == (Decimal("120.00"), 0, LATER)
        assert paid.status_on(TODAY) == "paid"
        assert fresh(money).status == "matched"
        assert events_of(invoice).count(InvoiceEvent.PAID) == 1
        assert events_of(money) == [PaymentEvent.RECORDED, PaymentEvent.ALLOCATED, PaymentEvent.ALLOCATED]

    def test_one_payment_for_two_invoices(self, owner, give):
        first, second, money = issued(owner), issued(owner), payment(owner, "200")
        give(money, first)
        give(money, second, "80")
        assert fresh(money).allocated_total == 200
        assert (fresh(first).outstanding, fresh(second).outstanding) == (0, Decimal("40.00"))

    @pytest.mark.parametrize(
        ("amount", "error"),
        [
            ("0", AmountNotPositive),
            ("-1", AmountNotPositive),
            ("0.001", AmountNotPositive),
            ("150.01", MoreThanUnallocated),
            ("120.01", MoreThanOutstanding),
        ],
    )
    def test_amounts_that_do_not_fit_are_refused(self, owner, give, amount, error):
        with pytest.raises(error):
            give(payment(owner, "150"), issued(owner), amount)
        assert not Allocation.objects.exists()

    def test_what_is_paid_void_foreign_or_not_issued_is_refused(self, owner, give):
        paid, money = issued(owner), payment(owner, "500")
        give(money, paid)
        with pytest.raises(AlreadyPaid):
            give(money, paid, "1")
        with pytest.raises(NotIssued):
            give(money, draft(owner))
        with pytest.raises(CurrencyDiffers):
            give(money, issued(owner, currency="USD"))
        void = payment(owner)
        void_payment(payment_id=void.pk, reason="грешка", by=owner, at=AT)
        with pytest.raises(PaymentVoided):
            give(void, issued(owner))

    def test_a_user_may_not(self, owner, user):
        with pytest.raises(NotAllowed):
            allocate_payment(
                payment_id=payment(owner).pk, invoice_id=issued(owner).pk, amount=Decimal(1), by=user, at=AT
            )


@pytest.mark.usefixtures("in_alpha")
class TestTakingBack:
    def test_it_opens_the_invoice_again_by_opposite_rows(self, owner, give, take_back):
        invoice, money = issued(owner), payment(owner)
        give(money, invoice, "100")
        give(money, invoice, "20")
        assert take_back(money, invoice).allocated_total == 0
        reopened = fresh(invoice)
        assert (reopened.paid_total, reopened.paid_at) == (0, None)
        assert InvoiceEvent.REOPENED in events_of(invoice)
        rows = Allocation.objects.order_by("id").values_list("amount", "reason")
        assert list(rows) == [(100, ""), (20, ""), (-100, "сбъркано"), (-20, "сбъркано")]
        give(money, invoice)
        assert events_of(invoice).count(InvoiceEvent.PAID) == 2

    def test_nothing_given_nothing_taken(self, owner, give, take_back):
        invoice, money = issued(owner), payment(owner)
        with pytest.raises(NotAllocated):
            take_back(money, invoice)
        give(money, invoice)
        take_back(money, invoice)
        with pytest.raises(NotAllocated):
            take_back(money, invoice)

    def test_it_wants_a_reason(self, owner, give, take_back):
        invoice, money = issued(owner), payment(owner)
        give(money, invoice)
        with pytest.raises(ReasonMissing):
            take_back(money, invoice, " ")


@pytest.mark.usefixtures("in_alpha")
class TestMarkInvoicePaid:
    def test_it_records_what_is_outstanding_and_allocates_it(self, owner, give):
        invoice = issued(owner)
        give(payment(owner, "20"), invoice, "20")
        posted = mark_invoice_paid(invoice_id=invoice.pk, received_on=TODAY, method="cash", by=owner, at=AT)
        assert (posted.amount, posted.method, posted.status) == (100, "cash", "matched")
        assert fresh(invoice).status_on(TODAY) == "paid"
        assert InvoiceEvent.PAID in events_of(invoice)

    def test_the_second_time_is_refused(self, owner):
        invoice = issued(owner)
        mark_invoice_paid(invoice_id=invoice.pk, received_on=TODAY, by=owner, at=AT)
        with pytest.raises(AlreadyPaid) as refusal:
            mark_invoice_paid(invoice_id=invoice.pk, received_on=TODAY, by=owner, at=AT)
        assert refusal.value.conflict
        assert Payment.objects.count() == 1

    def test_a_draft_is_not_paid(self, owner):
        with pytest.raises(NotIssued):
            mark_invoice_paid(invoice_id=draft(owner).pk, received_on=TODAY, by=owner, at=AT)


@pytest.mark.usefixtures("in_alpha")
class TestUndoing:
    def test_an_invoice_with_money_is_not_annulled(self, owner, give, take_back):
        invoice, money = issued(owner), payment(owner)
        give(money, invoice)
        with pytest.raises(MoneyAllocated):
            annul_invoice(invoice_id=invoice.pk, reason="грешка", by=owner, at=AT)
        take_back(money, invoice)
        annulled = annul_invoice(invoice_id=invoice.pk, reason=" грешка ", by=owner, at=LATER)
        assert (annulled.annul_reason, annulled.annulled_at) == ("грешка", LATER)
        assert fresh(invoice).status_on(TODAY) == "annulled"
        assert events_of(invoice)[-1] == InvoiceEvent.ANNULLED
        with pytest.raises(NotIssued):
            annul_invoice(invoice_id=invoice.pk, reason="пак", by=owner, at=AT)

    def test_drafts_and_reasonless_acts_are_refused(self, owner):
        with pytest.raises(NotIssued):
            annul_invoice(invoice_id=draft(owner).pk, reason="x", by=owner, at=AT)
        with pytest.raises(ReasonMissing):
            annul_invoice(invoice_id=issued(owner).pk, reason="", by=owner, at=AT)
        with pytest.raises(ReasonMissing):
            void_payment(payment_id=payment(owner).pk, reason="", by=owner, at=AT)

    def test_a_payment_with_links_is_not_voided(self, owner, give):
        invoice, money = issued(owner), payment(owner)
        give(money, invoice)
        with pytest.raises(MoneyAllocated):
            void_payment(payment_id=money.pk, reason="x", by=owner, at=AT)

    def test_a_payment_is_voided_once(self, owner):
        money = payment(owner)
        assert void_payment(payment_id=money.pk, reason="x", by=owner, at=AT).voided_at == AT
        with pytest.raises(PaymentVoided):
            void_payment(payment_id=money.pk, reason="x", by=owner, at=AT)
        assert events_of(money)[-1] == PaymentEvent.VOIDED


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["give", "take"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.decimals("0.01", "150", places=2),
    ),
    max_size=12,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
@pytest.mark.usefixtures("in_alpha")
def test_whatever_happens_the_sums_agree(owner, give, take_back, acts):
    company = client(owner)
    invoices = [issued(owner, company) for _one in range(3)]
    moneys = [payment(owner, amount) for amount in ("50", "120", "300")]
    for verb, source, target, amount in acts:
        try:
            if verb == "give":
                give(moneys[source], invoices[target], amount)
            else:
                take_back(moneys[source], invoices[target])
        except Refused:
            pass
    for invoice in map(fresh, invoices):
        rows = sum(invoice.allocations.values_list("amount", flat=True))
        assert invoice.paid_total == rows and 0 <= rows <= invoice.total
        assert (invoice.paid_at is not None) == (invoice.outstanding == 0)
    for money in map(fresh, moneys):
        rows = sum(money.allocations.values_list("amount", flat=True))
        assert money.allocated_total == rows and 0 <= rows <= money.amount


DAYS = st.none() | st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    due=DAYS,
    paid=st.decimals("0", "120", places=2),
    is_sent=st.booleans(),
    fate=st.sampled_from("dia"),
    on=DAYS,
)
@pytest.mark.usefixtures("in_alpha")
def test_sql_and_python_tell_the_same_status(owner, give, due, paid, is_sent, fate, on):
    on = on or TODAY
    day = AT - timedelta(days=40)
    invoice = draft(owner, due_date=due) if fate == "d" else issued(owner, at=day, due_date=due)
    if fate == "i" and paid:
        give(payment(owner), invoice, paid)
    if fate == "a":
        annul_invoice(invoice_id=invoice.pk, reason="x", by=owner, at=AT)
    if is_sent and fate != "d":
        Invoice.objects.filter(pk=invoice.pk).update(sent_at=AT)
    told = with_outstanding(visible_invoices(owner, on=on)).get(pk=invoice.pk)
    assert told.status == told.status_on(on)
    assert told.outstanding_amount == told.outstanding
    found = {
        status
        for status in STATUSES
        if of_status(visible_invoices(owner, on=on), status).filter(pk=invoice.pk)
    }
    assert found == {told.status}


def test_twenty_who_give_the_same_money_end_with_one_link(in_committed_alpha):
    owner = actor_of(member_of(in_committed_alpha, "owner"))
    invoice, money = issued(owner), payment(owner)
    start, refused = threading.Barrier(20), []

    def allocate():
        try:
            start.wait()
            with in_organization(in_committed_alpha):
                allocate_payment(
                    payment_id=money.pk, invoice_id=invoice.pk, amount=Decimal(120), by=owner, at=AT
                )
        except Refused as refusal:
            refused.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=allocate) for _one in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 19
    assert Allocation.objects.count() == 1
    assert events_of(invoice).count(InvoiceEvent.PAID) == 1
