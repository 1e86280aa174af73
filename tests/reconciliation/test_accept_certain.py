"""All that is certain at one press: rehearsed, done, by a job when it is much, and taken back as a whole."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core.errors import NotAllowed
from tenant_apps.activity.models import Event
from tenant_apps.invoices.models import Allocation, Invoice, Payment
from tenant_apps.invoices.operations import allocate_payment
from tenant_apps.reconciliation.models import DecisionState
from tenant_apps.reconciliation.operations import (
    AlreadyTakenBack,
    NotAtWork,
    NothingCertain,
    accept_certain,
    certain,
    second_thoughts,
    stop_decision,
    undo_decision,
)
from tenant_apps.reconciliation.queries import rehearse_certain
from tenant_apps.reconciliation.rules.certainty import Offered, adding_up, certain_one, fit_of, signals_in
from tests.invoices.stories import AT, client, events_of, fresh, issued, line, payment
from tests.reconciliation.bench import D, brought, left, paid, state
from tests.reconciliation.samples import Move


def pairs(by):
    return [(one.payment.pk, one.invoice.pk) for one in rehearse_certain(by).certain]


def accept(by, told=None):
    return accept_certain(pairs=pairs(by) if told is None else told, by=by, at=AT)


def iban_of(number):
    """An account of its own for each client."""
    bank = f"BNBG966110{number:08}"
    return f"BG{98 - int(''.join(str(int(one, 36)) for one in bank + 'BG00')) % 97:02}{bank}"


def owed_and_come(by, count, start=0):
    """So many clients, each with an invoice of another amount, and their money that names nothing."""
    made = []
    for number in range(start, start + count):
        firm = client(by, name=f"Клиент {number} ООД")
        invoice = issued(by, firm, items=(line("1", str(100 + number)),))
        money = payment(
            by,
            str(invoice.total),
            reference="по договор",
            company_id=firm.pk,
            payer_iban=iban_of(number),
        )
        made.append((invoice, money))
    return made


# Rules ------------------------------------------------------------------------------------------------------


def offered(*signals, outstanding="120.00"):
    return Offered(uuid4(), D(outstanding), frozenset(signals))


def test_two_signals_for_just_one_invoice_and_the_whole_amount_are_certain():
    sure = offered("amount", "payer")
    assert certain_one(D("120.00"), [sure, offered("amount")]) == sure
    assert certain_one(D("120.00"), [offered("amount")]) is None
    assert certain_one(D("120.00"), [sure, offered("amount", "payer")]) is None
    assert certain_one(D("119.99"), [sure]) is None
    assert certain_one(D("120.00"), []) is None


def test_the_same_fact_in_other_words_is_one_signal():
    told = [{"signal": name, "value": ""} for name in ("known_iban", "payer_name", "currency", "by_hand")]
    assert signals_in(told) == {"payer"}
    weak = ("name_resembles", "paid_in_time", "part_of_outstanding", "number_alone")
    assert signals_in([{"signal": name, "value": ""} for name in weak]) == set()


@given(st.decimals(0, 10**9, places=2), st.decimals(0, 10**9, places=2))
def test_a_fit_loses_no_cent(money, owed):
    fit = fit_of(money, owed)
    assert fit.given + fit.missing == owed and fit.given + fit.left_over == money
    assert min(fit.given, fit.missing, fit.left_over) >= 0 and 0 in (fit.missing, fit.left_over)


@given(st.lists(st.sampled_from(["amount", "payer", "number"]), max_size=6), st.integers(1, 3))
def test_an_order_of_candidates_changes_nothing(names, size):
    offers = [offered(*names[i : i + size]) for i in range(0, len(names), size)]
    assert certain_one(D("120.00"), offers) == certain_one(D("120.00"), offers[::-1])


def test_money_of_a_whole_amount_is_certain_whatever_else_is_weak():
    sure = offered("amount", "payer")
    assert certain_one(D("120.00"), [replace(sure, signals=frozenset({"amount"})), sure]) == sure


def test_several_invoices_may_add_up_the_fewest_first():
    owed = {uuid4(): D(amount) for amount in ("210.00", "318.00", "100.00", "218.00")}
    one, two, three, four = owed
    assert adding_up(D("528.00"), owed) == (one, two)
    assert adding_up(D("318.00"), owed) == (three, four)
    assert adding_up(D("628.00"), owed) == (one, two, three)
    assert adding_up(D("1.00"), owed) == () == adding_up(D("210.00"), {one: owed[one]})


@given(st.lists(st.integers(1, 10**6), max_size=5), st.integers(1, 10**7))
def test_what_adds_up_adds_up_to_the_cent(cents, left):
    owed = {uuid4(): D(amount) / 100 for amount in cents}
    found = adding_up(D(left) / 100, owed)
    assert not found or (len(found) > 1 and sum(owed[one] for one in found) == D(left) / 100)


# The act ----------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.usefixtures("db")


def test_a_rehearsal_tells_and_writes_nothing(in_alpha, till, owner):
    ((invoice, money),) = owed_and_come(owner, 1)
    payment(owner, "77.00", reference="нещо", payer_name="Непознат")
    brought(till, Move("-12.50", name="Банка", iban="", text="Такса"))

    rehearsal = rehearse_certain(owner)

    assert [(one.payment.pk, one.invoice.pk, one.amount) for one in rehearsal.certain] == [
        (money.pk, invoice.pk, D("120.00"))
    ]
    assert (rehearsal.ask_count, rehearsal.ignored_count, rehearsal.is_more) == (2, 0, False)
    assert left(money) == "120.00"


def test_a_few_are_linked_at_once_and_taken_back_together(in_alpha, owner):
    made = owed_and_come(owner, 3)

    decision = accept(owner)

    assert (decision.state, decision.linked_count) == (DecisionState.DONE, 3)
    assert {paid(invoice)[2] for invoice, _money in made} == {"0.00"}
    assert events_of(made[0][0])[-1] == "invoices.invoice_paid"
    assert events_of(decision) == ["reconciliation.certain_accepted"]

    undo_decision(decision_id=decision.pk, by=owner, at=AT)

    assert {left(money) for _invoice, money in made} == {"120.00", "121.20", "122.40"}
    assert state(decision) == DecisionState.UNDONE
    assert rehearse_certain(owner).certain == [] and rehearse_certain(owner).ignored_count == 3
    with pytest.raises(AlreadyTakenBack):
        undo_decision(decision_id=decision.pk, by=owner, at=AT)


def test_many_are_linked_by_a_job_and_taken_back_by_one(in_alpha, owner, run_jobs, monkeypatch):
    monkeypatch.setattr(certain, "AT_ONCE", 3)
    monkeypatch.setattr(second_thoughts, "AT_ONCE", 3)
    owed_and_come(owner, 8)
    run_jobs()

    decision = accept(owner)
    assert (decision.state, decision.linked_count) == (DecisionState.WORKING, 0)
    with pytest.raises(AlreadyTakenBack):
        undo_decision(decision_id=decision.pk, by=owner, at=AT)
    assert run_jobs()[0] == "link_certain_payments"

    decision = fresh(decision)
    assert (decision.state, decision.linked_count, decision.position) == (DecisionState.DONE, 8, 8)
    assert not Invoice.objects.filter(paid_total=0).exists()
    undo_decision(decision_id=decision.pk, by=owner, at=AT)
    assert state(decision) == DecisionState.UNDOING
    run_jobs()
    assert state(decision) == DecisionState.UNDONE
    assert not Payment.objects.exclude(allocated_total=0).exists()


def test_what_is_no_longer_certain_is_passed_over(in_alpha, owner):
    (first, _money), (second, _other) = owed_and_come(owner, 2)
    told, cash = pairs(owner), payment(owner, "1.00", method="cash")
    allocate_payment(payment_id=cash.pk, invoice_id=first.pk, amount=D("1.00"), by=owner, at=AT)

    decision = accept(owner, told)

    assert (decision.linked_count, decision.wanted_count) == (1, 2)
    assert paid(first)[0] == "1.00" and paid(second)[2] == "0.00"


def test_what_was_not_shown_is_not_linked(in_alpha, owner):
    (first, _one), (second, _two) = owed_and_come(owner, 2)
    accept(owner, pairs(owner)[:1])
    assert {paid(first)[2], paid(second)[2]} == {"0.00", "121.20"} or {
        paid(first)[2],
        paid(second)[2],
    } == {"0.00", "120.00"}


def test_another_invoice_than_the_certain_one_is_not_linked(in_alpha, owner):
    ((_invoice, money),) = owed_and_come(owner, 1)
    other = issued(owner, client(owner, name="Друг ООД"))
    with pytest.raises(NothingCertain):
        accept(owner, [(money.pk, other.pk)])
    with pytest.raises(NothingCertain):
        accept(owner, [])
    with pytest.raises(NothingCertain):
        accept(owner, [(uuid4(), other.pk)])


def test_two_payments_for_one_invoice_are_both_for_people(in_alpha, owner):
    ((invoice, money),) = owed_and_come(owner, 1)
    payment(owner, str(money.amount), reference="пак", company_id=invoice.company_id)
    assert rehearse_certain(owner).certain == []


def test_what_was_not_certain_in_the_rehearsal_is_not_certain_in_a_part_of_it(in_alpha, owner):
    ((invoice, money),) = owed_and_come(owner, 1)
    payment(owner, str(money.amount), reference="пак", company_id=invoice.company_id)

    with pytest.raises(NothingCertain):
        accept(owner, [(money.pk, invoice.pk)])

    assert left(money) == "120.00"


def test_money_in_another_batch_speaks_against_it_too(in_alpha, owner, run_jobs, monkeypatch):
    monkeypatch.setattr(certain, "AT_ONCE", 1)
    (invoice, money), (other, _one) = owed_and_come(owner, 2)
    again = payment(owner, str(money.amount), reference="пак", company_id=invoice.company_id)

    accept(owner, [(money.pk, invoice.pk), (again.pk, invoice.pk), *pairs(owner)])
    run_jobs()

    assert (paid(invoice)[0], paid(other)[2]) == ("0.00", "0.00")


def test_a_batch_takes_as_many_statements_as_a_link(in_alpha, owner, run_jobs):
    def statements(count, start):
        owed_and_come(owner, count, start)
        run_jobs()
        told = pairs(owner)
        with CaptureQueriesContext(connection) as captured:
            assert accept(owner, told).linked_count == count
        return len(captured)

    assert statements(6, 100) <= statements(1, 0) + 5


def many_at_work(owner, run_jobs):
    """A decision about more than are linked at once, whose job has not begun."""
    owed_and_come(owner, 4)
    run_jobs()
    return accept(owner)


def test_a_job_decides_in_the_name_of_who_pressed(in_alpha, owner, manager, run_jobs, monkeypatch):
    monkeypatch.setattr(certain, "AT_ONCE", 2)
    monkeypatch.setattr(second_thoughts, "AT_ONCE", 2)
    decision = many_at_work(owner, run_jobs)
    run_jobs()
    undo_decision(decision_id=decision.pk, by=manager, at=AT)
    run_jobs()

    rows = Allocation.objects.order_by("id").values_list("by_label", flat=True)
    assert list(rows) == [owner.label] * 4 + [manager.label] * 4
    assert fresh(decision).undone_by == manager.label
    told = Event.objects.get(type="reconciliation.decision_undone")
    assert told.actor_label == manager.label


def test_of_one_who_may_decide_no_more_nothing_more_is_linked(in_alpha, owner, run_jobs, monkeypatch):
    monkeypatch.setattr(certain, "AT_ONCE", 2)
    decision = many_at_work(owner, run_jobs)
    monkeypatch.setattr(certain, "membership_of", lambda *who: None)

    run_jobs()

    assert (state(decision), fresh(decision).linked_count) == (DecisionState.DONE, 0)
    assert events_of(decision)[-1] == "reconciliation.decision_stopped"
    assert not Allocation.objects.exists()
    with pytest.raises(NotAtWork):
        stop_decision(decision_id=decision.pk, by=owner, at=AT)


def test_what_one_who_left_began_to_take_back_can_be_taken_back_by_others(
    in_alpha, owner, manager, run_jobs, monkeypatch
):
    for module in (certain, second_thoughts):
        monkeypatch.setattr(module, "AT_ONCE", 2)
    decision = many_at_work(owner, run_jobs)
    run_jobs()
    undo_decision(decision_id=decision.pk, by=owner, at=AT)
    with monkeypatch.context() as left_the_team:
        left_the_team.setattr(certain, "membership_of", lambda *who: None)
        run_jobs()
    assert (state(decision), fresh(decision).linked_count) == (DecisionState.DONE, 4)

    undo_decision(decision_id=decision.pk, by=manager, at=AT + timedelta(minutes=1))
    run_jobs()

    assert state(decision) == DecisionState.UNDONE
    assert not Payment.objects.exclude(allocated_total=0).exists()


def test_the_same_press_twice_links_once(in_alpha, owner):
    ((invoice, _money),) = owed_and_come(owner, 1)
    told = pairs(owner)
    accept(owner, told)
    with pytest.raises(NothingCertain):
        accept(owner, told)
    assert paid(invoice)[0] == "120.00"


def test_a_plain_user_may_not(in_alpha, owner, user):
    owed_and_come(owner, 1)
    with pytest.raises(NotAllowed):
        accept(user, pairs(owner))
