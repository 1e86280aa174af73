"""A statement comes in: lines once, money once."""

from decimal import Decimal

import pytest

from tenant_apps.invoices.models import Payment
from tenant_apps.reconciliation.models import BankLine, Explanation
from tests.reconciliation.conftest import Till
from tests.reconciliation.samples import Move, camt, swift, table

MOVES = [
    Move("120.00", on="2026-11-03", text="ф-ра 0000000012", end_to_end_id="E-1", reference="R1"),
    Move("-12.50", on="2026-11-04", name="Банка", iban="", text="Такса превод", reference="R2"),
    Move("240.00", on="2026-11-05", name="Бета ЕООД", text="аванс", reference="R3"),
]


@pytest.mark.parametrize("content", [camt(MOVES), camt(MOVES, version="08"), swift(MOVES), table(MOVES)])
def test_every_format_brings_the_same_lines(till: Till, content: str | bytes) -> None:
    till.account()

    statement = till.imported(content)

    lines = till.lines()
    assert [(str(line.amount), line.booked_on.day, line.payer_name) for line in lines] == [
        ("120.00", 3, "Алфа ООД"),
        ("-12.50", 4, "Банка"),
        ("240.00", 5, "Бета ЕООД"),
    ]
    assert lines[0].text == "ф-ра 0000000012"
    assert [part.difference for part in statement.parts.all()] == [Decimal("0.00")]
    assert statement.counts["added"] == 3
    assert [line.explanation for line in lines] == ["payment", "open", "payment"]
    payment = lines[0].payment
    assert payment and (payment.amount, payment.external_key) == (Decimal("120.00"), f"bank:{lines[0].pk}")


def test_a_rehearsal_writes_nothing(till: Till) -> None:
    till.account()

    statement = till.rehearsed(camt(MOVES))

    assert (statement.state, statement.rehearsal["added"], statement.rehearsal["payments"]) == (
        "rehearsed",
        3,
        2,
    )
    assert not BankLine.objects.exists()
    assert not Payment.objects.exists()
