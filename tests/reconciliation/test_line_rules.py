"""Lines like these are always …"""

from collections.abc import Callable
from typing import Any

import pytest

from shared_apps.core.errors import Refused
from tenant_apps.crm.models import Company
from tenant_apps.crm.operations import CompanyChange, create_company
from tenant_apps.invoices.models import Payment
from tenant_apps.reconciliation.models import LineRule
from tenant_apps.reconciliation.operations import (
    RuleInput,
    apply_line_rules,
    archive_line_rule,
    create_line_rule,
    take_back_line_rule,
)
from tests.reconciliation.conftest import PAYER_IBAN, Till
from tests.reconciliation.samples import camt
from tests.reconciliation.test_import_statement import MOVES


def rule(till: Till, **wanted: Any) -> LineRule:
    return create_line_rule(rule=RuleInput(**wanted), by=till.owner, at=till.at)


def client(till: Till) -> Company:
    return create_company(details=CompanyChange(name="Алфа ООД"), by=till.owner, at=till.at)


def test_at_import_a_rule_says_what_a_line_is(till: Till) -> None:
    till.account()
    fees = rule(till, text="такса превод", verdict="fee", sign="out")

    statement = till.imported(camt(MOVES))

    line = till.lines()[1]
    assert (line.explanation, line.rule) == ("fee", fees)
    assert statement.counts["by_rule"] == 1


def test_money_of_a_client_is_recorded_as_theirs(till: Till) -> None:
    till.account()
    company = client(till)
    rule(till, iban=PAYER_IBAN, verdict="client", company_id=company.pk)

    till.imported(camt(MOVES[:1]))

    payment = Payment.objects.get()
    assert (payment.company, till.lines()[0].rule is not None) == (company, True)


def test_on_demand_rules_are_asked_about_what_waits(till: Till, run_jobs: Callable[[], list[str]]) -> None:
    till.account()
    till.imported(camt(MOVES))
    rule(till, text="такса", verdict="fee")
    rule(till, text="аванс", verdict="not_ours")
    company = client(till)
    rule(till, text="0000000012", verdict="client", company_id=company.pk)

    apply_line_rules(by=till.owner, at=till.at)
    run_jobs()

    assert [line.explanation for line in till.lines()] == ["payment", "fee", "not_ours"]
    assert Payment.objects.get(voided_at=None).company == company


def test_a_rule_is_taken_back_with_all_that_it_said(till: Till, run_jobs: Callable[[], list[str]]) -> None:
    till.account()
    wrong = rule(till, iban=PAYER_IBAN, verdict="not_ours")
    till.imported(camt(MOVES))
    assert not Payment.objects.exists()

    take_back_line_rule(rule_id=wrong.pk, by=till.owner, at=till.at)
    run_jobs()

    assert [line.explanation for line in till.lines()] == ["payment", "open", "payment"]
    wrong.refresh_from_db()
    assert wrong.archived_at


def test_the_first_rule_that_is_about_a_line_counts_and_archived_ones_do_not(till: Till) -> None:
    till.account()
    gone = rule(till, text="такса", verdict="not_ours")
    archive_line_rule(rule_id=gone.pk, by=till.owner, at=till.at)
    first = rule(till, text="такса", verdict="fee")
    rule(till, text="такса превод", verdict="transfer")

    till.imported(camt(MOVES))

    assert till.lines()[1].rule == first


@pytest.mark.parametrize(
    "wanted",
    [
        {"verdict": "fee"},
        {"verdict": "fee", "text": "аб"},
        {"verdict": "fee", "iban": "BG00UNCR70001523456789"},
        {"verdict": "client", "text": "алфа"},
        {"verdict": "что", "text": "алфа"},
        {"verdict": "fee", "text": "алфа", "sign": "up"},
    ],
)
def test_a_rule_without_sense_is_refused(till: Till, wanted: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        rule(till, **wanted)
