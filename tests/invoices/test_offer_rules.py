"""Offers by the rules: what one may become, and how parts of it add up to the cent."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.invoices import rules
from tenant_apps.invoices.rules import Discount, LineInput, VatGroup, compute_totals

CENT = Decimal("0.01")
rates = st.sampled_from([Decimal("20"), Decimal("9"), Decimal("0"), Decimal("5.5"), Decimal("7.25"), None])
lines = st.builds(
    LineInput,
    quantity=st.decimals("0.001", "40", places=3),
    unit_price=st.decimals("0.01", "900", places=4),
    discount_percent=st.decimals("0", "60", places=2),
    vat_rate=rates,
)
documents = st.lists(lines, min_size=1, max_size=8)
percents = st.decimals("0.01", "100", places=2)
discounts = st.one_of(
    st.builds(Discount, percent=st.decimals("0", "40", places=2)),
    st.builds(Discount, amount=st.decimals("0", "30", places=2)),
)


def test_every_status_has_its_ways_and_answers_are_final() -> None:
    assert set(rules.OFFER_TRANSITIONS) == set(rules.OFFER_STATUSES)
    assert set().union(*rules.OFFER_TRANSITIONS.values()) <= set(rules.OFFER_STATUSES)
    assert rules.OFFER_TRANSITIONS[rules.ACCEPTED] == {rules.OFFER_SENT}
    assert rules.OFFER_TRANSITIONS[rules.SUPERSEDED] == frozenset()
    assert not rules.offer_may_become("draft", "accepted")


@given(documents, discounts, st.booleans(), st.lists(percents, min_size=1, max_size=3))
def test_advances_and_the_rest_are_the_offer_to_the_cent(
    items: list[LineInput], discount: Discount, with_vat: bool, parts: list[Decimal]
) -> None:
    whole = compute_totals(items, prices_include_vat=with_vat, discount=discount)
    taken: list[VatGroup] = []
    advances = Decimal(0)
    for percent in parts:
        pieces = rules.advance_of(whole.groups, taken, percent, prices_include_vat=with_vat)
        advance = compute_totals(
            [LineInput(Decimal(1), p.gross if with_vat else p.base, vat_rate=p.rate) for p in pieces],
            prices_include_vat=with_vat,
        )
        assert advance.total == sum((piece.gross for piece in pieces), Decimal(0))
        advances, taken = advances + advance.total, [*taken, *pieces]
    off = [
        LineInput(
            Decimal(-1), p.gross if with_vat else p.base, vat_rate=p.rate, vat_code=p.code, is_deduction=True
        )
        for p in taken
    ]
    rest = compute_totals([*items, *off], prices_include_vat=with_vat, discount=discount)
    assert rest.total >= 0
    assert advances + rest.total == whole.total


@given(documents, percents, st.booleans())
def test_an_advance_is_near_its_percent(items: list[LineInput], percent: Decimal, with_vat: bool) -> None:
    whole = compute_totals(items, prices_include_vat=with_vat)
    for piece in rules.advance_of(whole.groups, (), percent, prices_include_vat=with_vat):
        group = next(one for one in whole.groups if one.key == piece.key)
        assert Decimal(0) < piece.base <= group.base
        assert abs(piece.gross - group.gross * percent / 100) <= Decimal("0.10") + group.gross % 1


@given(documents, discounts)
def test_shares_of_a_discount_are_all_of_it(items: list[LineInput], discount: Discount) -> None:
    shares = rules.discount_shares(items, discount)
    whole = compute_totals(items, prices_include_vat=True, discount=discount)
    assert sum(whole.line_amounts) - sum(shares) == whole.total


@given(documents, discounts, st.booleans(), st.randoms(use_true_random=False))
def test_parts_by_lines_never_exceed_the_offer(
    items: list[LineInput], discount: Discount, with_vat: bool, chance: object
) -> None:
    whole = compute_totals(items, prices_include_vat=with_vat, discount=discount)
    shares = rules.discount_shares(items, discount)
    order = list(range(len(items)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    taken, room = Decimal(0), whole.total
    for place in order:
        off = rules.part_discount([items[place]], shares[place], prices_include_vat=with_vat, room=room)
        assert off is not None and off >= shares[place]
        part = compute_totals([items[place]], prices_include_vat=with_vat, discount=Discount(amount=off))
        taken, room = taken + part.total, room - part.total
    assert taken <= whole.total
    lost = Decimal(0) if with_vat else CENT * 2 * len(items)
    assert whole.total - taken <= lost


def test_an_advance_moves_by_a_cent_where_vat_would_not_add_up() -> None:
    whole = compute_totals([LineInput(Decimal(1), Decimal("1.26"), vat_rate=Decimal(20))])
    [half] = rules.advance_of(whole.groups, (), Decimal(50), prices_include_vat=False)
    assert (whole.total, half.base, half.vat) == (Decimal("1.51"), Decimal("0.62"), Decimal("0.12"))


def test_what_is_more_than_rounding_is_no_part() -> None:
    line = LineInput(Decimal(1), Decimal("100"), vat_rate=Decimal(20))
    assert rules.part_discount([line], Decimal(0), prices_include_vat=False, room=Decimal("90")) is None
