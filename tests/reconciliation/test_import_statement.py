"""A statement comes in: lines once, money once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_apps.jobs.models import Job
from tenant_apps.crm.operations import CompanyChange, create_company
from tenant_apps.invoices.models import Invoice, Payment
from tenant_apps.invoices.operations import (
    InvoiceInput,
    ItemInput,
    PaymentInput,
    create_invoice,
    issue_invoice,
    record_payment,
    refund_payment,
)
from tenant_apps.reconciliation.models import BankLine, Explanation
from tenant_apps.reconciliation.operations import import_statement
from tenant_apps.reconciliation.tasks import take_in
from tests.reconciliation.conftest import OTHER_IBAN, PAYER_IBAN, Till
from tests.reconciliation.samples import Move, camt, camt_of, camt_statement, swift, table

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


def test_the_same_movements_again_add_nothing(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES))

    again = till.imported(camt(MOVES, number="STMT-2"))

    assert (again.counts.get("added", 0), again.counts["seen"]) == (0, 3)
    assert BankLine.objects.count() == 3
    assert Payment.objects.count() == 2


def test_a_file_that_overlaps_adds_only_what_is_new(till: Till) -> None:
    till.account()
    till.imported(camt(MOVES[:2]))

    till.imported(camt(MOVES, number="STMT-2"))

    assert [str(line.amount) for line in till.lines()] == ["120.00", "-12.50", "240.00"]


def test_truly_identical_rows_are_both_kept(till: Till) -> None:
    till.account()
    twins = [MOVES[0], MOVES[0]]

    till.imported(camt(twins))
    till.imported(camt([*twins, MOVES[2]], number="STMT-2"))

    assert [(str(line.amount), line.occurrence) for line in till.lines()] == [
        ("120.00", 1),
        ("120.00", 2),
        ("240.00", 1),
    ]
    assert Payment.objects.count() == 3


@pytest.mark.parametrize("other", [camt(MOVES, version="08", number="X"), swift(MOVES), table(MOVES)])
def test_the_same_month_in_another_format_adds_nothing(till: Till, other: str | bytes) -> None:
    till.account()
    till.imported(camt(MOVES))

    again = till.imported(other)

    assert (again.counts.get("added", 0), again.counts["seen"]) == (0, 3)


def test_pending_entries_are_skipped_and_counted(till: Till) -> None:
    till.account()
    pending = Move("50.00", status="PDNG", text="още не е минало")

    statement = till.imported(camt([*MOVES, pending]))
    assert statement.counts["pending"] == 1
    assert BankLine.objects.count() == 3

    till.imported(camt([*MOVES, Move("50.00", text="още не е минало")], number="STMT-2"))
    assert BankLine.objects.count() == 4


def test_a_file_may_tell_of_several_accounts(till: Till) -> None:
    one, other = till.account(), till.account(OTHER_IBAN, "USD", "Доларова")
    both = camt_of(
        [
            camt_statement(MOVES[:1]),
            camt_statement(MOVES[1:2], iban=OTHER_IBAN, currency="USD", number="STMT-9", opening="50.00"),
        ]
    )

    statement = till.imported(both)

    assert [(line.account_id, line.currency) for line in till.lines()] == [(one.pk, "EUR"), (other.pk, "USD")]
    assert [part.is_right for part in statement.parts.order_by("position")] == [True, True]


def test_a_statement_that_stands_twice_in_a_file_counts_once(till: Till) -> None:
    till.account()
    part = camt_statement(MOVES)

    statement = till.imported(camt_of([part, part]))

    assert BankLine.objects.count() == 3
    assert [one.is_repeated for one in statement.parts.order_by("position")] == [False, True]


def test_balances_that_do_not_agree_are_told(till: Till) -> None:
    till.account()

    statement = till.imported(camt(MOVES, closing="1350.00"))

    assert [part.difference for part in statement.parts.all()] == [Decimal("2.50")]


def test_balances_that_are_not_told_cannot_be_checked(till: Till) -> None:
    till.account()

    statement = till.imported(camt(MOVES, opening=None, closing=None))

    assert [part.is_right for part in statement.parts.all()] == [None]


def test_one_broken_entry_loses_no_other(till: Till) -> None:
    till.account()
    broken = camt(MOVES).replace('<Amt Ccy="EUR">12.50</Amt>', '<Amt Ccy="EUR">12.5O</Amt>')

    statement = till.imported(broken)

    assert [str(line.amount) for line in till.lines()] == ["120.00", "240.00"]
    (row,) = statement.rows.filter(outcome="failed")
    assert (row.place, row.field, row.problem) == ("2", "amount", "number")
    assert row.texts["text"] == "Такса превод"


def test_transfers_between_own_accounts_are_told_at_once(till: Till) -> None:
    till.account()
    till.account(OTHER_IBAN, name="Спестовна")

    till.imported(
        camt([Move("-500.00", iban=OTHER_IBAN, name="Ние"), Move("30.00", iban=OTHER_IBAN, name="Ние")])
    )

    assert {line.explanation for line in till.lines()} == {Explanation.TRANSFER}
    assert not Payment.objects.exists()


def test_a_known_invoice_number_links_the_money(till: Till) -> None:
    till.account()
    invoice = issued_invoice(till)

    statement = till.imported(camt([Move(str(invoice.total), text=f"Фактура {invoice.number}")]))

    assert statement.rehearsal["linked"] == statement.counts["linked"] == 1
    invoice.refresh_from_db()
    assert invoice.outstanding == 0


@pytest.mark.parametrize(
    "known", [{"payer_iban": PAYER_IBAN}, {"end_to_end_id": "E-1"}, {"reference": "Фактура 0000000012"}]
)
def test_money_that_somebody_typed_is_not_booked_again(till: Till, known: dict[str, str]) -> None:
    till.account()
    typed = typed_payment(till, **known)

    statement = till.imported(camt(MOVES))

    assert statement.counts["recorded_before"] == 1
    line = till.lines()[0]
    assert line.payment == typed
    assert Payment.objects.filter(amount="120.00").count() == 1


@pytest.mark.parametrize("given_back", ["20.00", "120.00"])
def test_money_that_was_given_back_came_in_all_the_same(till: Till, given_back: str) -> None:
    till.account()
    typed = typed_payment(till, payer_iban=PAYER_IBAN)
    refund_payment(
        payment_id=typed.pk,
        amount=Decimal(given_back),
        refunded_on=date(2026, 11, 3),
        reason="Върната стока",
        by=till.owner,
        at=till.at,
    )

    till.imported(camt(MOVES))

    assert till.lines()[0].payment == typed
    assert Payment.objects.filter(amount="120.00").count() == 1


def test_money_that_may_be_a_typed_payment_waits_for_a_human(till: Till) -> None:
    till.account()
    typed = typed_payment(till)

    statement = till.imported(camt(MOVES))

    line = till.lines()[0]
    assert (line.explanation, line.candidates) == ("ask", [str(typed.pk)])
    assert statement.counts["asked"] == 1
    assert Payment.objects.filter(amount="120.00").count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"payer_iban": "DE89370400440532013000"},
        {"end_to_end_id": "E-2"},
        {"reference": "Фактура 0000000013"},
        {"payer_name": "Гама АД"},
        {"received_on": date(2026, 10, 20)},
        {"method": "cash"},
        {"currency": "USD"},
    ],
)
def test_other_money_of_the_same_amount_is_other_money(till: Till, other: dict[str, Any]) -> None:
    till.account()
    typed_payment(till, **other)

    till.imported(camt(MOVES))

    assert till.lines()[0].explanation == "payment"
    assert Payment.objects.filter(amount="120.00").count() == 2


def test_who_paid_from_an_account_before_is_whose_money_it_is(till: Till) -> None:
    till.account()
    invoice = issued_invoice(till)
    till.imported(camt([Move(str(invoice.total), text=f"Фактура {invoice.number}")]))

    till.imported(camt([Move("77.00", on="2026-11-09", text="без номер")], number="S2"))

    payment = till.lines()[1].payment
    assert payment and payment.company_id == invoice.company_id


def test_payments_of_a_file_are_matched_with_it_and_by_no_job(till: Till) -> None:
    till.account()
    moves = [Move(f"{number}.00", text=f"поръчка {number}", iban="") for number in range(10, 40)]
    statement = till.rehearsed(camt(moves))
    Job.objects.all().delete()

    import_statement(statement_id=statement.pk, by=till.owner, at=till.at)
    ran = till.run_jobs()

    assert "match_payments_with_invoices" not in ran
    assert Payment.objects.exclude(unmatched_reason="").count() == len(moves)


def test_a_batch_takes_as_many_statements_as_an_entry(till: Till) -> None:
    till.account()

    def statements(count: int, number: str) -> int:
        moves = [
            Move(f"{1 + one}.00", name=f"{number} {one}", text=f"{number} {one}") for one in range(count)
        ]
        statement = till.rehearsed(camt(moves, number=number))
        statement = import_statement(statement_id=statement.pk, by=till.owner, at=till.at)
        with CaptureQueriesContext(connection) as captured:
            take_in(statement, till.owner)
        till.run_jobs()
        return len(captured)

    assert statements(60, "many") <= statements(2, "few") + 4


def typed_payment(till: Till, **known: Any) -> Payment:
    wanted = {"amount": Decimal("120.00"), "currency": "EUR", "received_on": date(2026, 11, 2)} | known
    return record_payment(payment=PaymentInput(**wanted), by=till.owner, at=till.at)


def issued_invoice(till: Till) -> Invoice:
    company = create_company(
        details=CompanyChange(name="Алфа ООД", eik="121644736", address="ул. Първа 1"),
        by=till.owner,
        at=till.at,
    )
    item = ItemInput(description="Нещо", quantity=Decimal(1), unit_price=Decimal(100), vat_rate=Decimal(20))
    draft = InvoiceInput(company_id=company.pk, currency="EUR", items=(item,))
    invoice = create_invoice(draft=draft, by=till.owner, at=till.at)
    return issue_invoice(invoice_id=invoice.pk, by=till.owner, at=till.at)
