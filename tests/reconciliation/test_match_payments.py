import threading
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from shared_apps.accounts.queries import actor_of
from shared_apps.core.actors import system_actor
from shared_apps.core.errors import NotAllowed
from shared_apps.jobs.models import DueWork, Job
from tenant_apps.crm.operations import merge_companies
from tenant_apps.invoices.events import InvoiceEvent, PaymentEvent
from tenant_apps.invoices.models import Allocation, Payment
from tenant_apps.invoices.operations import allocate_payment, annul_invoice, deallocate_payment, void_payment
from tenant_apps.reconciliation import tasks
from tenant_apps.reconciliation.models import KnownPayer
from tenant_apps.reconciliation.operations import Matching, match_payments, matching
from tenants.context import in_organization
from tests.conftest import member_of
from tests.invoices.stories import AT, TODAY, client, draft, events_of, fresh, issued, line, payment


@pytest.fixture
def match(in_alpha):
    def run(*payments):
        ids = [one.pk for one in payments]
        return match_payments(payment_ids=ids, by=system_actor(in_alpha.id), at=AT)

    return run


@pytest.mark.usefixtures("in_alpha")
class TestOne:
    def test_a_payment_that_names_its_invoice_pays_it(self, owner, match):
        invoice = issued(owner)
        money = payment(owner, reference=f"плащане по ф-ра {invoice.number} от 15.03.2026")
        assert match(money) == Matching(linked_count=1, unmatched_count=0)
        assert fresh(invoice).status_on(TODAY) == "paid"
        assert InvoiceEvent.PAID in events_of(invoice)
        (link,) = Allocation.objects.all()
        assert [row["signal"] for row in link.evidence] == [
            "invoice_number",
            "amount_equals_outstanding",
            "currency",
        ]
        assert link.by_kind == "system"

    def test_zeros_in_front_may_be_missing(self, owner, match):
        issued(owner)
        assert match(payment(owner, reference="invoice 1")).linked_count == 1

    def test_a_part_is_given_and_the_invoice_waits_for_the_rest(self, owner, match):
        invoice = issued(owner)
        money = payment(owner, "50", invoice.number, payer_name="КЛИЕНТ ООД")
        assert match(money).linked_count == 1
        assert (fresh(invoice).outstanding, fresh(money).status) == (70, "matched")

    def test_more_than_is_owed_leaves_the_rest_as_the_client_s_credit(self, owner, match):
        invoice = issued(owner)
        money = payment(owner, "150", invoice.number)
        assert match(money) == Matching(linked_count=1, unmatched_count=0)
        left = fresh(money)
        assert (left.unallocated, left.unmatched_reason, left.client) == (30, "credit", invoice.company)
        assert "klient" in left.search_text
        assert events_of(money)[-1] == PaymentEvent.CREDITED
        before = events_of(money)
        assert match(money) == Matching(linked_count=0, unmatched_count=1)
        assert (events_of(money), fresh(money).unmatched_reason) == (before, "credit")

    def test_one_transfer_pays_the_invoices_that_it_names_when_the_sum_is_exact(self, owner, match):
        company = client(owner)
        first, second = issued(owner, company), issued(owner, company)
        money = payment(owner, "240", f"фактури {first.number} и {second.number}")
        assert match(money) == Matching(linked_count=1, unmatched_count=0)
        assert (fresh(first).outstanding, fresh(second).outstanding) == (0, 0)
        assert fresh(money).status == "matched"

    @pytest.mark.parametrize("price", ["40", "200"])
    def test_the_number_of_one_and_the_amount_of_another_are_for_a_human(self, owner, match, price):
        company = client(owner)
        named, meant = issued(owner, company), issued(owner, company, items=(line(unit_price=price),))
        money = payment(owner, str(meant.total), named.number, payer_name="КЛИЕНТ ООД")
        assert match(money).linked_count == 0
        assert fresh(money).unmatched_reason == "amount_differs"

    def test_a_client_that_was_merged_is_the_one_that_was_kept(self, owner, match):
        old, kept = client(owner, name="Стар ООД"), client(owner, name="Нов ООД")
        invoice = issued(owner, old)
        merge_companies(kept_id=kept.pk, absorbed_id=old.pk, by=owner, at=AT)
        money = payment(owner, reference=invoice.number, company_id=kept.pk)
        assert match(money).linked_count == 1

    @pytest.mark.parametrize(
        ("amount", "reference", "more", "reason"),
        [
            ("120", "", {}, "no_reference"),
            ("120", "благодаря", {}, "no_reference"),
            ("120", "0000000077", {}, "no_such_invoice"),
            ("119.99", "ф-ра 1", {}, "amount_differs"),
            ("119.99", "0000000001", {"payer_name": "Друг"}, "amount_differs"),
            ("120", "1", {}, "weak_number"),
            ("120", "0000000001 0000000002", {}, "sum_differs"),
            ("120", "0000000001", {"currency": "USD"}, "currency_differs"),
            ("120", "x00000000012", {}, "no_reference"),
        ],
    )
    def test_anything_less_stays_unmatched_and_says_why(self, owner, match, amount, reference, more, reason):
        company = client(owner)
        issued(owner, company)
        issued(owner, company)
        money = payment(owner, amount, reference, **more)
        assert match(money) == Matching(linked_count=0, unmatched_count=1)
        assert fresh(money).unmatched_reason == reason
        assert events_of(money)[-1] == PaymentEvent.LEFT_UNMATCHED
        assert not Allocation.objects.exists()

    def test_paid_and_annulled_invoices_take_nothing(self, owner, match):
        paid, annulled = issued(owner), issued(owner)
        match(payment(owner, reference=paid.number))
        annul_invoice(invoice_id=annulled.pk, reason="x", by=owner, at=AT)
        late, lost = payment(owner, reference=paid.number), payment(owner, reference=annulled.number)
        match(late, lost)
        assert fresh(late).unmatched_reason == "already_paid"
        assert fresh(lost).unmatched_reason == "not_open"

    def test_a_draft_s_future_number_is_nobody_s(self, owner, match):
        draft(owner)
        money = payment(owner, reference="0000000001")
        match(money)
        assert fresh(money).unmatched_reason == "no_such_invoice"

    def test_twice_is_as_once(self, owner, match):
        invoice = issued(owner)
        found, lost = payment(owner, reference=invoice.number), payment(owner, reference="нищо")
        match(found, lost)
        before = events_of(found), events_of(lost), events_of(invoice)
        assert match(found, lost) == Matching(linked_count=0, unmatched_count=1)
        assert (events_of(found), events_of(lost), events_of(invoice)) == before

    def test_two_payments_of_one_batch_do_not_both_get_the_invoice(self, owner, match):
        invoice = issued(owner)
        first, second = (payment(owner, reference=invoice.number) for _one in range(2))
        assert match(second, first) == Matching(linked_count=1, unmatched_count=1)
        assert fresh(first).status == "matched"
        assert fresh(second).unmatched_reason == "already_paid"

    def test_the_rest_of_a_payment_is_matched_by_what_is_left(self, owner, match):
        company = client(owner)
        first, second = issued(owner, company), issued(owner, company)
        money = payment(owner, "240", second.number)
        allocate_payment(payment_id=money.pk, invoice_id=first.pk, amount=Decimal(120), by=owner, at=AT)
        assert match(money).linked_count == 1
        assert fresh(second).outstanding == 0

    def test_what_a_person_unlinked_stays_unlinked(self, owner, match):
        invoice = issued(owner)
        money = payment(owner, reference=invoice.number)
        match(money)
        deallocate_payment(payment_id=money.pk, invoice_id=invoice.pk, reason="не е тя", by=owner, at=AT)
        assert match(money) == Matching(linked_count=0, unmatched_count=1)
        assert fresh(money).unmatched_reason == "taken_back"

    def test_a_void_payment_is_left_alone(self, owner, match):
        invoice = issued(owner)
        money = payment(owner, reference=invoice.number)
        void_payment(payment_id=money.pk, reason="x", by=owner, at=AT)
        assert match(money) == Matching(linked_count=0, unmatched_count=0)

    def test_it_needs_the_permission(self, user):
        with pytest.raises(NotAllowed):
            match_payments(payment_ids=[], by=user, at=AT)

    def test_reading_takes_as_many_statements_for_many(self, owner, match):
        company = client(owner)

        def reads(count):
            moneys = [payment(owner, reference=issued(owner, company).number) for _one in range(count)]
            with CaptureQueriesContext(connection) as captured:
                assert match(*moneys).linked_count == count
            return [one["sql"] for one in captured if one["sql"].startswith("SELECT")]

        assert len(reads(2)) == len(reads(6)) <= 10


IBAN = "BG80BNBG96611020345678"


@pytest.mark.usefixtures("in_alpha")
class TestLearning:
    def known(self, iban=IBAN):
        return KnownPayer.objects.filter(iban=iban).first()

    def test_a_link_teaches_whose_account_it_was(self, owner, match):
        invoice = issued(owner)
        match(payment(owner, reference=invoice.number, payer_iban=IBAN))
        assert self.known().client == invoice.company
        assert self.known().learned_at == AT

    def test_what_was_learned_speaks_for_the_next_one(self, owner, match):
        company = client(owner)
        match(payment(owner, reference=issued(owner, company).number, payer_iban=IBAN))
        late = issued(owner, company)
        money = payment(owner, "50", f"ф-ра {int(late.number)}", payer_iban=IBAN)
        assert match(money).linked_count == 1
        assert {"signal": "known_iban", "value": IBAN} in money.allocations.get().evidence

    def test_another_client_s_invoice_is_not_paid_from_it(self, owner, match):
        mine, other = client(owner), client(owner, name="Друг ООД")
        match(payment(owner, reference=issued(owner, mine).number, payer_iban=IBAN))
        money = payment(owner, reference=issued(owner, other).number, payer_iban=IBAN)
        assert match(money).linked_count == 0
        assert fresh(money).unmatched_reason == "other_payer"

    def test_an_account_that_pays_for_several_is_nobody_s(self, owner, match):
        mine, other = client(owner), client(owner, name="Друг ООД")
        moneys = [
            payment(owner, reference=issued(owner, one).number, payer_iban=IBAN) for one in (mine, other)
        ]
        assert match(*moneys).linked_count == 2
        assert (self.known().is_shared, self.known().client) == (True, None)
        match(payment(owner, reference=issued(owner, mine).number, payer_iban=IBAN))
        assert self.known().is_shared

    def test_what_a_person_links_teaches_too(self, owner, match):
        company = client(owner)
        invoice, money = issued(owner, company), payment(owner, payer_iban=IBAN)
        allocate_payment(payment_id=money.pk, invoice_id=invoice.pk, amount=Decimal(120), by=owner, at=AT)
        late = issued(owner, company)
        assert match(payment(owner, "50", f"ф-ра {int(late.number)}", payer_iban=IBAN)).linked_count == 1
        assert self.known().client == company

    def test_a_link_taken_back_is_forgotten(self, owner, match, run_jobs):
        invoice = issued(owner)
        money = payment(owner, reference=invoice.number, payer_iban=IBAN)
        match(money)
        deallocate_payment(payment_id=money.pk, invoice_id=invoice.pk, reason="x", by=owner, at=AT)
        assert "learn_payer_again" in run_jobs()
        assert self.known() is None


@pytest.mark.usefixtures("in_alpha")
class TestJobs:
    def test_a_recorded_payment_is_matched_by_its_job(self, owner, run_jobs):
        invoice = issued(owner)
        run_jobs()
        money = payment(owner, reference=invoice.number)
        assert "match_payments_with_invoices" in run_jobs()
        assert fresh(money).status == "matched"

    def test_a_payment_that_came_first_finds_its_invoice_at_issue(self, owner, run_jobs):
        money, other = payment(owner, reference="ф-ра 1"), payment(owner, reference="друго")
        run_jobs()
        assert fresh(money).unmatched_reason == "no_such_invoice"
        invoice = issued(owner)
        run_jobs()
        assert fresh(money).status == "matched"
        assert fresh(invoice).outstanding == 0
        assert fresh(other).status == "unmatched"

    def test_without_names_it_matches_everything_in_batches(self, owner, in_alpha, monkeypatch, run_jobs):
        company = client(owner)
        moneys = [payment(owner, reference=issued(owner, company).number) for _one in range(5)]
        Job.objects.all().delete()
        monkeypatch.setattr(tasks, "BATCH", 2)
        enqueue_and_run(in_alpha, run_jobs)
        assert {fresh(one).status for one in moneys} == {"matched"}
        shared_out = Job.objects.filter(name="match_payments_with_invoices", arguments__has_key="first_id")
        assert (shared_out.count(), {one.is_patient for one in shared_out}) == (2, {True})

    def test_at_night_it_is_asked_where_a_payment_was_left(self, owner, in_alpha, run_jobs):
        money = payment(owner, reference="ф-ра 1")
        assert not due()
        run_jobs()
        assert due() == [in_alpha.id]
        enqueue_and_run(in_alpha, run_jobs)
        assert due() == [in_alpha.id], "it is still left"
        issued(owner)
        run_jobs()
        assert (fresh(money).status, due()) == ("matched", [in_alpha.id])
        enqueue_and_run(in_alpha, run_jobs)
        assert due() == [], "nothing is left"

    def test_a_matched_payment_makes_nothing_due(self, owner, run_jobs):
        payment(owner, reference=issued(owner).number)
        run_jobs()
        assert due() == []

    def test_a_stranger_s_payment_is_missing_not_matched(self, in_alpha):
        with pytest.raises(Payment.DoesNotExist):
            match_payments(payment_ids=[uuid4()], by=system_actor(in_alpha.id), at=AT)


def due():
    rows = DueWork.objects.filter(job="match_payments_with_invoices")
    return list(rows.values_list("organization_id", flat=True))


def enqueue_and_run(organization, run_jobs):
    from shared_apps.jobs.operations import enqueue

    enqueue("match_payments_with_invoices", by=system_actor(organization.id))
    run_jobs()


def test_a_batch_that_dies_midway_leaves_nothing_half_done(in_committed_alpha, monkeypatch):
    owner = actor_of(member_of(in_committed_alpha, "owner"))
    by = system_actor(in_committed_alpha.id)
    invoice = issued(owner)
    money = payment(owner, reference=invoice.number)
    allocate = matching.allocate_payments

    def die_after(**arguments):
        allocate(**arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(matching, "allocate_payments", die_after)
    with pytest.raises(KeyboardInterrupt):
        match_payments(payment_ids=[money.pk], by=by, at=AT)
    assert not Allocation.objects.exists()
    assert fresh(invoice).paid_total == 0
    monkeypatch.undo()
    assert match_payments(payment_ids=[money.pk], by=by, at=AT).linked_count == 1


def test_ten_workers_on_the_same_payments_end_with_one_link_each(in_committed_alpha):
    owner = actor_of(member_of(in_committed_alpha, "owner"))
    company = client(owner)
    moneys = [payment(owner, reference=issued(owner, company).number) for _one in range(6)]
    start, failures, linked = threading.Barrier(10), [], []

    def work(turn):
        try:
            start.wait()
            with in_organization(in_committed_alpha):
                ids = [one.pk for one in moneys[turn % 3 :]]
                done = match_payments(payment_ids=ids, by=system_actor(in_committed_alpha.id), at=AT)
                linked.append(done.linked_count)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(turn,)) for turn in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(linked) == Allocation.objects.count() == 6
    assert {fresh(one).status for one in moneys} == {"matched"}


def test_two_engines_with_two_payments_for_one_invoice_end_with_one_link(in_committed_alpha):
    owner = actor_of(member_of(in_committed_alpha, "owner"))
    invoice = issued(owner)
    moneys = [payment(owner, reference=invoice.number) for _one in range(2)]
    start, failures, linked = threading.Barrier(2), [], []

    def work(money):
        try:
            start.wait()
            with in_organization(in_committed_alpha):
                by = system_actor(in_committed_alpha.id)
                linked.append(match_payments(payment_ids=[money.pk], by=by, at=AT).linked_count)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(money,)) for money in moneys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(linked) == [0, 1] and Allocation.objects.count() == 1
    assert {fresh(one).unmatched_reason for one in moneys} == {"", "already_paid"}
    assert events_of(invoice).count(InvoiceEvent.PAID) == 1
