"""Arithmetic of whole documents: discounts, prices with VAT, and what notes may take."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.invoices.rules import (
    Discount,
    LineInput,
    VatGroup,
    compute_totals,
    exceeding,
    in_euro,
    net_of,
    spread,
    to_cents,
    what_remains,
)

D = Decimal

lines = st.lists(
    st.builds(
        LineInput,
        quantity=st.decimals("0.001", 1000, places=3),
        unit_price=st.decimals(0, 10_000, places=4),
        discount_percent=st.sampled_from([D(0), D(10), D("33.33"), D(100)]),
        vat_rate=st.sampled_from([D(20), D(9), D(0), None]),
        vat_code=st.sampled_from(["", "exempt"]),
    ),
    min_size=1,
    max_size=12,
)
discounts = st.one_of(
    st.builds(Discount, percent=st.sampled_from([D(0), D(5), D("12.5"), D(100)])),
    st.builds(Discount, amount=st.decimals(0, 500, places=2)),
)


def gross(price: str, rate: str = "20") -> LineInput:
    return LineInput(D(1), D(price), vat_rate=D(rate), vat_code="standard")


@given(lines, st.booleans(), discounts)
def test_no_cent_is_lost(some, with_vat, discount):
    totals = compute_totals(some, prices_include_vat=with_vat, discount=discount)
    priced = sum(totals.line_amounts)
    assert sum(group.base for group in totals.groups) == totals.net_total
    assert sum(group.vat for group in totals.groups) == totals.vat_total
    assert sum(totals.line_nets) == totals.net_total + totals.discount_total
    assert (totals.total if with_vat else totals.net_total) == priced - discount.of(priced)
    assert all(group.base >= 0 and group.vat >= 0 and group.discount >= 0 for group in totals.groups)


@given(lines, discounts)
def test_prices_with_vat_give_the_gross_that_was_agreed(some, discount):
    totals = compute_totals(some, prices_include_vat=True, discount=discount)
    for group in totals.groups:
        assert group.vat == group.gross - net_of(group.gross, group.rate)
        assert abs(group.vat - group.base * (group.rate or 0) / 100) <= D("0.01")


def test_a_gross_price_that_no_base_times_rate_gives():
    totals = compute_totals([gross("9.99")], prices_include_vat=True)
    assert (totals.net_total, totals.vat_total, totals.total) == (D("8.33"), D("1.66"), D("9.99"))


def test_two_lines_of_one_gross_price_share_the_cent():
    totals = compute_totals([gross("0.99"), gross("0.99"), gross("0.99")], prices_include_vat=True)
    assert totals.net_total == D("2.48") == sum(totals.line_nets)
    assert sorted(totals.line_nets) == [D("0.82"), D("0.83"), D("0.83")]


def test_a_document_discount_is_shared_by_the_groups():
    some = [LineInput(D(1), D(100), vat_rate=D(20)), LineInput(D(1), D(50), vat_rate=D(9))]
    totals = compute_totals(some, discount=Discount(amount=D("10.00")))
    assert [(group.base, group.discount) for group in totals.groups] == [
        (D("93.33"), D("6.67")),
        (D("46.67"), D("3.33")),
    ]
    assert totals.discount_total == D("10.00")


def test_a_deduction_is_no_part_of_what_is_discounted():
    work = LineInput(D(1), D(1000), vat_rate=D(20))
    advance = LineInput(D(-1), D(300), vat_rate=D(20), is_deduction=True)
    totals = compute_totals([work, advance], discount=Discount(percent=D(10)))
    assert (totals.discount_total, totals.net_total) == (D("100.00"), D("600.00"))


@given(lines, st.booleans(), discounts, st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_notes_take_an_invoice_to_the_cent_and_no_further(some, with_vat, discount, parts):
    """However an invoice is cut into credit notes, they take it whole, the last one the odd cents too."""
    invoice = compute_totals(some, prices_include_vat=with_vat, discount=discount)
    taken: list[VatGroup] = []
    for turn, part in enumerate(parts):
        left = what_remains(invoice.groups, taken)
        share = D(1) if turn == len(parts) - 1 else D(part) / 10
        wanted = [
            LineInput(
                D(1),
                (group.gross if with_vat else group.base) * share,
                vat_rate=group.rate,
                vat_code=group.code,
            )
            for group in left.values()
        ]
        note = compute_totals(wanted, prices_include_vat=with_vat, remaining=left)
        assert not exceeding(note.groups, left)
        taken += note.groups
    assert all(group.base == 0 == group.vat for group in what_remains(invoice.groups, taken).values())


def test_a_note_that_takes_too_much_is_found_out():
    left = what_remains([VatGroup(D("20.00"), D("10.00"), D("2.00"), "standard")], [])
    too_much = compute_totals(
        [LineInput(D(1), D("10.01"), vat_rate=D(20), vat_code="standard")], remaining=left
    )
    other_rate = compute_totals(
        [LineInput(D(1), D("1.00"), vat_rate=D(9), vat_code="reduced")], remaining=left
    )
    assert exceeding(too_much.groups, left) and exceeding(other_rate.groups, left)


@given(st.decimals(0, 10_000, places=2), st.lists(st.decimals("0.01", 500, places=2), min_size=1, max_size=9))
def test_shares_add_up(total, weights):
    shares = spread(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    assert all(
        abs(share - total * weight / whole) < D("0.01") for share, weight in zip(shares, weights, strict=True)
    )


def test_cents_go_to_whom_rounding_wronged_most():
    assert to_cents([D("0.333"), D("0.333"), D("0.334")], D("1.00")) == [D("0.33"), D("0.33"), D("0.34")]


def test_euro_are_divided_and_rounded_once():
    assert in_euro(D("100.00"), D("1.0834")) == D("92.30")


@pytest.mark.parametrize("amount", ["0.00", "50.00", "999.99"])
def test_a_discount_never_takes_more_than_there_is(amount):
    totals = compute_totals([LineInput(D(1), D(50), vat_rate=D(20))], discount=Discount(amount=D(amount)))
    assert totals.net_total == max(D(50) - D(amount), D(0))
