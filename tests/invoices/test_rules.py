from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.invoices import rules
from tenant_apps.invoices.rules import (
    LineInput,
    VatGroup,
    compute_totals,
    status_of,
)

TODAY = date(2026, 3, 15)
NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)


def line(quantity, unit_price, discount="0", rate: str | None = "20"):
    return LineInput(
        Decimal(quantity), Decimal(unit_price), Decimal(discount), None if rate is None else Decimal(rate)
    )


lines = st.builds(
    LineInput,
    quantity=st.decimals(min_value="-9999", max_value="9999", places=3),
    unit_price=st.decimals(min_value="0", max_value="99999", places=4),
    discount_percent=st.decimals(min_value="0", max_value="100", places=2),
    vat_rate=st.sampled_from([Decimal("20"), Decimal("20.00"), Decimal("9"), Decimal("0"), None]),
)


def test_vat_is_taken_once_per_rate_from_rounded_lines():
    totals = compute_totals([line("1", "0.33"), line("1", "0.33"), line("1", "0.33")])
    assert totals.groups == (VatGroup(Decimal("20.00"), Decimal("0.99"), Decimal("0.20")),)
    assert (totals.net_total, totals.vat_total, totals.total) == (
        Decimal("0.99"),
        Decimal("0.20"),
        Decimal("1.19"),
    )


def test_groups_fall_by_rate_and_end_without_vat():
    totals = compute_totals(
        [line("1", "5", rate=None), line("1", "100", rate="9"), line("2", "50"), line("1", "7", rate="0")]
    )
    assert [(group.rate, group.base, group.vat) for group in totals.groups] == [
        (Decimal("20.00"), Decimal("100.00"), Decimal("20.00")),
        (Decimal("9.00"), Decimal("100.00"), Decimal("9.00")),
        (Decimal("0.00"), Decimal("7.00"), Decimal("0.00")),
        (None, Decimal("5.00"), Decimal("0.00")),
    ]
    assert totals.total == Decimal("241.00")
    assert totals.line_nets == tuple(map(Decimal, ("5.00", "100.00", "100.00", "7.00")))


def test_one_rate_in_two_spellings_is_one_group():
    assert len(compute_totals([line("1", "1", rate="20"), line("1", "1", rate="20.00")]).groups) == 1


def test_discount_and_half_cents():
    assert compute_totals([line("3", "0.115")]).net_total == Decimal("0.35")
    assert compute_totals([line("1", "10", discount="33.33")]).net_total == Decimal("6.67")
    assert compute_totals([line("1", "0.05", rate="9")]).vat_total == Decimal("0.00")
    assert compute_totals([line("1", "0.50", rate="9")]).vat_total == Decimal("0.05")


def test_no_lines_come_to_nothing():
    totals = compute_totals([])
    assert (totals.net_total, totals.vat_total, totals.total, totals.groups) == (0, 0, 0, ())
    assert str(totals.total) == "0.00"


@given(st.lists(lines, max_size=12))
def test_totals_add_up_and_no_cent_is_lost(some_lines):
    totals = compute_totals(some_lines)
    assert totals.total == totals.net_total + totals.vat_total
    assert sum(group.base for group in totals.groups) == totals.net_total == sum(totals.line_nets)
    assert sum(group.vat for group in totals.groups) == totals.vat_total
    for group in totals.groups:
        assert abs(group.vat - group.base * (group.rate or 0) / 100) <= Decimal("0.005")
    assert all(amount == round(amount, 2) for amount in (totals.net_total, totals.vat_total))


@given(st.lists(lines, max_size=8), st.randoms())
def test_the_order_of_lines_changes_no_total(some_lines, random):
    shuffled = random.sample(some_lines, len(some_lines))
    one, other = compute_totals(some_lines), compute_totals(shuffled)
    assert (one.groups, one.total) == (other.groups, other.total)


@given(st.lists(lines, max_size=8))
def test_a_mirrored_document_comes_to_the_opposite(some_lines):
    mirrored = [LineInput(-x.quantity, x.unit_price, x.discount_percent, x.vat_rate) for x in some_lines]
    assert compute_totals(mirrored).total == -compute_totals(some_lines).total


def test_an_invoice_only_moves_forward():
    allowed = {pair for pair in product(rules.STATES, repeat=2) if rules.may_become(*pair)}
    assert allowed == {("draft", "issued"), ("issued", "annulled")}


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"state": "draft", "due_date": date(2026, 1, 1)}, "draft"),
        ({"state": "annulled", "paid_total": "100"}, "annulled"),
        ({"paid_total": "100", "due_date": date(2026, 1, 1)}, "paid"),
        ({"total": "0"}, "paid"),
        ({"due_date": date(2026, 3, 14), "paid_total": "99.99"}, "overdue"),
        ({"due_date": TODAY, "paid_total": "0.01"}, "partly_paid"),
        ({"due_date": TODAY, "sent_at": NOON}, "sent"),
        ({"due_date": None, "sent_at": NOON, "paid_total": "1"}, "partly_paid"),
        ({"due_date": None}, "issued"),
        ({"credited_total": "100", "due_date": date(2026, 1, 1)}, "credited"),
        ({"credited_total": "40", "paid_total": "60"}, "paid"),
        ({"credited_total": "40", "due_date": date(2026, 1, 1)}, "overdue"),
        ({"written_off_total": "10", "paid_total": "90", "due_date": date(2026, 1, 1)}, "paid"),
        ({"written_off_total": "10", "credited_total": "40", "paid_total": "50"}, "paid"),
        ({"written_off_total": "10", "due_date": date(2026, 1, 1)}, "overdue"),
        ({"kind": "credit_note", "due_date": date(2026, 1, 1)}, "issued"),
        ({"kind": "proforma", "sent_at": NOON, "due_date": date(2026, 1, 1)}, "sent"),
        ({"kind": "debit_note", "paid_total": "100"}, "paid"),
    ],
)
def test_status_is_the_first_that_fits(facts, status):
    everyday = {"kind": "invoice", "state": "issued", "sent_at": None, "due_date": None}
    amounts = {"total": "100", "paid_total": "0", "credited_total": "0", "written_off_total": "0"}
    all_facts = everyday | amounts | facts
    all_facts |= {name: Decimal(all_facts[name]) for name in amounts}
    assert status_of(**all_facts, on=TODAY) == status
    assert status in rules.STATUSES


@pytest.mark.parametrize(
    ("kind", "state", "total", "paid", "credited", "written_off", "owed"),
    [
        ("invoice", "draft", "10", "0", "0", "0", "0.00"),
        ("invoice", "issued", "10", "4", "0", "0", "6"),
        ("invoice", "issued", "10", "4", "5", "0", "1"),
        ("invoice", "issued", "10", "4", "3", "2", "1"),
        ("invoice", "issued", "-5", "0", "0", "0", "0.00"),
        ("invoice", "annulled", "10", "0", "0", "0", "0.00"),
        ("debit_note", "issued", "10", "0", "0", "0", "10"),
        ("credit_note", "issued", "10", "0", "0", "0", "0.00"),
        ("proforma", "issued", "10", "0", "0", "0", "0.00"),
    ],
)
def test_only_what_is_issued_and_charges_is_owed(kind, state, total, paid, credited, written_off, owed):
    amounts = {
        "total": total,
        "paid_total": paid,
        "credited_total": credited,
        "written_off_total": written_off,
    }
    values = {name: Decimal(amount) for name, amount in amounts.items()}
    assert rules.outstanding(kind=kind, state=state, **values) == Decimal(owed)


def test_the_term_counts_from_issue():
    assert rules.default_due_date(date(2026, 2, 20), 14) == date(2026, 3, 6)
    assert rules.default_due_date(TODAY, 0) == TODAY
