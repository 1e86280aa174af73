"""What the bank takes back is taken back here too."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tenant_apps.invoices.models import Payment
from tenant_apps.reconciliation.operations import reversals
from tests.reconciliation.conftest import Till
from tests.reconciliation.samples import Move, camt, swift

CREDIT = Move("120.00", on="2026-11-03", text="аванс", end_to_end_id="E-1", reference="R1")
BACK = Move("-120.00", on="2026-11-06", text="аванс", end_to_end_id="E-1", reference="R9", is_reversal=True)
FEE = Move("-12.50", on="2026-11-04", name="Банка", iban="", text="Такса превод", reference="R2")
FEE_BACK = Move("12.50", on="2026-11-07", name="Банка", iban="", text="Такса превод", is_reversal=True)


@pytest.mark.parametrize(
    "content", [camt([CREDIT, BACK]), camt([CREDIT, BACK], version="08"), swift([CREDIT, BACK])]
)
def test_a_reversal_gives_the_payment_back(till: Till, content: str) -> None:
    till.account()

    statement = till.imported(content)

    original, reversal = till.lines()
    assert (reversal.explanation, reversal.reverses) == ("reversal", original)
    payment = Payment.objects.get()
    assert (payment.refunded_total, payment.unallocated) == (Decimal("120.00"), Decimal("0.00"))
    assert reversal.refund and reversal.refund.external_key == f"bank:{reversal.pk}"
    assert [part.is_right for part in statement.parts.all()] == [True]


def test_a_reversal_may_come_in_a_later_file(till: Till) -> None:
    till.account()
    till.imported(camt([CREDIT]))

    till.imported(camt([BACK], number="STMT-2"))

    assert Payment.objects.get().refunded_total == Decimal("120.00")


def test_the_original_may_come_in_after_its_reversal(till: Till) -> None:
    till.account()
    till.imported(camt([BACK], number="STMT-2"))
    assert till.lines()[0].explanation == "open"

    till.imported(camt([CREDIT]))

    assert Payment.objects.get().refunded_total == Decimal("120.00")


def test_a_fee_that_comes_back_is_no_payment(till: Till) -> None:
    till.account()

    till.imported(camt([FEE, FEE_BACK]))

    assert [line.explanation for line in till.lines()] == ["reversed", "reversal"]
    assert not Payment.objects.exists()


def test_a_reversal_that_fits_several_waits_for_a_human(till: Till) -> None:
    till.account()
    first = Move("120.00", on="2026-11-02", name="", iban="", text="вноска едно")
    second = Move("120.00", on="2026-11-03", name="", iban="", text="вноска две")
    back = Move("-120.00", on="2026-11-05", name="", iban="", text="", is_reversal=True)

    till.imported(camt([first, second, back]))

    assert [line.explanation for line in till.lines()] == ["payment", "payment", "open"]
    assert sum(payment.refunded_total for payment in Payment.objects.all()) == 0


def test_the_second_time_changes_nothing(till: Till) -> None:
    till.account()
    till.imported(camt([CREDIT, BACK]))

    till.imported(camt([CREDIT, BACK], number="STMT-2"))

    assert Payment.objects.get().refunded_total == Decimal("120.00")


MONTHS = [
    Move("10.00", on="2026-10-01", text="такса октомври"),
    Move("10.00", on="2026-11-01", text="такса ноември"),
]
NOVEMBER_BACK = Move("-10.00", on="2026-11-02", text="Сторно: такса ноември", is_reversal=True)


def test_of_two_payments_of_one_payer_the_text_says_which(till: Till) -> None:
    till.account()

    till.imported(camt([*MONTHS, NOVEMBER_BACK]))

    assert [line.payment.refunded_total for line in till.lines() if line.payment] == [0, Decimal("10.00")]


def test_an_older_payment_of_the_same_payer_is_not_taken_for_one_that_is_missing(till: Till) -> None:
    till.account()

    till.imported(camt([MONTHS[0], NOVEMBER_BACK]))

    october, reversal = till.lines()
    assert (october.payment and october.payment.refunded_total, reversal.explanation) == (0, "open")


def test_the_bank_may_word_it_anew_where_the_transfer_has_an_id(till: Till) -> None:
    till.account()
    back = replace(BACK, text="AC04 закрита сметка")

    till.imported(camt([CREDIT, back]))

    assert Payment.objects.get().refunded_total == Decimal("120.00")


def test_of_more_lines_than_are_compared_a_human_says_which(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reversals, "COMPARED", 3)
    others = [Move("10.00", on="2026-10-05", text=f"друг {n}", iban="", name=f"Друг{n}") for n in range(3)]
    till.account()

    till.imported(camt([MONTHS[0], *others, NOVEMBER_BACK]))

    assert {line.explanation for line in till.lines()} == {"payment", "open"}
    assert not Payment.objects.filter(refunded_total__gt=0).exists()


def test_what_the_payer_s_account_rules_out_is_not_compared(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reversals, "COMPARED", 2)
    others = [Move("10.00", on="2026-11-01", text=f"{n}", iban="BG18RZBB91550123456789") for n in range(3)]
    till.account()

    till.imported(camt([*MONTHS, *others, NOVEMBER_BACK]))

    assert [one.reference for one in Payment.objects.filter(refunded_total__gt=0)] == ["такса ноември"]


def test_of_identical_rows_the_last_is_taken_back(till: Till) -> None:
    till.account()

    till.imported(camt([MONTHS[1], MONTHS[1], replace(NOVEMBER_BACK, text="такса ноември")]))

    first, second = [line for line in till.lines() if line.payment]
    assert first.payment and second.payment
    assert (first.payment.refunded_total, second.payment.refunded_total) == (0, Decimal("10.00"))
