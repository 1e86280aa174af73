"""What a line is, said by a person; and taken back."""

from decimal import Decimal

import pytest

from tenant_apps.invoices.models import Payment
from tenant_apps.invoices.operations import void_payment
from tenant_apps.reconciliation.models import BankLine
from tenant_apps.reconciliation.operations import (
    AlreadyExplained,
    MoneyIsLinked,
    NotExplained,
    OtherMoney,
    ReversalStays,
    WrongDirection,
    ask_about_voided_payment,
    explain_as_refund,
    explain_by_payment,
    mark_bank_line,
    record_line_payment,
    reopen_bank_line,
)
from tests.reconciliation.conftest import PAYER_IBAN, Till
from tests.reconciliation.samples import Move, camt
from tests.reconciliation.test_import_statement import MOVES, issued_invoice, typed_payment
from tests.reconciliation.test_reversals import BACK, CREDIT


def now(line: BankLine) -> BankLine:
    return BankLine.objects.select_related("payment", "refund").get(pk=line.pk)


def test_a_debit_is_marked_as_a_fee_and_opened_again(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES))
    fee = till.lines()[1]

    mark_bank_line(line_id=fee.pk, explanation="fee", note="Месечна", by=till.owner, at=till.at)
    assert (now(fee).explanation, now(fee).note, now(fee).explained_by) == (
        "fee",
        "Месечна",
        till.owner.label,
    )

    reopen_bank_line(line_id=fee.pk, by=till.owner, at=till.at)
    assert (now(fee).explanation, now(fee).note, now(fee).explained_by) == ("open", "", "")


def test_money_that_is_not_ours_is_no_payment_until_it_is_ours_again(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES))
    line = till.lines()[0]

    mark_bank_line(line_id=line.pk, explanation="not_ours", by=till.owner, at=till.at)
    assert Payment.objects.get(external_key=f"bank:{line.pk}").voided_at

    reopen_bank_line(line_id=line.pk, by=till.owner, at=till.at)
    payment = now(line).payment
    assert payment and (payment.external_key, payment.voided_at) == (f"bank:{line.pk}:2", None)


def test_money_that_an_invoice_has_is_not_marked(till: Till) -> None:
    till.account()
    invoice = issued_invoice(till)
    till.imported(camt([Move("120.00", text=f"Фактура {invoice.number}")]))

    with pytest.raises(MoneyIsLinked):
        mark_bank_line(line_id=till.lines()[0].pk, explanation="not_ours", by=till.owner, at=till.at)


def test_the_second_time_is_refused(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES))
    fee = till.lines()[1].pk
    mark_bank_line(line_id=fee, explanation="fee", by=till.owner, at=till.at)

    with pytest.raises(AlreadyExplained):
        mark_bank_line(line_id=fee, explanation="fee", by=till.owner, at=till.at)


def test_a_line_is_a_payment_that_was_typed_without_details(till: Till) -> None:
    till.account()
    typed = typed_payment(till)
    till.imported(camt(MOVES))
    line = till.lines()[0]

    explain_by_payment(line_id=line.pk, payment_id=typed.pk, by=till.owner, at=till.at)

    assert (now(line).explanation, now(line).payment) == ("payment", typed)
    assert Payment.objects.filter(amount="120.00").count() == 1


def test_a_line_is_not_the_typed_payment_after_all(till: Till) -> None:
    till.account()
    typed_payment(till)
    till.imported(camt(MOVES))
    line = till.lines()[0]

    record_line_payment(line_id=line.pk, by=till.owner, at=till.at)

    assert now(line).own_payments == 1
    assert Payment.objects.filter(amount="120.00", voided_at=None).count() == 2


def test_a_payment_that_a_line_recorded_gives_way_to_the_typed_one(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES))
    line = till.lines()[0]
    typed = typed_payment(till)

    explain_by_payment(line_id=line.pk, payment_id=typed.pk, by=till.owner, at=till.at)

    assert [payment.pk for payment in Payment.objects.filter(amount="120.00", voided_at=None)] == [typed.pk]
    with pytest.raises(OtherMoney):
        explain_by_payment(line_id=till.lines()[2].pk, payment_id=typed.pk, by=till.owner, at=till.at)


def test_what_another_door_recorded_is_asked_about_when_it_is_opened_again(till: Till) -> None:
    till.account()
    typed = typed_payment(till, end_to_end_id="E-1")
    till.imported(camt(MOVES))
    line = till.lines()[0]

    reopen_bank_line(line_id=line.pk, by=till.owner, at=till.at)

    assert (now(line).explanation, now(line).candidates) == ("ask", [str(typed.pk)])


def test_money_that_is_simply_recorded_has_nothing_to_take_back(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES))

    for line in till.lines()[:2]:
        with pytest.raises(NotExplained):
            reopen_bank_line(line_id=line.pk, by=till.owner, at=till.at)


def test_a_payment_that_is_voided_by_hand_leaves_its_line_to_a_human(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES))
    line = till.lines()[0]
    assert line.payment

    void_payment(payment_id=line.payment.pk, reason="Погрешка", by=till.owner, at=till.at)
    till.run_jobs()

    assert (now(line).explanation, now(line).payment) == ("ask", None)
    assert "Погрешка" in now(line).note
    record_line_payment(line_id=line.pk, by=till.owner, at=till.at)
    again = now(line).payment
    assert again and (again.external_key, again.voided_at) == (f"bank:{line.pk}:2", None)


def test_a_typed_payment_that_is_voided_leaves_its_line_too(till: Till) -> None:
    till.account()
    typed = typed_payment(till, payer_iban=PAYER_IBAN)
    till.imported(camt(MOVES))
    line = till.lines()[0]
    assert line.payment == typed

    void_payment(payment_id=typed.pk, reason="Погрешка", by=till.owner, at=till.at)
    till.run_jobs()

    assert now(line).explanation == "ask"


def test_a_line_whose_payment_is_void_can_be_opened_at_once(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES))
    line = till.lines()[0]
    assert line.payment
    void_payment(payment_id=line.payment.pk, reason="Погрешка", by=till.owner, at=till.at)

    reopen_bank_line(line_id=line.pk, by=till.owner, at=till.at)
    till.run_jobs()

    payment = now(line).payment
    assert payment and (payment.external_key, payment.voided_at) == (f"bank:{line.pk}:2", None)


def test_what_is_said_of_a_line_is_not_undone_by_its_void_payment(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES))
    line = till.lines()[0]

    mark_bank_line(line_id=line.pk, explanation="not_ours", by=till.owner, at=till.at)
    till.run_jobs()

    assert now(line).explanation == "not_ours"
    with pytest.raises(NotExplained):
        ask_about_voided_payment(line_id=line.pk, by=till.owner, at=till.at)


def test_money_that_went_out_gave_a_payment_back(till: Till) -> None:
    till.account()
    invoice = issued_invoice(till)
    back = Move("-120.00", on="2026-11-10", text="Връщаме Ви парите")
    till.imported(camt([Move("120.00", text=f"Фактура {invoice.number}"), back]))
    came, went = till.lines()
    assert came.payment

    explain_as_refund(line_id=went.pk, payment_id=came.payment.pk, by=till.owner, at=till.at)

    invoice.refresh_from_db()
    assert invoice.outstanding == invoice.total
    assert Payment.objects.get().refunded_total == Decimal("120.00")

    reopen_bank_line(line_id=went.pk, by=till.owner, at=till.at)
    assert (now(went).explanation, Payment.objects.get().refunded_total) == ("open", Decimal("0.00"))
    explain_as_refund(line_id=went.pk, payment_id=came.payment.pk, by=till.owner, at=till.at)
    assert Payment.objects.get().refunded_total == Decimal("120.00")


def test_each_is_said_of_money_that_goes_its_way(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES))
    came, went, other = till.lines()
    assert other.payment

    with pytest.raises(WrongDirection):
        record_line_payment(line_id=went.pk, by=till.owner, at=till.at)
    with pytest.raises(WrongDirection):
        explain_as_refund(line_id=came.pk, payment_id=other.payment.pk, by=till.owner, at=till.at)


def test_what_the_bank_took_back_stays(till: Till) -> None:
    till.account()
    till.imported(camt([CREDIT, BACK]))

    with pytest.raises(ReversalStays):
        reopen_bank_line(line_id=till.lines()[1].pk, by=till.owner, at=till.at)
