"""What the bank takes back is taken back here too."""

from decimal import Decimal

import pytest

from tenant_apps.invoices.models import Payment
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
