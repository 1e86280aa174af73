"""A whole import is taken back, and with it all the money that it recorded."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from shared_apps.core.errors import Refused
from tenant_apps.invoices.models import Payment
from tenant_apps.invoices.operations import (
    allocate_payment,
    annul_invoice,
    issue_invoice,
    refund_payment,
    set_payment_client,
)
from tenant_apps.reconciliation.models import BankLine, Rest
from tenant_apps.reconciliation.operations import (
    CannotBeTakenBack,
    NotNow,
    accept_candidate,
    explain_as_refund,
    undo_statement,
    undoing,
)
from tests.reconciliation.conftest import Till
from tests.reconciliation.samples import Move, camt
from tests.reconciliation.test_import_statement import MOVES, issued_invoice, typed_payment
from tests.reconciliation.test_reversals import BACK, CREDIT

GIVEN_BACK = Move("-120.00", on="2026-11-06", text="връщане", end_to_end_id="E-9")


def test_its_lines_go_and_its_payments_are_void(till: Till) -> None:
    till.account()
    invoice = issued_invoice(till)
    statement = till.imported(camt([Move("120.00", text=f"Фактура {invoice.number}"), *MOVES[1:]]))

    undone = till.taken_back(statement, "Грешна сметка")

    assert (undone.state, undone.undo_reason) == ("undone", "Грешна сметка")
    assert not BankLine.objects.exists()
    assert all(
        payment.voided_at and "Грешна сметка" in payment.void_reason for payment in Payment.objects.all()
    )
    invoice.refresh_from_db()
    assert invoice.outstanding == invoice.total


def test_the_file_may_come_again(till: Till) -> None:
    till.account()
    till.taken_back(till.imported(camt(MOVES)))

    again = till.imported(camt(MOVES))

    assert again.counts["added"] == 3
    assert Payment.objects.filter(voided_at=None).count() == 2


def test_lines_that_an_earlier_file_had_stay(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES[:2]))
    later = till.imported(camt(MOVES, number="STMT-2"))

    till.taken_back(later)

    assert [str(line.amount) for line in till.lines()] == ["120.00", "-12.50"]
    assert Payment.objects.filter(voided_at=None).count() == 1


def test_lines_that_a_later_file_has_too_become_its_lines(till: Till) -> None:
    till.account()
    earlier = till.imported(camt(MOVES[:2]))
    later = till.imported(camt(MOVES, number="STMT-2"))

    till.taken_back(earlier)

    assert {line.statement_id for line in till.lines()} == {later.pk}
    assert len(till.lines()) == 3
    till.taken_back(later)
    assert till.lines() == []


def test_a_payment_of_another_door_stays(till: Till) -> None:
    till.account()
    typed = typed_payment(till, end_to_end_id="E-1")
    statement = till.imported(camt(MOVES))

    till.taken_back(statement)

    typed.refresh_from_db()
    assert typed.voided_at is None


def test_a_reversal_goes_with_what_it_did(till: Till) -> None:
    till.account()
    till.imported(camt([CREDIT]))
    later = till.imported(camt([BACK], number="STMT-2"))
    assert Payment.objects.get().refunded_total == Decimal("120.00")

    till.taken_back(later)

    payment = Payment.objects.get()
    assert (payment.refunded_total, payment.voided_at) == (Decimal("0.00"), None)


def test_a_reversal_in_the_same_file_is_no_obstacle(till: Till) -> None:
    till.account()

    till.taken_back(till.imported(camt([CREDIT, BACK])))

    assert not BankLine.objects.exists()
    assert Payment.objects.get().voided_at


def test_the_original_may_go_before_its_reversal(till: Till) -> None:
    till.account()
    earlier = till.imported(camt([CREDIT]))
    till.imported(camt([BACK], number="STMT-2"))

    till.taken_back(earlier)

    (reversal,) = till.lines()
    assert (reversal.explanation, reversal.reverses, reversal.refund) == ("open", None, None)
    assert Payment.objects.get().voided_at


def test_it_refuses_with_the_names_of_money_that_was_given_back(till: Till) -> None:
    till.account()
    statement = till.imported(camt(MOVES))
    payment = till.lines()[0].payment
    assert payment
    refund_payment(
        payment_id=payment.pk,
        amount=Decimal("20.00"),
        refunded_on=payment.received_on,
        reason="Върнахме част",
        by=till.owner,
        at=till.at,
    )

    with pytest.raises(CannotBeTakenBack, match="Алфа ООД"):
        undo_statement(statement_id=statement.pk, reason="Грешка", by=till.owner, at=till.at)


def refund_line(till: Till, payment: Payment | None) -> None:
    """Say that the line of money that went out gave this payment back."""
    assert payment
    line = BankLine.objects.get(amount=Decimal("-120.00"))
    explain_as_refund(line_id=line.pk, payment_id=payment.pk, by=till.owner, at=till.at)


@pytest.mark.parametrize("moves", [[GIVEN_BACK, CREDIT], [CREDIT, GIVEN_BACK]])
@pytest.mark.parametrize("at_once", [1, 100])
def test_a_refund_in_the_same_file_goes_with_it(
    moves: list[Move], at_once: int, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "UNDONE_AT_ONCE", at_once)
    till.account()
    statement = till.imported(camt(moves))
    refund_line(till, Payment.objects.get())

    undone = till.taken_back(statement)

    assert (undone.state, undone.problem, till.lines()) == ("undone", "", [])
    payment = Payment.objects.get()
    assert payment.voided_at and payment.refunded_total == 0


def test_a_reversal_above_its_original_goes_with_it(till: Till) -> None:
    till.account()
    statement = till.imported(camt([BACK, CREDIT]))
    assert Payment.objects.get().refunded_total == Decimal("120.00")

    assert till.taken_back(statement).state == "undone"


@pytest.mark.parametrize("is_here_too", [True, False])
def test_money_that_a_line_of_another_file_gave_back_is_named(is_here_too: bool, till: Till) -> None:
    till.account()
    statement = till.imported(camt([CREDIT, GIVEN_BACK] if is_here_too else [CREDIT]))
    till.imported(camt([GIVEN_BACK], number="STMT-2"))
    refund_line(till, Payment.objects.get())

    with pytest.raises(CannotBeTakenBack, match="Алфа ООД"):
        undo_statement(statement_id=statement.pk, reason="Грешка", by=till.owner, at=till.at)


def test_it_wants_a_reason_and_a_finished_import(till: Till) -> None:
    till.account()
    rehearsed = till.rehearsed(camt(MOVES))

    with pytest.raises(NotNow):
        undo_statement(statement_id=rehearsed.pk, reason="Грешка", by=till.owner, at=till.at)
    with pytest.raises(Refused):
        undo_statement(statement_id=rehearsed.pk, reason=" ", by=till.owner, at=till.at)


def test_money_that_was_linked_by_hand_is_freed(till: Till) -> None:
    till.account()
    invoice = issued_invoice(till)
    statement = till.imported(camt([Move("50.00", text="нещо")]))
    payment = till.lines()[0].payment
    assert payment
    set_payment_client(payment_id=payment.pk, company_id=invoice.company_id, by=till.owner, at=till.at)
    allocate_payment(
        payment_id=payment.pk, invoice_id=invoice.pk, amount=Decimal("50.00"), by=till.owner, at=till.at
    )

    till.taken_back(statement)

    invoice.refresh_from_db()
    assert invoice.outstanding == invoice.total


def test_a_fee_that_was_forgiven_beside_it_is_owed_again(till: Till) -> None:
    till.account()
    invoice = issued_invoice(till)
    statement = till.imported(camt([Move("110.00", text="превод")]))
    payment = Payment.objects.get()
    decision = accept_candidate(
        payment_id=payment.pk, invoice_id=invoice.pk, rest=Rest.FEE, by=till.owner, at=till.at
    )
    invoice.refresh_from_db()
    assert invoice.outstanding == 0

    assert till.taken_back(statement).state == "undone"

    invoice.refresh_from_db()
    decision.refresh_from_db()
    assert (invoice.outstanding, decision.state) == (invoice.total, "undone")


def test_what_stands_in_the_way_stops_it_and_is_told(till: Till) -> None:
    till.account()
    invoice = issued_invoice(till)
    statement = till.imported(camt([Move("110.00", text="превод"), *MOVES[1:]]))
    payment = Payment.objects.get(amount="110.00")
    decision = accept_candidate(
        payment_id=payment.pk, invoice_id=invoice.pk, rest=Rest.DISCOUNT, by=till.owner, at=till.at
    )
    assert decision.note is not None
    undo_statement(statement_id=statement.pk, reason="Грешен файл", by=till.owner, at=till.at)
    note = issue_invoice(invoice_id=decision.note.pk, by=till.owner, at=till.at)

    till.run_jobs()

    statement.refresh_from_db()
    assert (statement.state, statement.problem) == (
        "stopped",
        "The credit note has been issued. Annul it first.",
    )
    assert len(till.lines()) == 3
    till.at += timedelta(minutes=1)
    with override("en"), pytest.raises(CannotBeTakenBack, match=f"Annul it first: {note.number}"):
        till.taken_back(statement)
    annul_invoice(invoice_id=note.pk, reason="Отказ", by=till.owner, at=till.at)
    assert till.taken_back(statement).state == "undone"
    assert not BankLine.objects.exists()
