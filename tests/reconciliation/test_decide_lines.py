"""What a person says of lines and money without an invoice: whose it is, a fee, not ours, recorded before."""

from datetime import date, timedelta

import pytest

from shared_apps.core.errors import NotAllowed, Refused
from tenant_apps.invoices.models import Payment
from tenant_apps.invoices.operations import PaymentInput, record_payment, set_payment_client
from tenant_apps.reconciliation.models import BankLine, Decision, DecisionState, LineRule, Statement
from tenant_apps.reconciliation.operations import (
    AlreadyDecided,
    ClientMissing,
    LineGone,
    MoneyIsLinked,
    NoBankLine,
    NothingToUndo,
    RuleInput,
    accept_candidate,
    give_to_client,
    make_rule_from_line,
    mark_waiting,
    match_payments,
    recognize_payment,
    recognize_refund,
    record_waiting,
    undo_decision,
    undo_last_decision,
)
from tenant_apps.reconciliation.queries import lines_about
from tenant_apps.reconciliation.rules.sameness import Pattern
from tests.invoices.stories import client, fresh, issued, payment
from tests.reconciliation.bench import D, brought, case, left, state, waits
from tests.reconciliation.samples import Move

pytestmark = pytest.mark.usefixtures("in_alpha")
PAYER_IBAN = "BG95UNCR70001523456789"
IN = Move("75.00", name="Непознат", iban="", text="по уговорка")
OUT = Move("-12.50", name="Банка", iban="", text="Такса превод")
IN_DAY = date(2026, 11, 3)
TYPED = {"currency": "EUR", "received_on": IN_DAY, "amount": D("75.00")}


def undo(by, decision, at):
    return undo_decision(decision_id=decision.pk, by=by, at=at)


def typed(by, at, **more):
    """The money of `IN`, as somebody wrote it down before the statement came."""
    return record_payment(payment=PaymentInput(**TYPED | more), by=by, at=at)


# Whose it is ------------------------------------------------------------------------------------------------


def test_money_of_a_client_is_their_credit(till, owner, at):
    (line,) = brought(till, IN)
    firm = client(owner)

    decision = give_to_client(item_id=line.payment.pk, company_id=firm.pk, by=owner, at=at)

    money = fresh(line.payment)
    assert (money.company_id, money.unmatched_reason, money.unallocated) == (firm.pk, "credit", D("75.00"))
    assert waits(owner) == []
    undo(owner, decision, at)
    assert fresh(money).company_id is None and [one.id for one in waits(owner)] == [money.pk]


def test_the_night_leaves_a_credit_alone_until_its_invoice_comes(till, owner, at):
    (line,) = brought(till, Move("120.00", iban="", text="ф-ра 0000000001"))
    firm = client(owner)
    give_to_client(item_id=line.payment.pk, company_id=firm.pk, by=owner, at=at)
    match_payments(payment_ids=[line.payment.pk], by=owner, at=at)
    assert fresh(line.payment).unmatched_reason == "credit" and waits(owner) == []

    invoice = issued(owner, firm, at=at)
    assert invoice.number == "0000000001"
    match_payments(payment_ids=[line.payment.pk], by=owner, at=at)
    assert left(line.payment) == "0.00"


def test_a_line_that_waits_becomes_a_payment_of_its_client(till, owner, at):
    for _ in range(2):
        typed(owner, at)
    (line,) = brought(till, IN)
    assert line.explanation == "ask"
    firm = client(owner)

    decision = give_to_client(item_id=line.pk, company_id=firm.pk, by=owner, at=at)

    line = fresh(line)
    assert (line.explanation, line.payment.company_id) == ("payment", firm.pk)
    undo(owner, decision, at)
    line = fresh(line)
    assert (line.explanation, line.payment, len(line.candidates)) == ("ask", None, 2)
    assert Payment.objects.filter(voided_at=None).count() == 2


def test_a_client_has_to_be_named_and_nobody_names_one_twice(till, owner, at):
    (line,) = brought(till, IN)
    with pytest.raises(ClientMissing):
        give_to_client(item_id=line.payment.pk, by=owner, at=at)
    give_to_client(item_id=line.payment.pk, company_id=client(owner).pk, by=owner, at=at)
    with pytest.raises(AlreadyDecided) as refused:
        give_to_client(item_id=line.payment.pk, company_id=client(owner, eik="").pk, by=owner, at=at)
    assert owner.label in str(refused.value)


# What it is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("explanation", ["fee", "not_ours", "transfer"])
@pytest.mark.parametrize("move", [IN, OUT])
def test_a_line_is_none_of_our_clients(till, owner, at, explanation, move):
    (line,) = brought(till, move)

    decision = mark_waiting(item_id=line.pk, explanation=explanation, by=owner, at=at)

    line = fresh(line)
    assert (line.explanation, line.payment_id) == (explanation, None)
    assert waits(owner) == [] and not Payment.objects.filter(voided_at=None).exists()
    undo(owner, decision, at)
    (item,) = waits(owner)
    assert item.left == line.amount and item.line.pk == line.pk


def test_a_line_that_was_marked_by_mistake_is_its_typed_payment_again(till, owner, at):
    one, _two = typed(owner, at), typed(owner, at)
    (line,) = brought(till, IN)
    recognize_payment(item_id=line.pk, payment_id=one.pk, by=owner, at=at)
    decision = mark_waiting(item_id=line.pk, explanation="fee", by=owner, at=at)
    assert fresh(line).payment is None and fresh(one).voided_at is None
    undo(owner, decision, at)
    line = fresh(line)
    assert (line.explanation, line.payment) == ("payment", one)
    assert Payment.objects.filter(voided_at=None).count() == 2


def test_the_payment_of_a_line_is_marked_by_its_own_id_too_and_its_client_comes_back(till, owner, at):
    (line,) = brought(till, IN)
    firm = client(owner)
    set_payment_client(payment_id=line.payment.pk, company_id=firm.pk, by=owner, at=at)
    decision = mark_waiting(item_id=line.payment.pk, explanation="fee", note="ПОС", by=owner, at=at)
    assert fresh(line).note == "ПОС"
    undo(owner, decision, at)
    assert fresh(line).payment.company_id == firm.pk


def test_money_that_an_invoice_has_is_no_fee(till, owner, at):
    (line,) = brought(till, IN)
    accept_candidate(
        payment_id=line.payment.pk, invoice_id=issued(owner).pk, amount=D("5.00"), by=owner, at=at
    )
    with pytest.raises(MoneyIsLinked):
        mark_waiting(item_id=line.pk, explanation="fee", by=owner, at=at)


def test_money_of_another_door_has_no_line_to_mark(owner, at):
    with pytest.raises(NoBankLine):
        mark_waiting(item_id=payment(owner).pk, explanation="fee", by=owner, at=at)


def test_the_second_mark_is_told_of_the_first(till, owner, manager, at):
    (line,) = brought(till, OUT)
    mark_waiting(item_id=line.pk, explanation="fee", by=owner, at=at)
    with pytest.raises(AlreadyDecided) as refused:
        mark_waiting(item_id=line.pk, explanation="not_ours", by=manager, at=at)
    assert owner.label in str(refused.value) and fresh(line).explanation == "fee"


def test_nothing_else_can_be_said(till, owner, at):
    (line,) = brought(till, OUT)
    for said in ("ask", "payment", "", "lunch"):
        with pytest.raises(Refused) as refused:
            mark_waiting(item_id=line.pk, explanation=said, by=owner, at=at)
        assert refused.value.code == "explanation_unknown"


# Recorded before, given back --------------------------------------------------------------------------------


def test_a_line_is_money_that_was_recorded_before(till, owner, at):
    one, _two = typed(owner, at), typed(owner, at)
    (line,) = brought(till, IN)
    assert {found.pk for found in case(owner, line.pk).recorded} == {one.pk, _two.pk}

    decision = recognize_payment(item_id=line.pk, payment_id=one.pk, by=owner, at=at)

    assert fresh(line).payment_id == one.pk and Payment.objects.count() == 2
    with pytest.raises(AlreadyDecided):
        line = fresh(line)
        mark_waiting(item_id=line.pk, explanation="fee", by=owner, at=at)
        recognize_payment(item_id=line.pk, payment_id=_two.pk, by=owner, at=at)
    assert decision.payment_id == one.pk


def test_recorded_before_is_taken_back(till, owner, at):
    one, two = typed(owner, at), typed(owner, at)
    (line,) = brought(till, IN)
    decision = recognize_payment(item_id=line.pk, payment_id=one.pk, by=owner, at=at)
    undo(owner, decision, at)
    line = fresh(line)
    assert (line.explanation, set(line.candidates)) == ("ask", {str(one.pk), str(two.pk)})
    assert fresh(one).voided_at is None


def test_a_line_is_a_payment_of_its_own(till, owner, at, run_jobs):
    typed(owner, at), typed(owner, at)
    (line,) = brought(till, IN)

    decision = record_waiting(item_id=line.pk, by=owner, at=at)

    line = fresh(line)
    assert line.payment.external_key == f"bank:{line.pk}" and Payment.objects.count() == 3
    assert case(owner, line.pk).item.payment == line.payment
    undo(owner, decision, at)
    line = fresh(line)
    assert (line.explanation, line.payment, len(line.candidates)) == ("ask", None, 2)
    second = record_waiting(item_id=line.pk, by=owner, at=at)
    assert fresh(line).payment.external_key == f"bank:{line.pk}:2" and state(second) == "done"


def test_money_out_gave_a_payment_back(till, owner, at):
    money = payment(owner, "75.00", received_on=IN_DAY)
    (line,) = brought(till, Move("-75.00", on="2026-11-09", iban="", text="Връщане"))
    assert [one.pk for one in case(owner, line.pk).refundable] == [money.pk]

    decision = recognize_refund(item_id=line.pk, payment_id=money.pk, by=owner, at=at)

    assert (fresh(line).explanation, fresh(money).refunded_total) == ("refund", D("75.00"))
    undo(owner, decision, at)
    assert (fresh(line).explanation, fresh(money).refunded_total) == ("open", D("0.00"))


# Rules ------------------------------------------------------------------------------------------------------


def test_lines_like_this_are_always_a_fee(till, owner, at, run_jobs):
    lines = brought(
        till, OUT, Move("-3.00", iban="", text="Месечна такса"), Move("-9.00", iban="", text="Наем")
    )
    rule = RuleInput(verdict="fee", text="такса", sign="out")
    about = lines_about(Pattern(text="такса", sign="out"), "fee", owner)
    assert {one.pk for one in about.lines} == {lines[0].pk, lines[1].pk}

    decision = make_rule_from_line(item_id=lines[0].pk, rule=rule, applies=True, by=owner, at=at)

    told = {one.pk: one.explanation for one in BankLine.objects.all()}
    assert [told[one.pk] for one in lines] == ["fee", "fee", "open"]
    undo(owner, decision, at)
    run_jobs()
    assert LineRule.objects.get().archived_at and {one.explanation for one in BankLine.objects.all()} == {
        "open"
    }


def test_a_rule_that_is_only_added_explains_what_comes_later(till, owner, at):
    (line,) = brought(till, OUT)
    rule = RuleInput(verdict="fee", text="такса")
    make_rule_from_line(item_id=line.pk, rule=rule, by=owner, at=at)
    assert fresh(line).explanation == "open"


def test_a_preview_tells_just_what_the_rule_would_explain(till, owner, at):
    firm = client(owner)
    lines = brought(
        till,
        Move("10.00", iban=PAYER_IBAN, text="едно"),
        Move("20.00", iban=PAYER_IBAN, text="две"),
        Move("-30.00", iban=PAYER_IBAN, text="три"),
        Move("40.00", iban="", text="четири"),
    )
    give_to_client(item_id=lines[0].payment.pk, company_id=firm.pk, by=owner, at=at)
    of_client = lines_about(Pattern(iban=PAYER_IBAN), "client", owner)
    assert [str(one.amount) for one in of_client.lines] == ["20.00"]
    fees = lines_about(Pattern(iban=PAYER_IBAN, sign="out"), "fee", owner)
    assert [str(one.amount) for one in fees.lines] == ["-30.00"]
    rule = RuleInput(verdict="client", iban=PAYER_IBAN, company_id=firm.pk)
    make_rule_from_line(item_id=lines[1].payment.pk, rule=rule, applies=True, by=owner, at=at)
    assert fresh(lines[1]).payment.company_id == firm.pk


def test_a_rule_that_asks_for_nothing_is_refused(till, owner, at):
    (line,) = brought(till, OUT)
    with pytest.raises(Refused):
        make_rule_from_line(item_id=line.pk, rule=RuleInput(verdict="fee"), by=owner, at=at)
    assert not Decision.objects.exists()


# The last one -----------------------------------------------------------------------------------------------


def test_undo_walks_back_through_one_s_own_decisions(till, owner, manager, at):
    first, second = brought(till, OUT, Move("-3.00", iban="", text="Друга"))
    mark_waiting(item_id=first.pk, explanation="fee", by=owner, at=at)
    mark_waiting(item_id=second.pk, explanation="not_ours", by=manager, at=at)
    assert undo_last_decision(by=owner, at=at).line_id == first.pk
    with pytest.raises(NothingToUndo):
        undo_last_decision(by=owner, at=at)
    assert fresh(second).explanation == "not_ours"
    assert undo_last_decision(by=manager, at=at).state == DecisionState.UNDONE


def test_what_was_decided_long_ago_is_not_the_last(till, owner, at):
    (line,) = brought(till, OUT)
    mark_waiting(item_id=line.pk, explanation="fee", by=owner, at=at)
    with pytest.raises(NothingToUndo):
        undo_last_decision(by=owner, at=at + timedelta(days=2))


def test_a_statement_taken_back_takes_its_lines_from_decisions(till, owner, at):
    (line,) = brought(till, OUT)
    decision = mark_waiting(item_id=line.pk, explanation="fee", by=owner, at=at)
    till.taken_back(Statement.objects.get())
    with pytest.raises(LineGone):
        undo(owner, decision, at)


@pytest.mark.parametrize(
    "act",
    [
        lambda by, at, line, money: mark_waiting(item_id=line.pk, explanation="fee", by=by, at=at),
        lambda by, at, line, money: give_to_client(item_id=line.pk, company_id=line.pk, by=by, at=at),
        lambda by, at, line, money: recognize_payment(item_id=line.pk, payment_id=money.pk, by=by, at=at),
        lambda by, at, line, money: record_waiting(item_id=line.pk, by=by, at=at),
        lambda by, at, line, money: recognize_refund(item_id=line.pk, payment_id=money.pk, by=by, at=at),
        lambda by, at, line, money: make_rule_from_line(
            item_id=line.pk, rule=RuleInput(verdict="fee", text="такса"), by=by, at=at
        ),
        lambda by, at, line, money: undo_last_decision(by=by, at=at),
    ],
)
def test_a_plain_user_may_none_of_it(till, owner, user, at, act):
    (line,) = brought(till, OUT)
    with pytest.raises(NotAllowed):
        act(user, at, line, payment(owner))
